// /v1/topics/{topic}/messages: browse, search, watch.

#include <boost/json/parse.hpp>

#include "caas/kafka/message_browser.hpp"
#include "caas/kafka/record_reader.hpp"
#include "core/errors.hpp"
#include "http/api.hpp"
#include "http/json/record_json.hpp"
#include "http/json/values.hpp"

namespace caas::kafka::http {
namespace {

std::vector<Parameter> filterParameters() {
  return {
      parameters::topicName(),
      Parameter::query("partition", "Only this one.").integer(0, INT32_MAX),
      Parameter::query("key", "Exactly this key.").longest(4'096),
      Parameter::query("contains", "In the key, the value or a header's value, byte by byte.")
          .longest(4'096),
      Parameter::query("header", "NAME=VALUE: has this header.").longest(4'096),
      Parameter::query("uncommitted", "Records of open and aborted transactions too.").boolean()};
}

Result<BrowseFilter> filterOf(const Arguments& arguments) {
  BrowseFilter filter{.key = arguments.find("key"), .contains = arguments.find("contains")};
  if (const auto header = arguments.find("header")) {
    const auto equals = header->find('=');
    if (equals == header->npos || equals == 0) {
      return fail(errors::invalidArgument("header is not NAME=VALUE"));
    }
    filter.header = {.name = header->substr(0, equals), .value = header->substr(equals + 1)};
  }
  return filter;
}

Result<BrowseRequest> browseRequestOf(const Arguments& arguments) {
  BrowseRequest request{.topic = arguments.text("topic")};
  if (const auto partition = arguments.findInteger("partition")) {
    request.partition = static_cast<int>(*partition);
  }
  request.order =
      arguments.text("order") == "oldest" ? BrowseOrder::kOldestFirst : BrowseOrder::kNewestFirst;
  const auto offset = arguments.findInteger("fromOffset");
  const auto time = arguments.time("fromTime");
  if (offset && time) {
    return fail(errors::invalidArgument("fromOffset and fromTime do not go together"));
  }
  if (offset) {
    request.from = FromOffset{*offset};
  } else if (time) {
    request.from = FromTime{*time};
  }
  CAAS_ASSIGN(request.filter, filterOf(arguments));
  request.limit = static_cast<int>(arguments.integer("limit"));
  request.mostScanned = arguments.integer("scan");
  request.cursor = arguments.text("cursor");
  request.readUncommitted = arguments.flag("uncommitted");
  return request;
}

boost::json::value recordOf(SharedParts& parts, const ReceivedRecord& record) {
  return boost::json::parse(recordToJson(record, parts.view(record)));
}

Answer browse(SharedParts& parts, const Request& request) {
  CAAS_ASSIGN(const auto wanted, browseRequestOf(request.arguments));
  CAAS_ASSIGN(const auto browser, parts.browser());
  CAAS_ASSIGN(const auto page, browser->browse(wanted, request.timeLeft(Milliseconds{1'000})));
  boost::json::array items;
  for (const auto& record : page.records) {
    items.push_back(recordOf(parts, record));
  }
  boost::json::array ranges;
  for (const auto& range : page.ranges) {
    ranges.push_back(boost::json::object{{"partition", range.partition},
                                         {"from", range.from},
                                         {"to", range.to},
                                         {"startOffset", range.startOffset},
                                         {"endOffset", range.endOffset}});
  }
  return Response::json({{"items", std::move(items)},
                         {"scanned", page.scanned},
                         {"stoppedBy", toString(page.stoppedBy)},
                         {"covered", std::move(ranges)},
                         {"next", orNull(page.next)}});
}

Result<void> tail(const Api& api, SharedParts& parts, const Request& request, EventStream& stream) {
  CAAS_ASSIGN(const auto filter, filterOf(request.arguments));
  CAAS_ASSIGN(const auto settings, api.service->settings());
  ReadOptions options{.topics = {request.arguments.text("topic")}, .from = FromLatest{}};
  if (const auto partition = request.arguments.findInteger("partition")) {
    options.partitions = {static_cast<int>(*partition)};
  }
  options.readUncommitted = request.arguments.flag("uncommitted");
  CAAS_ASSIGN(const auto reader, RecordReader::open(*settings, options, Milliseconds{15'000}));
  bool open = stream.start();
  while (open) {
    constexpr Milliseconds kTurn{250};
    CAAS_ASSIGN(const auto record, reader->poll(kTurn));
    if (!record) {
      open = stream.open();
    } else if (matches(filter, *record)) {
      const auto data = recordToJson(*record, parts.view(*record));
      open = stream.send(
          {.type = "record",
           .data = data,
           .id = std::to_string(record->partition) + ":" + std::to_string(record->offset)});
    }
  }
  return {};
}

Schema recordSchema() {
  using namespace schema;
  return named(
      "Record",
      object({{"topic", text()},
              {"partition", integer()},
              {"offset", integer()},
              {"timestamp", time()},
              {"key", text().orNull()},
              optional("keyEncoding", oneOf({"base64"})),
              {"value", anything()},
              {"valueEncoding", text().saying("json, text, base64, null (a tombstone), avro, "
                                              "json-schema or protobuf.")},
              optional("schemaId", integer()),
              optional("valueProblem", text().saying("Why it is not decoded.")),
              {"headers", array(object({{"name", text()},
                                        {"value", text().orNull()},
                                        optional("encoding", oneOf({"base64"}))}))}}));
}

Schema pageSchema() {
  using namespace schema;
  const auto range = object({{"partition", integer()},
                             {"from", integer()},
                             {"to", integer()},
                             {"startOffset", integer()},
                             {"endOffset", integer()}});
  return named(
      "RecordPage",
      object({{"items", array(recordSchema())},
              {"scanned", integer().saying("Records looked at.")},
              {"stoppedBy", oneOf({"end", "limit", "budget", "time", "bytes"})},
              {"covered", array(range).saying("What was looked at, offsets [from, to), and what "
                                              "there is.")},
              {"next", text().orNull().saying("`cursor` of the next page.")}}));
}

}  // namespace

void addMessageRoutes(Routes& routes, const ApiPtr& api, const PartsPtr& parts) {
  auto browsing = filterParameters();
  browsing.insert(
      browsing.end(),
      {Parameter::query("order", "newest (if not given) or oldest first.")
           .oneOf({"newest", "oldest"})
           .byDefault("newest"),
       Parameter::query("fromOffset", "Oldest first: from this offset on. Newest: not below it.")
           .integer(0, INT64_MAX),
       Parameter::query("fromTime", "The same by time.").time(),
       parameters::limit(50, BrowseRequest::kMostLimit),
       Parameter::query("scan", "Records to look at, at most.")
           .integer(1, BrowseRequest::kMostScanned)
           .byDefault("10000"),
       Parameter::query("cursor", "`next` of the page before.").longest(65'536)});
  routes.push_back(
      {.pattern = "/v1/topics/{topic}/messages",
       .operationId = "browseMessages",
       .tag = "Messages",
       .summary = "Records of a topic, a page at a time; searches with a budget.",
       .description = "Says what range was looked at and why it stopped there; `next` goes on.",
       .parameters = std::move(browsing),
       .successes = {{.description = "A page.", .schema = pageSchema()}},
       .errors = {ErrorCode::kTopicNotFound, ErrorCode::kInvalidArgument},
       .role = Role::kOperator,
       .handler = Blocking{[parts](const Request& request) { return browse(*parts, request); }}});
  routes.push_back({.pattern = "/v1/topics/{topic}/messages/tail",
                    .operationId = "tailMessages",
                    .tag = "Messages",
                    .summary = "Records as they come, as server-sent events of type record.",
                    .parameters = filterParameters(),
                    .successes = {{.description = "Ends when the client goes.",
                                   .contentType = std::string(kEventStream)}},
                    .errors = {ErrorCode::kTopicNotFound, ErrorCode::kInvalidArgument},
                    .role = Role::kOperator,
                    .handler = Streaming{[api, parts](const Request& request, EventStream& stream) {
                      return tail(*api, *parts, request, stream);
                    }}});
}

}  // namespace caas::kafka::http
