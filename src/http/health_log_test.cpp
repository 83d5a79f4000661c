#include "http/health_log.hpp"

#include <gtest/gtest.h>

namespace caas::kafka::http {
namespace {

HealthCheckResult result(HealthStatus status, std::vector<std::string> reasons) {
  HealthCheckResult made;
  made.status = status;
  made.healthy = status == HealthStatus::kHealthy;
  made.reasons = std::move(reasons);
  return made;
}

TEST(CliHealthLog, TellsEachChangeOnce) {
  HealthLog log;
  const auto first = log.observe(result(HealthStatus::kHealthy, {"3 brokers answered"}));
  ASSERT_TRUE(first);
  EXPECT_EQ(first->from, std::nullopt);
  EXPECT_FALSE(log.observe(result(HealthStatus::kHealthy, {"3 brokers answered in 4 ms"})));

  const auto worse = log.observe(result(HealthStatus::kDegraded, {"broker 2 is down", "x"}));
  ASSERT_TRUE(worse);
  EXPECT_EQ(worse->from, HealthStatus::kHealthy);
  EXPECT_EQ(worse->to, HealthStatus::kDegraded);
  EXPECT_EQ(worse->reasons, "broker 2 is down; x");
  EXPECT_FALSE(log.observe(result(HealthStatus::kDegraded, {"broker 2 is down", "x"})));

  EXPECT_TRUE(log.observe(result(HealthStatus::kHealthy, {})));
}

TEST(CliHealthLog, AnotherReasonForTheSameStatusIsAChange) {
  HealthLog log;
  EXPECT_TRUE(log.observe(result(HealthStatus::kDegraded, {"broker 1 is down"})));
  EXPECT_TRUE(log.observe(result(HealthStatus::kDegraded, {"broker 2 is down"})));
}

}  // namespace
}  // namespace caas::kafka::http
