#include "http/event_keyed.hpp"

#include <utility>

#include <fmt/format.h>

#include "core/errors.hpp"
#include "http/event_lines.hpp"
#include "http/idempotency/key.hpp"
#include "http/route.hpp"

namespace caas::kafka::http {
namespace {

using Appended = std::span<const client::TransactedRecord>;

/// What a request asks of the publisher, a text of JSON at a time.
struct Encoder {
  EventPublisher& publisher;
  const std::optional<TenantId>& tenant;
  const Request& request;

  Result<OwnedRecord> operator()(std::string_view json, EventPublisher::JsonOutcome& event) const {
    return publisher.recordOfJson(
        request.arguments.text("type"), tenant ? &*tenant : nullptr, json, {},
        {.traceparent = request.headers.get("traceparent").value_or("")}, &event);
  }
};

Result<void> readOne(const Encoder& encode, KeyedRequest& keyed) {
  EventPublisher::JsonOutcome event;
  CAAS_ASSIGN(auto record, encode(encode.request.body, event));
  keyed.answer = [topic = record.topic, id = event.id](Appended appended) {
    const auto& at = appended.front();
    return deliveredAnswer(topic, at.partition, at.offset, at.timestamp, id);
  };
  keyed.records.push_back(std::move(record));
  return {};
}

Result<void> readLines(const Encoder& encode, KeyedRequest& keyed) {
  std::vector<EventLine> lines;
  BodyLines body(encode.request.body);
  while (const auto each = body.next()) {
    if (lines.size() == kMostKeyedRecords) {
      return fail(errors::invalidArgument(
          fmt::format("more than {} lines under one Idempotency-Key", kMostKeyedRecords),
          "Send fewer at a time, each with a key of its own"));
    }
    auto& line = lines.emplace_back(EventLine{.number = each->number});
    auto record = encode(each->text, line.event);
    if (record) {
      line.topic = record->topic;
      keyed.records.push_back(*std::move(record));
    } else {
      line.status = EventLine::Status::kRefused;
      line.error = std::move(record).error();
    }
  }
  keyed.answer = [lines](Appended appended) {
    auto done = lines;
    std::size_t next = 0;
    for (auto& line : done) {
      if (line.status != EventLine::Status::kRefused) {
        line.status = EventLine::Status::kDelivered;
        line.partition = appended[next].partition;
        line.offset = appended[next].offset;
        ++next;
      }
    }
    return answerOf(done);
  };
  return {};
}

}  // namespace

std::optional<KeyedRequest> keyedRequest(EventPublisher& publisher,
                                         const std::optional<TenantId>& tenant,
                                         const RequestPtr& request, const Responder& responder,
                                         const std::string& key) {
  KeyedRequest keyed{.key = scopedKey(tenant, key),
                     .fingerprint = fingerprintOf(*request),
                     .records = {},
                     .answer = {},
                     .responder = responder};
  const Encoder encode{publisher, tenant, *request};
  const auto read =
      request->contentType() == kNdjson ? readLines(encode, keyed) : readOne(encode, keyed);
  if (!read) {
    responder.answer(fail(read.error()));
    return std::nullopt;
  }
  if (keyed.records.empty()) {
    responder.answer(keyed.answer({}));
    return std::nullopt;
  }
  return keyed;
}

Response deliveredAnswer(std::string_view topic, int partition, std::int64_t offset,
                         Timestamp timestamp, std::string_view id) {
  boost::json::object json{{"topic", topic},
                           {"partition", partition},
                           {"offset", offset},
                           {"timestamp", formatTimestamp(timestamp)}};
  if (!id.empty()) {
    json["id"] = id;
  }
  return Response::json(json);
}

}  // namespace caas::kafka::http
