#include "retry/dlq_entry.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>

#include <fmt/format.h>

#include "core/errors.hpp"

namespace caas::kafka::retry {
namespace {

template <class Number>
std::optional<Number> numberOf(std::string_view text) {
  Number number{};
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end || number < 0) {
    return std::nullopt;
  }
  return number;
}

void fillFromHeaders(DlqEntry& entry, const FailureHeaders& headers) {
  const auto& origin = headers.origin;
  entry.failureId = headers.id;
  entry.topic = origin.topic;
  entry.partition = origin.partition;
  entry.offset = origin.offset;
  entry.publishedAt = origin.timestamp;
  entry.group = origin.group;
  entry.reason = headers.reason;
  entry.code = headers.error.code;
  entry.message = headers.error.message;
  entry.stage = headers.error.stage;
  entry.fingerprint = headers.error.fingerprint;
  entry.attempts = headers.attempt;
  entry.firstFailedAt = headers.firstFailedAt;
  entry.lastFailedAt = headers.lastFailedAt;
  entry.redriveCount = headers.redrive.count;
  entry.valueBytes = headers.originBytes.value_or(entry.valueBytes);
}

std::string problemOf(const ParsedFailureHeaders& parsed) {
  switch (parsed.state) {
    case FailureHeadersState::kCurrent: return {};
    case FailureHeadersState::kAbsent: return "it has no failure headers (caas.v)";
    case FailureHeadersState::kFuture:
    case FailureHeadersState::kBroken: break;
  }
  return parsed.problem;
}

}  // namespace

std::string entryId(int partition, std::int64_t offset) {
  return fmt::format("{}-{}", partition, offset);
}

std::optional<std::pair<int, std::int64_t>> parseEntryId(std::string_view text) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) {
    return std::nullopt;
  }
  const auto partition = numberOf<int>(text.substr(0, dash));
  const auto offset = numberOf<std::int64_t>(text.substr(dash + 1));
  if (!partition || !offset) {
    return std::nullopt;
  }
  return std::pair{*partition, *offset};
}

ReadEntry readEntry(const ReceivedRecord& record, const Catalog& catalog, const Ledger* ledger) {
  const auto views = viewsOf(record.headers);
  auto parsed = parseFailureHeaders(views);
  ReadEntry read{
      .entry = {.id = entryId(record.partition, record.offset),
                .failureId = {},
                .deadLetteredAt = record.timestamp,
                .key = record.key,
                .valueBytes = static_cast<std::int64_t>(record.value ? record.value->size() : 0)},
      .headers = std::move(parsed.headers),
      .ledgerKey = {}};
  DlqEntry& entry = read.entry;
  fillFromHeaders(entry, read.headers);
  entry.problem = problemOf(parsed);
  read.ledgerKey = ledgerKey(entry.problem.empty() ? read.headers.origin
                                                   : RecordOrigin{.topic = record.topic,
                                                                  .partition = record.partition,
                                                                  .offset = record.offset},
                             entry.problem.empty() ? read.headers.redrive.count : 0);
  if (const auto owner = catalog.ownerOf(entry.topic)) {
    entry.entry = owner->definition->entry;
    entry.tenant = owner->tenant ? owner->tenant->str() : std::string{};
  }
  if (ledger != nullptr) {
    if (const auto found = ledger->entries.find(read.ledgerKey); found != ledger->entries.end()) {
      entry.state = found->second.state;
      entry.by = found->second.by;
      entry.jobId = found->second.jobId;
      entry.doneAt = found->second.at;
    }
  }
  return read;
}

bool matchesBut(const DlqFilter& filter, const DlqEntry& entry) {
  const auto is = [](const std::optional<std::string>& wanted, const std::string& actual) {
    return !wanted || *wanted == actual;
  };
  return is(filter.tenant, entry.tenant) && is(filter.group, entry.group) &&
         is(filter.code, entry.code) && is(filter.fingerprint, entry.fingerprint) &&
         (!filter.topic || *filter.topic == entry.topic || *filter.topic == entry.entry) &&
         (!filter.reason || filter.reason == entry.reason) &&
         (!filter.since || entry.deadLetteredAt >= *filter.since) &&
         (!filter.until || entry.deadLetteredAt < *filter.until) &&
         (filter.ids.empty() || std::ranges::find(filter.ids, entry.id) != filter.ids.end() ||
          (!entry.failureId.empty() &&
           std::ranges::find(filter.ids, entry.failureId) != filter.ids.end()));
}

bool matches(const DlqFilter& filter, const DlqEntry& entry) {
  return (!filter.state || *filter.state == entry.state) && matchesBut(filter, entry);
}

bool isOlder(const DlqEntry& left, const DlqEntry& right) {
  const auto order = [](const DlqEntry& entry) {
    return std::tuple(entry.deadLetteredAt, parseEntryId(entry.id).value_or(std::pair(0, 0)));
  };
  return order(left) < order(right);
}

std::string pageMark(const DlqEntry& entry) {
  return fmt::format("{}.{}", entry.deadLetteredAt.time_since_epoch().count(), entry.id);
}

Result<DlqEntry> parsePageMark(std::string_view text) {
  const auto dot = std::min(text.find('.'), text.size());
  const auto time = numberOf<std::int64_t>(text.substr(0, dot));
  const auto place = parseEntryId(text.substr(std::min(dot + 1, text.size())));
  if (!time || !place) {
    return fail(errors::invalidArgument(fmt::format("'{}' is no mark of a page", text),
                                        "Use what the page before gave as its next"));
  }
  DlqEntry mark;
  mark.id = entryId(place->first, place->second);
  mark.deadLetteredAt = Timestamp{Milliseconds{*time}};
  return mark;
}

}  // namespace caas::kafka::retry
