#include <fmt/format.h>

#include "topics/fixture.hpp"

namespace caas::kafka::test {
namespace {

using ::testing::IsEmpty;

class Onboarding : public TopicsTest {};

TEST_F(Onboarding, CreatesWhatIsMissingAndSkipsTheRest) {
  std::vector<std::string> ids;
  ids.reserve(6);
  for (int i = 0; i < 6; ++i) {
    ids.push_back(tenant("on-" + std::to_string(i)));
  }
  must(manager_->createTenantTopics(ids[0]));
  deleteEverywhere({"presence." + ids[0]});
  must(manager_->createTenantTopics(ids[1]));
  auto list = ids;
  list.emplace_back("bad.id");
  list.push_back(ids[2]);  // twice in the list is once

  std::vector<OnboardProgress> seen;
  const auto report = must(manager_->onboardTenants(
      list, [&](const OnboardProgress& progress) { seen.push_back(progress); }));
  EXPECT_EQ(report.created, 5);
  EXPECT_EQ(report.existed, 1);
  ASSERT_EQ(report.failures.size(), 1U);
  EXPECT_EQ(report.failures[0].tenantId, "bad.id");
  EXPECT_EQ(report.failures[0].error.code, ErrorCode::kInvalidArgument);
  ASSERT_EQ(seen.size(), 7U);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    EXPECT_EQ(seen[i].done, static_cast<int>(i) + 1);
    EXPECT_EQ(seen[i].total, 7);
  }
  for (const auto& id : ids) {
    EXPECT_THAT(must(manager_->plan(only(id))).steps, IsEmpty()) << id;
  }

  const auto again = must(manager_->onboardTenants(ids));
  EXPECT_EQ(again.created, 0);
  EXPECT_EQ(again.existed, 6);
  EXPECT_THAT(again.failures, IsEmpty());
}

TEST_F(Onboarding, FailuresAreCollectedNotFatal) {
  Settings five = settings_;
  five.defaultReplicationFactor = 5;
  const auto wide = must(Catalog::load(five));
  const auto first = tenant("five-a");
  const auto second = tenant("five-b");
  const auto report = must(TopicManager::create(five, wide)->onboardTenants({first, second}));
  EXPECT_EQ(report.created, 0);
  ASSERT_EQ(report.failures.size(), 2U);
  EXPECT_EQ(report.failures[0].error.code, ErrorCode::kNotEnoughReplicas);
}

}  // namespace
}  // namespace caas::kafka::test
