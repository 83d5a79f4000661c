#include "http/json/groups_json.hpp"

#include "http/json/error_json.hpp"
#include "http/json/values.hpp"

namespace caas::kafka {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

/// Seconds, with the milliseconds behind the point.
value secondsOf(const std::optional<Milliseconds>& age) {
  return age ? value(std::chrono::duration<double>(*age).count()) : value(nullptr);
}

object toJson(const PartitionLag& lag) {
  return {{"partition", lag.partition},
          {"committed", orNull(lag.committed)},
          {"startOffset", lag.startOffset},
          {"endOffset", lag.endOffset},
          {"lagRecords", orNull(lag.records)},
          {"lagSeconds", secondsOf(lag.age)},
          {"lagSecondsSource", toString(lag.ageSource)},
          {"expiredRecords", lag.expired},
          {"recordsWithoutCommit", lag.withoutCommit},
          {"beyondEnd", lag.beyondEnd},
          {"retry", lag.retry},
          {"memberId", orNull(lag.memberId)},
          {"clientId", orNull(lag.clientId)},
          {"host", orNull(lag.host)},
          {"state", toString(lag.state)},
          {"reason", orNull(lag.reason)},
          {"error", lag.error ? value(kafka::toJson(*lag.error)) : value(nullptr)}};
}

/// What topics and groups have alike.
template <class Lag>
void addSums(object& out, const Lag& lag) {
  out["lagRecords"] = lag.records;
  out["lagSeconds"] = secondsOf(lag.age);
  out["lagSecondsSource"] = toString(lag.ageSource);
  out["expiredRecords"] = lag.expired;
  out["recordsWithoutCommit"] = lag.withoutCommit;
  out["state"] = toString(lag.state);
}

object toJson(const TopicLag& lag) {
  array partitions;
  for (const auto& partition : lag.partitions) {
    partitions.push_back(toJson(partition));
  }
  object out{{"topic", lag.topic}, {"entry", orNull(lag.entry)}, {"tenantId", orNull(lag.tenant)}};
  addSums(out, lag);
  out["partitions"] = std::move(partitions);
  return out;
}

}  // namespace

object lagSums(const GroupLag& lag) {
  object out;
  addSums(out, lag);
  return out;
}

object toJson(const GroupLag& lag) {
  array topics;
  for (const auto& topic : lag.topics) {
    topics.push_back(toJson(topic));
  }
  object out{{"group", lag.group},
             {"groupState", orNull(lag.groupState)},
             {"type", toString(lag.type)},
             {"members", orNull(lag.members)}};
  addSums(out, lag);
  out["topics"] = std::move(topics);
  return out;
}

object toJson(const GroupSummary& group) {
  return {{"id", group.id},
          {"state", group.state},
          {"type", toString(group.type)},
          {"members", orNull(group.members)},
          {"entries", toJsonArray(group.entries)},
          {"tenants", toJsonArray(group.tenants)}};
}

object toJson(const GroupDescription& group) {
  array members;
  for (const auto& member : group.members) {
    array assignment;
    for (const auto& partition : member.assignment) {
      assignment.push_back(object{{"topic", partition.topic}, {"partition", partition.partition}});
    }
    members.push_back(object{{"memberId", member.memberId},
                             {"instanceId", orNull(member.instanceId)},
                             {"clientId", member.clientId},
                             {"host", member.host},
                             {"assignment", std::move(assignment)}});
  }
  return {{"id", group.id},
          {"state", group.state},
          {"type", toString(group.type)},
          {"assignor", orNull(group.assignor)},
          {"coordinator",
           object{{"nodeId", group.coordinatorId}, {"address", orNull(group.coordinator)}}},
          {"simple", group.simple},
          {"members", std::move(members)}};
}

object toJson(const LagSnapshot& snapshot) {
  array groups;
  for (const auto& group : snapshot.groups) {
    groups.push_back(toJson(group));
  }
  array failures;
  for (const auto& failure : snapshot.failures) {
    auto item = kafka::toJson(failure.error);
    item["group"] = failure.group;
    failures.push_back(std::move(item));
  }
  return {{"takenAt", formatTimestamp(snapshot.takenAt)},
          {"readCommitted", snapshot.readCommitted},
          {"groups", std::move(groups)},
          {"failures", std::move(failures)},
          {"agesNotRead", snapshot.agesNotRead}};
}

object toJson(const ResetPlan& plan, bool executed) {
  array steps;
  for (const auto& step : plan.steps) {
    steps.push_back(object{{"topic", step.topic},
                           {"partition", step.partition},
                           {"from", orNull(step.from)},
                           {"to", step.to},
                           {"startOffset", step.startOffset},
                           {"endOffset", step.endOffset},
                           {"reread", step.reread},
                           {"skipped", step.skipped},
                           {"clamped", step.clamped},
                           {"note", orNull(step.note)}});
  }
  return {{"group", plan.group},
          {"executed", executed},
          {"changes", plan.changes()},
          {"reread", plan.reread()},
          {"skipped", plan.recordsSkipped()},
          {"steps", std::move(steps)},
          {"leftOut", toJsonArray(plan.skipped)},
          {"members", toJsonArray(plan.members)}};
}

std::vector<http::Member> groupMembers() {
  using namespace http::schema;
  return {{"id", text()},
          {"state", text().saying("Kafka's word: Stable, Empty, …")},
          {"type", text()},
          {"members", integer().orNull().saying("Null: not asked for.")},
          {"entries", http::schema::array(text()).saying("Of the catalog.")},
          {"tenants", http::schema::array(text())}};
}

std::vector<http::Member> lagSumMembers() {
  using namespace http::schema;
  return {{"lagRecords", integer()},
          {"lagSeconds", number().orNull().saying("Age of the oldest record not handled.")},
          {"lagSecondsSource", text()},
          {"expiredRecords", integer().saying("Deleted before they were handled.")},
          {"recordsWithoutCommit", integer()},
          {"state", oneOf({"unknown", "ok", "warning", "rewound", "stalled", "stopped"})}};
}

http::Schema groupDescriptionSchema() {
  using namespace http::schema;
  const auto member = http::schema::object(
      {{"memberId", text()},
       {"instanceId", text().orNull()},
       {"clientId", text()},
       {"host", text()},
       {"assignment",
        http::schema::array(http::schema::object({{"topic", text()}, {"partition", integer()}}))}});
  return named("GroupDescription",
               http::schema::object(
                   {{"id", text()},
                    {"state", text()},
                    {"type", text()},
                    {"assignor", text().orNull()},
                    {"coordinator",
                     http::schema::object({{"nodeId", integer()}, {"address", text().orNull()}})},
                    {"simple", boolean().saying("Commits only, never a member.")},
                    {"members", http::schema::array(member)}}));
}

namespace {

http::Schema partitionLagSchema() {
  using namespace http::schema;
  return named("PartitionLag", http::schema::object({{"partition", integer()},
                                                     {"committed", integer().orNull()},
                                                     {"startOffset", integer()},
                                                     {"endOffset", integer()},
                                                     {"lagRecords", integer().orNull()},
                                                     {"lagSeconds", number().orNull()},
                                                     {"lagSecondsSource", text()},
                                                     {"expiredRecords", integer()},
                                                     {"recordsWithoutCommit", integer()},
                                                     {"beyondEnd", boolean()},
                                                     {"retry", boolean()},
                                                     {"memberId", text().orNull()},
                                                     {"clientId", text().orNull()},
                                                     {"host", text().orNull()},
                                                     {"state", text()},
                                                     {"reason", text().orNull()},
                                                     {"error", errorSchema().orNull()}}));
}

}  // namespace

std::vector<http::Member> groupLagMembers() {
  using namespace http::schema;
  std::vector<http::Member> topic{
      {"topic", text()}, {"entry", text().orNull()}, {"tenantId", text().orNull()}};
  std::vector<http::Member> group{{"group", text()},
                                  {"groupState", text().orNull()},
                                  {"type", text()},
                                  {"members", integer().orNull()}};
  for (const auto& sum : lagSumMembers()) {
    topic.push_back(sum);
    group.push_back(sum);
  }
  topic.push_back({"partitions", http::schema::array(partitionLagSchema())});
  group.push_back({"topics", http::schema::array(named("TopicLag", http::schema::object(topic)))});
  return group;
}

http::Schema resetPlanSchema() {
  using namespace http::schema;
  const auto step = http::schema::object({{"topic", text()},
                                          {"partition", integer()},
                                          {"from", integer().orNull()},
                                          {"to", integer()},
                                          {"startOffset", integer()},
                                          {"endOffset", integer()},
                                          {"reread", integer()},
                                          {"skipped", integer()},
                                          {"clamped", boolean()},
                                          {"note", text().orNull()}});
  return named("ResetPlan",
               http::schema::object(
                   {{"group", text()},
                    {"executed", boolean()},
                    {"changes", integer()},
                    {"reread", integer().saying("Records handled once, and to be read again.")},
                    {"skipped", integer().saying("Records not handled, and not to be read.")},
                    {"steps", http::schema::array(step)},
                    {"leftOut", http::schema::array(text())},
                    {"members", http::schema::array(text()).saying(
                                    "Not empty: it is refused as long as they are there.")}}));
}

}  // namespace caas::kafka
