#include "retry/dlq_ledger.hpp"

#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

namespace caas::kafka {

std::string_view toString(DlqState state) {
  switch (state) {
    case DlqState::kOpen: return "open";
    case DlqState::kRedriven: return "redriven";
    case DlqState::kDiscarded: return "discarded";
  }
  return "unknown";
}

namespace retry {
namespace {

constexpr int kVersion = 1;
constexpr std::string_view kJobState = "job";

std::string_view textOf(DlqState state) {
  return state == DlqState::kOpen ? kJobState : toString(state);
}

std::string textAt(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string{} : std::string(*text);
}

}  // namespace

std::string ledgerKey(const RecordOrigin& origin, int redriveCount) {
  std::string topic = origin.topicId.empty() ? origin.topic : origin.topicId;
  // The client gives ids in plain base64, Kafka's own tools in the one for URLs: one key for both.
  std::ranges::replace(topic, '/', '_');
  std::ranges::replace(topic, '+', '-');
  return fmt::format("{}/{}/{}/{}/{}", topic, origin.partition, origin.offset, origin.group,
                     redriveCount);
}

std::string ledgerValue(const LedgerRecord& record) {
  boost::json::object object{{"v", kVersion},
                             {"state", textOf(record.state)},
                             {"job", record.jobId},
                             {"by", record.by},
                             {"at", record.at.time_since_epoch().count()}};
  if (!record.entryId.empty()) {
    object["entry"] = record.entryId;
  }
  return boost::json::serialize(object);
}

std::optional<LedgerRecord> parseLedgerValue(std::string_view value) {
  boost::system::error_code error;
  const auto parsed = boost::json::parse(value, error);
  const auto* object = error ? nullptr : parsed.if_object();
  if (object == nullptr) {
    return std::nullopt;
  }
  const auto* version = object->if_contains("v");
  if (version == nullptr || !version->is_int64() || version->get_int64() != kVersion) {
    return std::nullopt;
  }
  LedgerRecord record{.jobId = textAt(*object, "job"),
                      .by = textAt(*object, "by"),
                      .entryId = textAt(*object, "entry")};
  if (const auto* at = object->if_contains("at"); at != nullptr && at->is_int64()) {
    record.at = Timestamp{Milliseconds{at->get_int64()}};
  }
  const std::string state = textAt(*object, "state");
  for (const auto known : {DlqState::kOpen, DlqState::kRedriven, DlqState::kDiscarded}) {
    if (state == textOf(known)) {
      record.state = known;
      return record;
    }
  }
  return std::nullopt;
}

}  // namespace retry
}  // namespace caas::kafka
