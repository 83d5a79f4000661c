#include "http/json/tenants_json.hpp"

#include "http/json/error_json.hpp"

namespace caas::kafka {
namespace {

using boost::json::array;
using boost::json::object;

}  // namespace

object toJson(const TenantInfo& tenant) {
  return {{"tenantId", tenant.tenantId},
          {"topics", tenant.topics},
          {"partitions", tenant.partitions},
          {"missingTopics", toJsonArray(tenant.missingTopics)}};
}

object toJson(const TenantTopicSet& set) {
  array topics;
  for (const auto& topic : set.topics) {
    topics.push_back(object{{"entry", topic.entry},
                            {"topic", topic.topic},
                            {"partitions", topic.partitions},
                            {"created", topic.created}});
  }
  return {{"tenantId", set.tenantId}, {"topics", std::move(topics)}};
}

object toJson(const TopicManager::DeletePreview& preview) {
  return {{"topics", toJsonArray(preview.topics)},
          {"records", preview.records},
          {"activeGroups", toJsonArray(preview.activeGroups)}};
}

object toJson(const DeleteTenantReport& report) {
  return {{"tenantId", report.tenantId},
          {"deletedTopics", toJsonArray(report.deletedTopics)},
          {"groupsCleaned", report.groupsCleaned},
          {"retryEntries", report.retryEntries},
          {"dlqEntries", report.dlqEntries}};
}

std::vector<http::Member> tenantMembers() {
  using namespace http::schema;
  return {{"tenantId", text()},
          {"topics", integer()},
          {"partitions", integer()},
          {"missingTopics",
           http::schema::array(text()).saying("Entries of the catalog that it lacks.")}};
}

http::Schema tenantTopicsSchema() {
  using namespace http::schema;
  return named(
      "TenantTopics",
      http::schema::object(
          {{"tenantId", text()},
           {"topics", http::schema::array(http::schema::object({{"entry", text()},
                                                                {"topic", text()},
                                                                {"partitions", integer()},
                                                                {"created", boolean()}}))}}));
}

http::Schema deletePreviewSchema() {
  using namespace http::schema;
  return named("TenantDeletion",
               http::schema::object(
                   {{"topics", http::schema::array(text())},
                    {"records", integer().saying("That would be lost.")},
                    {"activeGroups", http::schema::array(text()).saying(
                                         "Stop these first: deleting is refused till then.")}}));
}

http::Schema deleteReportSchema() {
  using namespace http::schema;
  return named(
      "TenantDeleted",
      http::schema::object({{"tenantId", text()},
                            {"deletedTopics", http::schema::array(text())},
                            {"groupsCleaned", integer()},
                            {"retryEntries", integer().saying("Of it, still waiting for a retry.")},
                            {"dlqEntries", integer().saying("Of it, in the DLQ.")},
                            {"deadLettersDiscarded", integer()}}));
}

}  // namespace caas::kafka
