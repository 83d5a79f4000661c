#include "cli/dlq_json.hpp"

#include "cli/json.hpp"
#include "cli/record_text.hpp"
#include "core/utf8.hpp"

namespace caas::kafka::cli {
namespace {

boost::json::value timeOrNull(Timestamp time) {
  return time == Timestamp{} ? boost::json::value(nullptr)
                             : boost::json::value(formatTimestamp(time));
}

}  // namespace

boost::json::object toJson(const DlqEntry& entry) {
  boost::json::object json{{"id", entry.id},
                           {"failureId", entry.failureId},
                           {"deadLetteredAt", formatTimestamp(entry.deadLetteredAt)},
                           {"state", toString(entry.state)},
                           {"topic", entry.topic},
                           {"entry", entry.entry},
                           {"tenantId", entry.tenant},
                           {"partition", entry.partition},
                           {"offset", entry.offset},
                           {"publishedAt", timeOrNull(entry.publishedAt)},
                           {"key", nullptr},
                           {"valueBytes", entry.valueBytes},
                           {"group", entry.group},
                           {"reason", nullptr},
                           {"code", entry.code},
                           {"message", entry.message},
                           {"stage", entry.stage},
                           {"fingerprint", entry.fingerprint},
                           {"attempts", entry.attempts},
                           {"firstFailedAt", timeOrNull(entry.firstFailedAt)},
                           {"lastFailedAt", timeOrNull(entry.lastFailedAt)},
                           {"redriveCount", entry.redriveCount}};
  if (entry.reason) {
    json["reason"] = toString(*entry.reason);
  }
  if (entry.key) {
    const bool text = isUtf8(*entry.key);
    json["key"] = text ? *entry.key : base64(*entry.key);
    if (!text) {
      json["keyEncoding"] = "base64";
    }
  }
  if (entry.state != DlqState::kOpen) {
    json["by"] = entry.by;
    json["jobId"] = entry.jobId;
    json["doneAt"] = timeOrNull(entry.doneAt);
  }
  if (!entry.problem.empty()) {
    json["problem"] = entry.problem;
  }
  return json;
}

boost::json::object toJson(const DlqGroup& group) {
  return {{"fingerprint", group.fingerprint},
          {"code", group.code},
          {"stage", group.stage},
          {"message", group.message},
          {"count", group.count},
          {"firstSeen", timeOrNull(group.firstSeen)},
          {"lastSeen", timeOrNull(group.lastSeen)},
          {"exampleId", group.exampleId},
          {"topics", toJsonArray(group.topics)},
          {"groups", toJsonArray(group.groups)}};
}

boost::json::object toJson(const DlqJobReport& report) {
  boost::json::array failures;
  for (const auto& failure : report.failures) {
    auto json = toJson(failure.error);
    json["id"] = failure.id;
    failures.push_back(std::move(json));
  }
  return {{"jobId", report.jobId},
          {"dryRun", report.dryRun},
          {"matched", report.matched},
          {"done", report.done},
          {"failed", report.failed},
          {"alreadyDone", report.alreadyDone},
          {"failures", std::move(failures)},
          {"stoppedByFailures", report.stoppedByFailures},
          {"interrupted", report.stoppedByCaller}};
}

}  // namespace caas::kafka::cli
