#include "cli/groups_json.hpp"

#include "cli/json.hpp"

namespace caas::kafka::cli {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

value orNull(const std::string& text) { return text.empty() ? value(nullptr) : value(text); }

template <class T>
value orNull(const std::optional<T>& number) {
  return number ? value(*number) : value(nullptr);
}

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
          {"error", lag.error ? value(cli::toJson(*lag.error)) : value(nullptr)}};
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

}  // namespace

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
    auto item = cli::toJson(failure.error);
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

}  // namespace caas::kafka::cli
