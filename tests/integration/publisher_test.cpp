// The built-in events on real topics: where they land, under which key, with which bytes.
#include "caas/kafka/publisher.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <random>

#include <boost/json.hpp>
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "caas/kafka/topic_manager.hpp"
#include "support/cluster.hpp"

namespace caas::kafka::test {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kTrace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
constexpr Timestamp kTime{std::chrono::milliseconds{1'100'520'000'000}};  // 2004-11-15T12:00:00Z

/// One tenant for all tests of the suite; each test reads its own conversation or id.
class Publisher : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    settings_ = testSettings();
    catalog_ = must(Catalog::load(*settings_));
    tenant_ = must(TenantId::parse(uniqueTenant("publish")));
    const auto topics = TopicManager::create(*settings_, *catalog_);
    must(topics->createPlatformTopics(), "platform topics");
    must(topics->createTenantTopics(tenant_->str()), "onboarding");
  }

  static std::unique_ptr<EventPublisher> open() {
    return must(EventPublisher::create(*settings_, *catalog_));
  }
  static std::string topicOf(std::string_view entry) {
    return catalog_->find(entry)->topicFor(*tenant_);
  }
  /// The record of this topic whose value holds `mark`: topics of the platform are shared.
  static ReceivedRecord only(const std::string& topic, std::string_view mark) {
    auto records = readAll(topic);
    std::erase_if(records, [&](const ReceivedRecord& record) {
      return !record.value || record.value->find(mark) == std::string::npos;
    });
    if (records.size() != 1) {
      throw std::runtime_error(
          fmt::format("{} records with '{}' in {}", records.size(), mark, topic));
    }
    return records.front();
  }
  static boost::json::object json(const ReceivedRecord& record) {
    return boost::json::parse(*record.value).as_object();
  }

  static inline std::optional<Settings> settings_;
  static inline std::optional<Catalog> catalog_;
  static inline std::optional<TenantId> tenant_;
};

TEST_F(Publisher, EveryTenantEventArrivesUnderItsKey) {
  struct Case {
    std::string entry;
    std::string type;
    std::string key;  ///< empty: any
    std::string mark;
  };
  const std::vector<Case> cases{{"chat.messages", "message", "every-c1", "\"messageId\""},
                                {"chat.events", "reaction", "every-u2", "\"emoji\""},
                                {"chat.events", "typing", "every-u3", "\"typing\""},
                                {"chat.events", "read-receipt", "every-u4", "every-m4"},
                                {"presence", "presence", "every-u5", "every-u5"},
                                {"analytics", "analytics", "", "every-opened"},
                                {"notifications", "notification", "every-u7", "every-u7"}};
  auto publisher = open();
  const auto& tenant = *tenant_;
  must(publisher->publish(
      tenant,
      ChatMessage{.conversationId = "every-c1", .userId = "every-u1", .text = "hällo \"you\"\n"}));
  must(publisher->publish(
      tenant,
      Reaction{.conversationId = "c", .messageId = "m", .userId = "every-u2", .emoji = "👍"}));
  must(publisher->publish(tenant, Typing{.conversationId = "c", .userId = "every-u3"}));
  must(publisher->publish(
      tenant, ReadReceipt{.conversationId = "c", .messageId = "every-m4", .userId = "every-u4"}));
  must(publisher->publish(tenant, Presence{.userId = "every-u5", .state = "away"}));
  must(publisher->publish(
      tenant, AnalyticsEvent{.name = "every-opened", .properties = {{"screen", "inbox"}}}));
  must(publisher->publish(
      tenant,
      Notification{
          .userId = "every-u7", .kind = "mention", .title = "You were mentioned", .body = ""}));
  ASSERT_TRUE(must(publisher->close()).clean());
  EXPECT_EQ(publisher->stats().delivered, 7);

  for (const auto& expected : cases) {
    const auto record = only(topicOf(expected.entry), expected.mark);
    EXPECT_EQ(record.header("caas.type"), expected.type);
    EXPECT_FALSE(record.header("caas.event-time")) << "the event had no time of its own";
    ASSERT_TRUE(record.key) << expected.type;
    EXPECT_TRUE(expected.key.empty() ? !record.key->empty() : *record.key == expected.key)
        << expected.type << " has the key " << *record.key;
    const auto event = must(eventFromJson(expected.type, *record.value), expected.type);
    const auto fields = *eventFields(expected.type);
    for (const auto& field : fields) {
      EXPECT_TRUE(event.fields.contains(field.name) ||
                  (!field.required && !field.generatedId && !field.eventTime))
          << expected.type << " lacks " << field.name;
    }
  }
  EXPECT_EQ(json(only(topicOf("chat.messages"), "every-c1")).at("text"), "hällo \"you\"\n");
}

TEST_F(Publisher, PlatformEventsAreKeyedByTenantOrByThePlatform) {
  auto publisher = open();
  const auto mark = uniqueTenant("mark");
  must(publisher->publish(PlatformEvent{.eventId = mark + "-own", .name = "platform.started"}));
  must(publisher->publish(PlatformEvent{.eventId = mark + "-tenant",
                                        .tenantId = tenant_->str(),
                                        .name = "tenant.created",
                                        .details = {{"by", "test"}}}));
  must(publisher->publish(AuditEvent{.eventId = mark + "-audit",
                                     .tenantId = tenant_->str(),
                                     .actor = "tester",
                                     .action = "tenant.create",
                                     .resource = "tenant/" + tenant_->str(),
                                     .outcome = "success"}));
  must(publisher->publish(PlatformNotification{
      .notificationId = mark + "-note", .severity = "warning", .title = "disk", .body = "80 %"}));
  ASSERT_TRUE(must(publisher->close()).clean());

  EXPECT_EQ(only("platform.events", mark + "-own").key, PartitionStrategy::kPlatformKey);
  const auto created = only("platform.events", mark + "-tenant");
  EXPECT_EQ(created.key, tenant_->str());
  EXPECT_EQ(created.header("caas.type"), "platform-event");
  EXPECT_EQ(json(created).at("details").at("by"), "test");
  const auto audit = only("platform.audit", mark + "-audit");
  EXPECT_EQ(audit.key, tenant_->str());
  EXPECT_EQ(json(audit).at("outcome"), "success");
  EXPECT_EQ(only("platform.notifications", mark + "-note").key, PartitionStrategy::kPlatformKey);
}

TEST_F(Publisher, AnOldEventKeepsItsTimeInAHeaderAndThePresentAsTimestamp) {
  auto publisher = open();
  const auto before = systemClock().now();
  must(publisher->publish(
      *tenant_,
      ChatMessage{.conversationId = "old-c", .userId = "u", .text = "from 2004", .sentAt = kTime}));
  ASSERT_TRUE(must(publisher->close()).clean());
  const auto record = only(topicOf("chat.messages"), "from 2004");
  EXPECT_EQ(record.header("caas.event-time"), "1100520000000");
  EXPECT_EQ(json(record).at("sentAt"), "2004-11-15T12:00:00.000Z");
  EXPECT_GE(record.timestamp, before) << "an old timestamp is deleted by retention at once";
}

TEST_F(Publisher, HeadersOfTheCallerGoAlongButNotOurs) {
  auto publisher = open();
  const std::array<HeaderView, 5> headers{{{"app", "web"},
                                           {"caas.type", "forged"},
                                           {"caas.attempt", "9"},
                                           {"traceparent", "an older one"},
                                           {"nothing", std::nullopt}}};
  must(publisher->publish(
      *tenant_, ChatMessage{.conversationId = "head-c", .userId = "u", .text = "with headers"}, {},
      {.headers = headers, .traceparent = kTrace}));
  ASSERT_TRUE(must(publisher->close()).clean());
  auto record = only(topicOf("chat.messages"), "with headers");
  std::ranges::sort(record.headers, {}, &Header::name);
  const std::vector<Header> expected{{"app", "web"},
                                     {"caas.type", "message"},
                                     {"nothing", std::nullopt},
                                     {"traceparent", std::string(kTrace)}};
  EXPECT_EQ(record.headers, expected);
}

TEST_F(Publisher, ClearPresenceIsATombstoneOnTheSamePartition) {
  auto publisher = open();
  must(publisher->publish(*tenant_, Presence{.userId = "clear-u", .state = "online"}));
  must(publisher->clearPresence(*tenant_, "clear-u"));
  ASSERT_TRUE(must(publisher->close()).clean());
  auto records = readAll(topicOf("presence"));
  std::erase_if(records, [](const ReceivedRecord& record) { return record.key != "clear-u"; });
  ASSERT_EQ(records.size(), 2U);
  EXPECT_TRUE(records[0].value);
  EXPECT_FALSE(records[1].value);
  EXPECT_EQ(records[0].partition, records[1].partition);
  EXPECT_EQ(records[1].header("caas.type"), "presence");
}

/// The same keys in every run, so that a fluke cannot fail the test.
class SeededRandom final : public Random {
 public:
  std::uint64_t next() override {
    const std::lock_guard lock(mutex_);
    return generator_();
  }

 private:
  std::mutex mutex_;
  std::mt19937_64 generator_{20261123};
};

TEST_F(Publisher, AnalyticsSpreadsWithinFivePercent) {
  constexpr int kRecords = 40'000;
  constexpr int kPartitions = 8;
  std::array<std::atomic<int>, kPartitions> perPartition{};
  std::atomic<int> failed = 0;
  SeededRandom random;
  auto publisher = must(EventPublisher::create(*settings_, *catalog_, systemClock(), random));
  for (int i = 0; i < kRecords; ++i) {
    must(publisher->publish(*tenant_, AnalyticsEvent{.name = "spread"},
                            [&](const DeliveryReport& report) {
                              if (report.delivered()) {
                                ++perPartition.at(static_cast<std::size_t>(report.partition));
                              } else {
                                ++failed;
                              }
                            }));
  }
  ASSERT_TRUE(must(publisher->close(Milliseconds{60'000})).clean());
  EXPECT_EQ(failed, 0);
  constexpr double kMean = static_cast<double>(kRecords) / kPartitions;
  for (std::size_t i = 0; i < kPartitions; ++i) {
    EXPECT_NEAR(perPartition.at(i), kMean, kMean * 0.05) << "partition " << i;
  }
}

TEST_F(Publisher, EachPresetHasItsProducerAndCloseSumsThem) {
  auto yaml = std::string(Catalog::embeddedYaml());
  const std::string entry = "    events: [presence]\n";
  yaml.replace(yaml.find(entry), entry.size(), entry + "    preset: low-latency\n");
  const auto catalog = must(Catalog::parse(yaml, *settings_));
  ASSERT_EQ(catalog.findByEventType("presence")->preset, ProducerPreset::kLowLatency);
  auto publisher = must(EventPublisher::create(*settings_, catalog));
  for (int i = 0; i < 10; ++i) {
    must(publisher->publish(*tenant_, Presence{.userId = "preset-u", .state = "online"}));
    must(publisher->publish(*tenant_, Typing{.conversationId = "c", .userId = "preset-u"}));
  }
  must(publisher->flush());
  EXPECT_EQ(publisher->stats().accepted, 20);
  EXPECT_EQ(publisher->stats().delivered, 20);
  EXPECT_EQ(publisher->stats().inFlight, 0);
  ASSERT_TRUE(must(publisher->close()).clean());
}

TEST_F(Publisher, AnEventForATenantWithoutTopicsIsReported) {
  auto publisher = open();
  const auto nobody = must(TenantId::parse(uniqueTenant("nobody")));
  std::atomic<int> reports = 0;
  std::optional<ErrorCode> code;
  const auto sent = publisher->publish(
      nobody, ChatMessage{.conversationId = "c", .userId = "u", .text = "x"},
      [&](const DeliveryReport& report) {
        code = report.error != nullptr ? std::optional(report.error->code) : std::nullopt;
        ++reports;
      });
  if (sent) {
    ASSERT_TRUE(publisher->close(Milliseconds{30'000}));
    ASSERT_EQ(reports, 1);
  } else {
    code = sent.error().code;
  }
  EXPECT_EQ(code, ErrorCode::kTopicNotFound);
}

}  // namespace
}  // namespace caas::kafka::test
