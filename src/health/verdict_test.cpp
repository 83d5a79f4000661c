#include "health/verdict.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/errors.hpp"

namespace caas::kafka::health {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

BrokerHealth broker(int id, bool healthy, std::string error = {}) {
  BrokerHealth health;
  health.nodeId = id;
  health.host = "10.0.0.1";
  health.port = 9090 + id;
  health.healthy = healthy;
  health.error = std::move(error);
  return health;
}

Findings allWell() {
  TopicHealthResult topics;
  topics.healthy = true;
  topics.topics = 12;
  topics.partitions = 100;
  return {.brokers = std::vector{broker(1, true), broker(2, true), broker(3, true)},
          .topics = topics,
          .missingPlatformTopics = std::vector<std::string>{}};
}

TEST(Verdict, HealthySaysWhatWasChecked) {
  const auto verdict = judge(allWell());
  EXPECT_EQ(verdict.status, HealthStatus::kHealthy);
  EXPECT_THAT(verdict.reasons, ElementsAre(AllOf(HasSubstr("3 brokers"), HasSubstr("12 topics"),
                                                 HasSubstr("100 partitions"))));
}

TEST(Verdict, ABrokerThatIsDownDegradesAndIsNamed) {
  auto findings = allWell();
  findings.brokers->at(1) = broker(2, false, "it does not answer");
  findings.topics->underReplicatedPartitions = 1;
  findings.topics->problems = {{"chat.messages.t", "partition 4: a replica is not in sync"}};
  const auto verdict = judge(findings);
  EXPECT_EQ(verdict.status, HealthStatus::kDegraded);
  EXPECT_THAT(verdict.reasons,
              ElementsAre(HasSubstr("broker 2 (10.0.0.1:9092) is not healthy: it does not answer"),
                          HasSubstr("1 partition has a replica that is not in sync"),
                          HasSubstr("chat.messages.t: partition 4")));
}

TEST(Verdict, WhatStopsWritesIsUnhealthyAndComesFirst) {
  for (int TopicHealthResult::* const field :
       {&TopicHealthResult::offlinePartitions, &TopicHealthResult::underMinIsrPartitions}) {
    auto findings = allWell();
    findings.brokers->at(0) = broker(1, false, "gone");
    (*findings.topics).*field = 2;
    const auto verdict = judge(findings);
    EXPECT_EQ(verdict.status, HealthStatus::kUnhealthy);
    EXPECT_THAT(verdict.reasons.front(), HasSubstr("2 partitions"));
  }
}

TEST(Verdict, MissingTopicsOfThePlatformAreWorseThanThoseOfATenant) {
  auto findings = allWell();
  findings.topics->missingTopics = 2;
  findings.missingPlatformTopics = std::vector<std::string>{"platform.audit"};
  auto verdict = judge(findings);
  EXPECT_EQ(verdict.status, HealthStatus::kUnhealthy);
  EXPECT_THAT(verdict.reasons,
              ElementsAre(AllOf(HasSubstr("platform.audit"), HasSubstr("caas-kafka init")),
                          HasSubstr("1 topic of a tenant")));

  findings.missingPlatformTopics->clear();
  verdict = judge(findings);
  EXPECT_EQ(verdict.status, HealthStatus::kDegraded);
  EXPECT_THAT(verdict.reasons, ElementsAre(HasSubstr("2 topics of tenants")));
}

TEST(Verdict, DriftDegrades) {
  auto findings = allWell();
  findings.topics->driftedTopics = 1;
  const auto verdict = judge(findings);
  EXPECT_EQ(verdict.status, HealthStatus::kDegraded);
  EXPECT_THAT(verdict.reasons, ElementsAre(HasSubstr("topics plan")));
}

TEST(Verdict, ARegistryThatIsDownDegradesAndIsNamed) {
  auto findings = allWell();
  findings.registry = RegistryHealth{.urls = "http://registry:8081", .up = true};
  EXPECT_EQ(judge(findings).status, HealthStatus::kHealthy);
  findings.registry->up = false;
  findings.registry->error = "http://registry:8081 could not be reached";
  const auto verdict = judge(findings);
  EXPECT_EQ(verdict.status, HealthStatus::kDegraded);
  EXPECT_THAT(verdict.reasons, ElementsAre(HasSubstr("http://registry:8081 could not be reached")));
}

TEST(Verdict, NoBrokerIsUnhealthyWithTheErrorsOwnWords) {
  Findings findings{.brokers = fail(errors::connectionTimeout("a:1", "a:1: Connection refused",
                                                              Milliseconds{500})),
                    .topics = fail(errors::timeout("x", Milliseconds{1}))};
  const auto verdict = judge(findings);
  EXPECT_EQ(verdict.status, HealthStatus::kUnhealthy);
  EXPECT_THAT(verdict.reasons,
              ElementsAre(AllOf(HasSubstr("a:1: Connection refused"), HasSubstr("KAFKA_BROKERS"))));
}

TEST(Verdict, TopicsThatCouldNotBeCheckedDegrade) {
  auto findings = allWell();
  findings.topics = fail(errors::timeout("reading the metadata", Milliseconds{100}));
  const auto verdict = judge(findings);
  EXPECT_EQ(verdict.status, HealthStatus::kDegraded);
  EXPECT_THAT(verdict.reasons, ElementsAre(HasSubstr("reading the metadata")));
}

TEST(Verdict, OnlyTheFirstProblemsAreNamed) {
  auto findings = allWell();
  findings.topics->driftedTopics = 60;
  findings.topics->problems.assign(50, {"t", "p"});
  findings.topics->problemsNotShown = 10;
  const auto verdict = judge(findings);
  ASSERT_EQ(verdict.reasons.size(), 7U);
  EXPECT_THAT(verdict.reasons.back(), HasSubstr("55 more topics"));
}

TEST(HealthStatus, HasWords) { EXPECT_EQ(toString(HealthStatus::kDegraded), "degraded"); }

TEST(UnavailableHealthCheck, GivesItsErrorEverywhere) {
  const auto check =
      HealthCheck::unavailable(errors::invalidConfiguration("PRODUCER_ACKS is 'some'"));
  const auto result = check->check();
  EXPECT_EQ(result.status, HealthStatus::kUnhealthy);
  EXPECT_THAT(result.reasons, ElementsAre(HasSubstr("PRODUCER_ACKS")));
  EXPECT_THAT(check->ping().error, HasSubstr("PRODUCER_ACKS"));
  EXPECT_EQ(check->checkBrokers().error().code, ErrorCode::kInvalidConfiguration);
  EXPECT_EQ(check->checkTopics().error().code, ErrorCode::kInvalidConfiguration);
  EXPECT_EQ(check->getStats().error().code, ErrorCode::kInvalidConfiguration);
}

}  // namespace
}  // namespace caas::kafka::health
