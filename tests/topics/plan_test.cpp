#include <fmt/format.h>

#include "topics/fixture.hpp"

namespace caas::kafka::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class PlanTopics : public TopicsTest {
 protected:
  std::string created(std::string_view hint) {
    const auto id = tenant(hint);
    must(manager_->createTenantTopics(id));
    return id;
  }
};

TEST_F(PlanTopics, DriftIsShownRepairedAndThenGone) {
  const auto id = created("drift");
  const std::string topic = "chat.events." + id;
  kafkaTool({"configs", "--entity-type", "topics", "--entity-name", topic, "--alter",
             "--add-config", "retention.ms=86400000,flush.ms=5000", "--delete-config",
             "cleanup.policy"});
  ASSERT_TRUE(eventually(Milliseconds{20'000},
                         [&] { return !must(manager_->plan(only(id))).steps.empty(); }));

  const auto plan = must(manager_->plan(only(id)));
  ASSERT_EQ(plan.steps.size(), 1U) << plan.render();
  EXPECT_EQ(plan.steps[0].action, PlanAction::kAlterConfigs);
  EXPECT_EQ(plan.steps[0].topic, topic);
  ASSERT_EQ(plan.steps[0].configs.size(), 1U) << "cleanup.policy is delete by default: no drift";
  EXPECT_EQ(plan.steps[0].configs[0].name, "retention.ms");
  EXPECT_THAT(plan.render(), HasSubstr("retention.ms: 86400000 → 604800000"));

  EXPECT_EQ(must(manager_->apply(plan)).altered, 1);
  const auto after = must(manager_->plan(only(id)));
  EXPECT_THAT(after.render(), ::testing::StartsWith("No changes. "));
  auto seen = describedByKafka();
  EXPECT_EQ(seen[topic].configs["retention.ms"], "604800000");
  EXPECT_EQ(seen[topic].configs["flush.ms"], "5000") << "not declared, not ours to change";

  // The old plan again: everything is found done.
  const auto again = must(manager_->apply(plan));
  EXPECT_EQ(again.altered, 0);
  EXPECT_THAT(again.unchanged, ElementsAre(topic));
  EXPECT_EQ(must(manager_->apply(after)).altered, 0);
}

TEST_F(PlanTopics, GrowsOnlyWhenAskedAndNeverShrinks) {
  const auto id = tenant("grow");
  createTopic("analytics." + id, 2);
  createTopic("presence." + id, 6);
  must(manager_->createTenantTopics(id));

  const auto careful = must(manager_->plan(only(id)));
  EXPECT_EQ(must(manager_->apply(careful)).grown, 0);
  EXPECT_EQ(describedByKafka()["analytics." + id].partitions, 2);

  const auto plan = must(manager_->plan(only(id, true)));
  const auto report = must(manager_->apply(plan));
  EXPECT_EQ(report.grown, 1);
  auto seen = describedByKafka();
  EXPECT_EQ(seen["analytics." + id].partitions, 8);
  EXPECT_EQ(seen["presence." + id].partitions, 6);

  const auto after = must(manager_->plan(only(id, true)));
  EXPECT_EQ(after.changes(), 0) << after.render();
  ASSERT_EQ(after.steps.size(), 1U);
  EXPECT_EQ(after.steps[0].action, PlanAction::kReportOnly);
  EXPECT_EQ(after.steps[0].topic, "presence." + id);
}

TEST_F(PlanTopics, StepThatIsNotTrueAnyMoreIsRefusedAndNothingIsDone) {
  const auto id = tenant("stale");
  createTopic("analytics." + id, 2);
  createTopic("notifications." + id, 2);
  must(manager_->createTenantTopics(id));
  const auto plan = must(manager_->plan(only(id, true)));
  must(admin().createPartitions({{"notifications." + id, 3}}));
  ASSERT_TRUE(eventually(Milliseconds{20'000}, [&] {
    return everyBrokerSays("notifications." + id,
                           [](const auto& topic) { return topic.partitions.size() == 3; });
  }));
  const auto applied = manager_->apply(plan);
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, ErrorCode::kConflict);
  EXPECT_EQ(describedByKafka()["analytics." + id].partitions, 2);
}

TEST_F(PlanTopics, PlanOfAnotherClusterIsRefused) {
  const auto id = tenant("cluster");
  auto plan = must(manager_->plan(only(id)));
  ASSERT_GT(plan.changes(), 0);
  plan.clusterId = "AnotherClusterXXXXXXXX";
  EXPECT_EQ(manager_->apply(plan).error().code, ErrorCode::kConflict);
  EXPECT_THAT(existingTopicsOf(id), IsEmpty());
}

TEST_F(PlanTopics, CreatesWhatATenantLacks) {
  const auto id = tenant("lacks");
  const auto plan = must(manager_->plan(only(id)));
  EXPECT_EQ(plan.changes(), static_cast<int>(topicsOf(id).size()));
  EXPECT_EQ(must(manager_->apply(plan)).created, static_cast<int>(topicsOf(id).size()));
  EXPECT_THAT(must(manager_->plan(only(id))).steps, IsEmpty());
}

TEST_F(PlanTopics, ForeignTopicIsNeverTouched) {
  const auto id = created("foreign");
  const TestTopic foreign("foreign", 5, {{"retention.ms", "777777"}});
  EXPECT_THAT(must(manager_->plan({})).render(), ::testing::Not(HasSubstr(foreign.name())));
  must(manager_->apply(must(manager_->plan(only(id, true)))));
  auto seen = describedByKafka();
  EXPECT_EQ(seen[foreign.name()].partitions, 5);
  EXPECT_EQ(seen[foreign.name()].configs["retention.ms"], "777777");
}

// The whole of adding a topic: one entry more in the catalog.
TEST_F(PlanTopics, OneCatalogEntryMoreIsANewTopicForEveryTenant) {
  const auto id = created("entry");
  const std::string yaml = std::string(Catalog::embeddedYaml()) + R"(
  - name: polls.{tenant}
    category: tenant
    partitions: 2
    retention: 2d
    cleanup: delete
    strategy: user_id
    events: [poll]
    description: Polls
)";
  const auto larger = must(Catalog::parse(yaml, settings_, "with polls"));
  const auto other = TopicManager::create(settings_, larger);
  EXPECT_THAT(must(other->plan({})).render(), HasSubstr("+ create polls." + id));
  const auto plan = must(other->plan(only(id)));
  ASSERT_EQ(plan.steps.size(), 1U) << plan.render();
  EXPECT_EQ(must(other->apply(plan)).created, 1);
  cleanUp("polls." + id);
  auto seen = describedByKafka();
  EXPECT_EQ(seen["polls." + id].partitions, 2);
  EXPECT_EQ(seen["polls." + id].replicationFactor, 3);
  EXPECT_EQ(seen["polls." + id].configs["retention.ms"], "172800000");
}

}  // namespace
}  // namespace caas::kafka::test
