// KafkaService from initialize to shutdown on the real cluster.
#include "caas/kafka/service.hpp"

#include <atomic>
#include <thread>

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/cluster.hpp"

namespace caas::kafka::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(Service, InitializesOnceHoweverOftenItIsAsked) {
  const auto service = makeKafkaService(testSettings());
  EXPECT_FALSE(service->initialized());
  std::atomic<int> good = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] { good += service->initialize() ? 1 : 0; });
    }
  }
  EXPECT_EQ(good, 4);
  EXPECT_TRUE(service->initialized());
  EXPECT_TRUE(service->initialize());

  const auto catalog = must(service->catalog());
  const auto topics = must(service->topicManager()->listTopics());
  for (const auto& definition : catalog->definitions()) {
    if (!definition.perTenant()) {
      EXPECT_NE(std::ranges::find(topics, definition.pattern, &TopicInfo::name), topics.end())
          << definition.pattern;
    }
  }
  const auto health = must(service->getHealth());
  EXPECT_EQ(health.details.cluster->brokers, 3);
  EXPECT_NE(health.status, HealthStatus::kUnhealthy);
  EXPECT_TRUE(must(service->makeGroupManager())->listGroups());
  EXPECT_TRUE(must(service->makeDeadLetterQueue())->list({}));

  EXPECT_TRUE(must(service->shutdown()).clean());
  EXPECT_FALSE(service->initialized());
  EXPECT_EQ(service->initialize().error().code, ErrorCode::kShutdown);
}

TEST(Service, InitializeSaysWhichAddressesWereTried) {
  Settings settings;
  settings.brokers = {"127.0.0.1:1"};
  const auto service = makeKafkaService(settings);
  const auto result = service->initialize(Milliseconds{1'500});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kConnectionTimeout);
  EXPECT_THAT(result.error().describe(),
              AllOf(HasSubstr("127.0.0.1:1: "), HasSubstr("KAFKA_BROKERS")));
  EXPECT_FALSE(service->initialized());
  EXPECT_TRUE(service->shutdown(Milliseconds{1'000}));
}

TEST(Service, ShutdownDeliversWhatIsInFlightOrReportsIt) {
  const auto settings = testSettings();
  const auto service = makeKafkaService(settings);
  must(service->initialize(), "initialize");
  const auto tenant = must(TenantId::parse(uniqueTenant("shutdown")));
  must(service->topicManager()->createTenantTopics(tenant.str()), "onboarding");
  const auto publisher = must(service->publisher());

  std::atomic<bool> stop = false;
  std::atomic<std::int64_t> accepted = 0;
  std::atomic<std::int64_t> delivered = 0;
  std::atomic<std::int64_t> failed = 0;
  std::atomic<std::int64_t> refused = 0;
  std::vector<std::jthread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; !stop; ++i) {
        const auto sent = publisher->publish(
            tenant,
            ChatMessage{.conversationId = fmt::format("c-{}-{}", t, i % 50),
                        .userId = "u",
                        .text = "in flight"},
            [&](const DeliveryReport& report) { ++(report.delivered() ? delivered : failed); });
        if (sent) {
          ++accepted;
        } else {
          EXPECT_EQ(sent.error().code, ErrorCode::kShutdown) << sent.error().describe();
          ++refused;
          return;
        }
      }
    });
  }
  ASSERT_TRUE(eventually(Milliseconds{30'000}, [&] { return delivered > 2'000; }));
  const auto report = must(service->shutdown());
  EXPECT_TRUE(eventually(Milliseconds{30'000}, [&] { return refused == 3; }));
  stop = true;
  threads.clear();

  EXPECT_TRUE(report.clean()) << report.notPersisted << " + " << report.possiblyPersisted;
  EXPECT_EQ(delivered + failed, accepted);
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(readAll("chat.messages." + tenant.str()).size(), static_cast<std::size_t>(delivered));
  const auto again = must(service->shutdown());
  EXPECT_EQ(again.delivered, report.delivered);
}

TEST(Service, ShutdownWithNobodyThereReportsEverythingWithinItsDeadline) {
  Settings settings;
  settings.brokers = {"127.0.0.1:1"};
  const auto service = makeKafkaService(settings);
  const auto publisher = must(service->publisher());
  std::atomic<int> failed = 0;
  for (int i = 0; i < 100; ++i) {
    must(publisher->publish(PlatformEvent{.name = "lost"}, [&](const DeliveryReport& report) {
      failed += report.persistence == Persistence::kNotPersisted ? 1 : 0;
    }));
  }
  const auto start = std::chrono::steady_clock::now();
  const auto report = must(service->shutdown(Milliseconds{500}));
  EXPECT_LE(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
  EXPECT_EQ(report.notPersisted, 100);
  EXPECT_EQ(failed, 100);
}

}  // namespace
}  // namespace caas::kafka::test
