#include "http/json/topics_json.hpp"

#include "http/json/error_json.hpp"
#include "http/json/values.hpp"

namespace caas::kafka {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

object toJson(const ConfigDifference& config) {
  return {{"name", config.name}, {"actual", orNull(config.actual)}, {"declared", config.declared}};
}

array differencesOf(const std::vector<ConfigDifference>& configs) {
  array out;
  for (const auto& config : configs) {
    out.push_back(toJson(config));
  }
  return out;
}

}  // namespace

object toJson(const TopicInfo& topic) {
  return {{"name", topic.name},
          {"category", topic.category ? value(toString(*topic.category)) : value(nullptr)},
          {"entry", orNull(topic.entry)},
          {"tenantId", orNull(topic.tenantId)},
          {"partitions", topic.partitions},
          {"replicationFactor", topic.replicationFactor},
          {"underReplicatedPartitions", topic.underReplicatedPartitions},
          {"offlinePartitions", topic.offlinePartitions}};
}

object toJson(const TopicPlan& plan) {
  array steps;
  for (const auto& step : plan.steps) {
    steps.push_back(object{{"action", toString(step.action)},
                           {"topic", step.topic},
                           {"entry", step.entry},
                           {"tenantId", orNull(step.tenantId)},
                           {"partitionsActual", step.partitionsActual},
                           {"partitionsDeclared", step.partitionsDeclared},
                           {"replicationFactor", step.replicationFactor},
                           {"configs", differencesOf(step.configs)},
                           {"note", orNull(step.note)}});
  }
  return {{"clusterId", plan.clusterId}, {"changes", plan.changes()}, {"steps", std::move(steps)}};
}

object toJson(const ApplyReport& report) {
  return {{"created", report.created},
          {"altered", report.altered},
          {"grown", report.grown},
          {"unchanged", toJsonArray(report.unchanged)}};
}

object toJson(const TopicSnapshot& topic) {
  auto json = toJson(topic.info);
  json["topicId"] = orNull(topic.topicId);
  json["underMinIsrPartitions"] = topic.underMinIsrPartitions;
  json["records"] = topic.records;
  json["drift"] = differencesOf(topic.drift);
  return json;
}

object toJson(const PartitionSnapshot& partition) {
  return {{"partition", partition.partition},
          {"leader", orNull(partition.leader)},
          {"replicas", array(partition.replicas.begin(), partition.replicas.end())},
          {"inSync", array(partition.inSync.begin(), partition.inSync.end())},
          {"startOffset", orNull(partition.startOffset)},
          {"endOffset", orNull(partition.endOffset)}};
}

namespace {

http::Schema differencesSchema() {
  using namespace http::schema;
  return http::schema::array(
      named("ConfigDifference",
            http::schema::object({{"name", text()},
                                  {"actual", text().orNull().saying("Null: not set.")},
                                  {"declared", text()}})));
}

}  // namespace

std::vector<http::Member> topicMembers() {
  using namespace http::schema;
  return {{"name", text()},
          {"category", oneOf({"platform", "tenant", "internal"}).orNull().saying("Null: foreign.")},
          {"entry", text().orNull().saying("Of the catalog.")},
          {"tenantId", text().orNull()},
          {"partitions", integer()},
          {"replicationFactor", integer()},
          {"underReplicatedPartitions", integer()},
          {"offlinePartitions", integer()},
          {"topicId", text().orNull()},
          {"underMinIsrPartitions", integer()},
          {"records", integer().saying("Upper bound: end minus start.")},
          {"drift", differencesSchema().saying("Settings that are not as the catalog declares.")}};
}

http::Schema topicSchema() {
  return http::schema::named("Topic", http::schema::object(topicMembers()));
}

http::Schema partitionSchema() {
  using namespace http::schema;
  return named("Partition",
               http::schema::object({{"partition", integer()},
                                     {"leader", integer().orNull().saying("Null: offline.")},
                                     {"replicas", http::schema::array(integer())},
                                     {"inSync", http::schema::array(integer())},
                                     {"startOffset", integer().orNull()},
                                     {"endOffset", integer().orNull()}}));
}

http::Schema planSchema() {
  using namespace http::schema;
  const auto step = named("PlanStep", http::schema::object({{"action", text()},
                                                            {"topic", text()},
                                                            {"entry", text()},
                                                            {"tenantId", text().orNull()},
                                                            {"partitionsActual", integer()},
                                                            {"partitionsDeclared", integer()},
                                                            {"replicationFactor", integer()},
                                                            {"configs", differencesSchema()},
                                                            {"note", text().orNull()}}));
  return named("TopicPlan",
               http::schema::object({{"clusterId", text()},
                                     {"changes", integer().saying("Steps that apply carries out.")},
                                     {"steps", http::schema::array(step)},
                                     {"digest", text().saying("For apply.")},
                                     {"text", text().saying("The plan for people.")}}));
}

http::Schema applySchema() {
  using namespace http::schema;
  return named(
      "ApplyReport",
      http::schema::object(
          {{"created", integer()},
           {"altered", integer()},
           {"grown", integer()},
           {"unchanged", http::schema::array(text()).saying("Done already when it came to it.")}}));
}

}  // namespace caas::kafka
