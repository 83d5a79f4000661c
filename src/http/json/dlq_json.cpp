#include "http/json/dlq_json.hpp"

#include "core/base64.hpp"
#include "core/utf8.hpp"
#include "http/json/error_json.hpp"
#include "http/json/values.hpp"

namespace caas::kafka {
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

std::vector<http::Member> dlqEntryMembers() {
  using namespace http::schema;
  return {
      {"id", text()},
      {"failureId", text().saying("The same over all redrives.")},
      {"deadLetteredAt", time()},
      {"state", oneOf({"open", "redriven", "discarded"})},
      {"topic", text().saying("Where it was published.")},
      {"entry", text()},
      {"tenantId", text()},
      {"partition", integer()},
      {"offset", integer()},
      {"publishedAt", time().orNull()},
      {"key", text().orNull()},
      http::optional("keyEncoding", oneOf({"base64"})),
      {"valueBytes", integer()},
      {"group", text().saying("The consumer group that failed.")},
      {"reason", oneOf({"exhausted", "rejected", "undecodable", "oversize"}).orNull()},
      {"code", text()},
      {"message", text()},
      {"stage", text()},
      {"fingerprint", text().saying("The kind of failure.")},
      {"attempts", integer()},
      {"firstFailedAt", time().orNull()},
      {"lastFailedAt", time().orNull()},
      {"redriveCount", integer()},
      http::optional("by", text()),
      http::optional("jobId", text()),
      http::optional("doneAt", time().orNull()),
      http::optional("problem", text().saying("Its headers are not what our consumers write."))};
}

http::Schema dlqEntrySchema() {
  return http::schema::named("DeadLetter", http::schema::object(dlqEntryMembers()));
}

http::Schema dlqGroupSchema() {
  using namespace http::schema;
  return named("DeadLetterGroup",
               http::schema::object({{"fingerprint", text()},
                                     {"code", text()},
                                     {"stage", text()},
                                     {"message", text().saying("Of the newest.")},
                                     {"count", integer()},
                                     {"firstSeen", time().orNull()},
                                     {"lastSeen", time().orNull()},
                                     {"exampleId", text()},
                                     {"topics", http::schema::array(text())},
                                     {"groups", http::schema::array(text())}}));
}

http::Schema dlqReportSchema() {
  using namespace http::schema;
  return named(
      "DeadLetterReport",
      http::schema::object(
          {{"jobId", text()},
           {"dryRun", boolean()},
           {"matched", integer()},
           {"done", integer()},
           {"failed", integer()},
           {"alreadyDone", integer()},
           {"failures", http::schema::array(http::schema::object({{"code", text()},
                                                                  {"message", text()},
                                                                  {"hint", text().orNull()},
                                                                  {"retriable", boolean()},
                                                                  {"id", text()}}))
                            .saying("The first 20.")},
           {"stoppedByFailures", boolean()},
           {"interrupted", boolean()}}));
}

}  // namespace caas::kafka
