// A service before and after its life, without a cluster. The rest is in
// tests/integration/service_test.cpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "caas/kafka/service.hpp"
#include "core/errors.hpp"

namespace caas::kafka {
namespace {

using testing::HasSubstr;

Settings nobodyListens() {
  Settings settings;
  settings.brokers = {"127.0.0.1:1"};
  return settings;
}

TEST(KafkaServiceWithBadSettings, SaysSoInEveryCallAndIsNeverNull) {
  const auto service =
      makeKafkaService(fail(errors::invalidConfiguration("PRODUCER_ACKS is 'some'")));
  const auto initialized = service->initialize();
  ASSERT_FALSE(initialized);
  EXPECT_EQ(initialized.error().code, ErrorCode::kInvalidConfiguration);
  EXPECT_FALSE(service->initialized());
  EXPECT_THAT(service->getHealth().error().message, HasSubstr("PRODUCER_ACKS"));
  EXPECT_THAT(service->publisher().error().message, HasSubstr("PRODUCER_ACKS"));
  EXPECT_THAT(service->settings().error().message, HasSubstr("PRODUCER_ACKS"));
  EXPECT_THAT(service->catalog().error().message, HasSubstr("PRODUCER_ACKS"));
  EXPECT_THAT(service->makeConsumer().error().message, HasSubstr("PRODUCER_ACKS"));
  EXPECT_THAT(service->makeGroupManager().error().message, HasSubstr("PRODUCER_ACKS"));
  EXPECT_THAT(service->makeDeadLetterQueue().error().message, HasSubstr("PRODUCER_ACKS"));
  EXPECT_THAT(service->snapshots().error().message, HasSubstr("PRODUCER_ACKS"));
  EXPECT_THAT(service->probe().error().message, HasSubstr("PRODUCER_ACKS"));
  EXPECT_THAT(service->metricsText(), HasSubstr("process_open_fds "));
  ASSERT_NE(service->topicManager(), nullptr);
  EXPECT_THAT(service->topicManager()->listTopics().error().message, HasSubstr("PRODUCER_ACKS"));
  ASSERT_NE(service->healthCheck(), nullptr);
  EXPECT_FALSE(service->healthCheck()->ping().success);
  EXPECT_TRUE(service->shutdown());
}

TEST(KafkaServiceWithBadSettings, ACatalogThatCannotBeReadIsOne) {
  auto settings = nobodyListens();
  settings.catalogFile = "/nonexistent/topics.yaml";
  const auto service = makeKafkaService(settings);
  const auto initialized = service->initialize();
  ASSERT_FALSE(initialized);
  EXPECT_THAT(initialized.error().describe(), HasSubstr("/nonexistent/topics.yaml"));
}

TEST(KafkaServiceMetrics, TellOfTheProcessWithoutAnySnapshot) {
  const auto service = makeKafkaService(nobodyListens());
  const auto text = service->metricsText();
  EXPECT_THAT(text, HasSubstr("caas_kafka_build_info{version=\""));
  EXPECT_THAT(text, testing::Not(HasSubstr("caas_kafka_brokers ")));
  EXPECT_EQ((*service->snapshots())->latest()->number, 0U) << "nothing is asked for a scrape";
}

TEST(KafkaServiceAfterShutdown, StopsWhatObserves) {
  const auto service = makeKafkaService(nobodyListens());
  const auto snapshots = *service->snapshots();
  const auto probe = *service->probe();
  ASSERT_TRUE(service->shutdown());
  EXPECT_EQ(snapshots->refresh().error().code, ErrorCode::kShutdown);
  probe->start();
  EXPECT_EQ(probe->report().at, Timestamp{});
}

TEST(KafkaServiceAfterShutdown, EveryCallGivesShutdown) {
  const auto service = makeKafkaService(nobodyListens());
  const auto held = service->publisher();
  ASSERT_TRUE(held);
  for (int i = 0; i < 2; ++i) {
    const auto report = service->shutdown();
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->clean());
  }
  EXPECT_EQ(service->initialize().error().code, ErrorCode::kShutdown);
  EXPECT_EQ(service->snapshots().error().code, ErrorCode::kShutdown);
  EXPECT_EQ(service->probe().error().code, ErrorCode::kShutdown);
  EXPECT_EQ(service->getHealth().error().code, ErrorCode::kShutdown);
  EXPECT_EQ(service->publisher().error().code, ErrorCode::kShutdown);
  EXPECT_EQ(service->settings().error().code, ErrorCode::kShutdown);
  EXPECT_EQ(service->topicManager()->listTopics().error().code, ErrorCode::kShutdown);
  EXPECT_EQ(service->healthCheck()->checkBrokers().error().code, ErrorCode::kShutdown);
  const auto late = (*held)->publish(PlatformEvent{.name = "late"});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::kShutdown);
}

TEST(KafkaServiceParts, OutliveTheService) {
  std::shared_ptr<const Catalog> catalog;
  std::shared_ptr<const Settings> settings;
  std::shared_ptr<EventPublisher> publisher;
  {
    const auto service = makeKafkaService(nobodyListens());
    catalog = *service->catalog();
    settings = *service->settings();
    publisher = *service->publisher();
  }
  EXPECT_NE(catalog->find("chat.messages"), nullptr);
  EXPECT_EQ(settings->brokers.front(), "127.0.0.1:1");
  EXPECT_FALSE(publisher->publish(PlatformEvent{})) << "validated by the catalog that it kept";
}

}  // namespace
}  // namespace caas::kafka
