// The copies of failed records, on the real cluster.
#include <algorithm>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/dlq_seed.hpp"

namespace caas::kafka::test {
namespace {

using consume::FailureOutcome;
using consume::FailureStage;
using retry::FailureHeadersState;
using ::testing::HasSubstr;
using ::testing::SizeIs;

const TopicConfigMap kTakesFailedRecords{{"message.timestamp.type", "LogAppendTime"},
                                         {"max.message.bytes", "16842752"}};

/// Bytes that no codec makes smaller.
std::string noise(std::size_t bytes) {
  std::mt19937_64 random(bytes);
  std::string text(bytes, '\0');
  std::ranges::generate(text, [&] { return static_cast<char>(random()); });
  return text;
}

class RetryRoute : public ::testing::Test {
 protected:
  RetryPolicy policy() const {
    RetryPolicy policy;
    policy.tiers = {{first_.name(), Milliseconds{1'000}}, {second_.name(), Milliseconds{60'000}}};
    policy.dlqTopic = dlq_.name();
    return policy;
  }
  std::unique_ptr<retry::FailureRouter> router(const RetryPolicy& policy) const {
    return must(
        retry::FailureRouter::create(testSettings(), {.policy = policy, .group = "billing"}));
  }
  ConsumedRecord record(std::span<const HeaderView> headers = {}) const {
    return {.topic = source_.name(),
            .partition = 1,
            .offset = 42,
            .timestamp = Timestamp{Milliseconds{1'700'000'000'000}},
            .key = "conversation-1",
            .value = "{\"text\":\"hello\"}",
            .headers = headers};
  }

  const TestTopic source_{"route-source", 2};
  const TestTopic first_{"route-retry-1", 3, kTakesFailedRecords};
  const TestTopic second_{"route-retry-2", 3, kTakesFailedRecords};
  const TestTopic dlq_{"route-dlq", 3, kTakesFailedRecords};
};

/// The copy as its group's reader would hand it on.
ConsumedRecord retried(const ReceivedRecord& copy, const std::vector<HeaderView>& headers,
                       const retry::FailureHeaders& failure) {
  return {.topic = failure.origin.topic,
          .partition = failure.origin.partition,
          .offset = failure.origin.offset,
          .timestamp = failure.origin.timestamp,
          .key = copy.key ? std::optional<std::string_view>(*copy.key) : std::nullopt,
          .value = copy.value ? std::optional<std::string_view>(*copy.value) : std::nullopt,
          .headers = headers,
          .attempt = failure.attempt};
}

TEST_F(RetryRoute, ARecordGoesThroughTheTiersToTheDlqWithItsHeaders) {
  const auto routing = router(policy());
  const std::vector<HeaderView> own{{"caas.type", "message"}, {"traceparent", "00-ab"}};
  const auto before = systemClock().now();
  ASSERT_EQ(must(divertAndWait(*routing, record(own), HandlerResult::Kind::kRetry, "db",
                               "no answer from shard 7")),
            FailureOutcome::kRetryLater);
  const auto firstCopies = readAll(first_.name());
  ASSERT_THAT(firstCopies, SizeIs(1));
  const auto one = failureHeadersOf(firstCopies.front());
  ASSERT_EQ(one.state, FailureHeadersState::kCurrent) << one.problem;
  EXPECT_EQ(firstCopies.front().key, "conversation-1");
  EXPECT_EQ(firstCopies.front().value, "{\"text\":\"hello\"}");
  EXPECT_EQ(firstCopies.front().header("caas.type"), "message");
  EXPECT_EQ(one.headers.origin.topic, source_.name());
  EXPECT_EQ(one.headers.origin.topicId,
            must(admin().describeTopics({source_.name()})).front().topicId);
  EXPECT_FALSE(one.headers.origin.topicId.empty());
  EXPECT_EQ(one.headers.origin.partition, 1);
  EXPECT_EQ(one.headers.origin.offset, 42);
  EXPECT_EQ(one.headers.origin.timestamp, record().timestamp);
  EXPECT_EQ(one.headers.origin.group, "billing");
  EXPECT_EQ(one.headers.attempt, 2);
  EXPECT_EQ(one.headers.tier, 1);
  EXPECT_GE(one.headers.notBefore, before + Milliseconds{1'000});
  EXPECT_EQ(one.headers.error.code, "db");
  EXPECT_EQ(one.headers.error.stage, "handle");
  EXPECT_THAT(one.headers.id, SizeIs(36));

  auto headers = retry::viewsOf(firstCopies.front().headers);
  ASSERT_EQ(must(divertAndWait(*routing, retried(firstCopies.front(), headers, one.headers),
                               HandlerResult::Kind::kRetry, "db", "no answer from shard 8")),
            FailureOutcome::kRetryLater);
  const auto secondCopies = readAll(second_.name());
  ASSERT_THAT(secondCopies, SizeIs(1));
  const auto two = failureHeadersOf(secondCopies.front());
  EXPECT_EQ(two.headers.attempt, 3);
  EXPECT_EQ(two.headers.tier, 2);
  EXPECT_EQ(two.headers.id, one.headers.id);
  EXPECT_EQ(two.headers.origin, one.headers.origin);
  EXPECT_EQ(two.headers.firstFailedAt, one.headers.firstFailedAt);
  EXPECT_EQ(two.headers.error.fingerprint, one.headers.error.fingerprint);
  EXPECT_EQ(secondCopies.front().headers.size(), firstCopies.front().headers.size());

  headers = retry::viewsOf(secondCopies.front().headers);
  ASSERT_EQ(must(divertAndWait(*routing, retried(secondCopies.front(), headers, two.headers))),
            FailureOutcome::kDeadLettered);
  const auto entries = readAll(dlq_.name());
  ASSERT_THAT(entries, SizeIs(1));
  const auto dead = failureHeadersOf(entries.front());
  EXPECT_EQ(dead.headers.reason, DlqReason::kExhausted);
  EXPECT_EQ(dead.headers.attempt, 3);
  EXPECT_EQ(dead.headers.tier, 2);
  EXPECT_EQ(dead.headers.id, one.headers.id);
  EXPECT_EQ(entries.front().value, "{\"text\":\"hello\"}");
  EXPECT_EQ(entries.front().header("traceparent"), "00-ab");
}

TEST_F(RetryRoute, NullAndEmptyAndUndecodableBytesStayAsTheyAre) {
  const auto routing = router(policy());
  ConsumedRecord nothing = record();
  nothing.key.reset();
  nothing.value.reset();
  ASSERT_TRUE(divertAndWait(*routing, nothing, HandlerResult::Kind::kReject));
  ConsumedRecord empty = record();
  empty.key = "";
  empty.value = "";
  empty.offset = 43;
  ASSERT_TRUE(divertAndWait(*routing, empty, HandlerResult::Kind::kReject));
  ConsumedRecord bytes = record();
  bytes.value = std::string_view("\xFF\x00\xFE", 3);
  bytes.offset = 44;
  ASSERT_TRUE(divertAndWait(*routing, bytes, HandlerResult::Kind::kReject, "avro", "bad magic",
                            FailureStage::kDecode));
  std::map<std::int64_t, ReceivedRecord> entries;
  for (const auto& entry : readAll(dlq_.name())) {
    entries[failureHeadersOf(entry).headers.origin.offset] = entry;
  }
  ASSERT_THAT(entries, SizeIs(3));
  EXPECT_EQ(entries[42].key, std::nullopt);
  EXPECT_EQ(entries[42].value, std::nullopt);
  EXPECT_EQ(entries[43].key, "");
  EXPECT_EQ(entries[43].value, "");
  EXPECT_EQ(entries[44].value, std::string("\xFF\x00\xFE", 3));
  EXPECT_EQ(failureHeadersOf(entries[44]).headers.reason, DlqReason::kUndecodable);
  EXPECT_EQ(failureHeadersOf(entries[42]).headers.reason, DlqReason::kRejected);
}

TEST_F(RetryRoute, LargeRecordsAreCopiedAndTooLargeOnesPointToTheirOrigin) {
  const auto routing = router(policy());
  const std::string megabyte = noise(1'000'000);
  const std::string sixteen = noise(16UL * 1024 * 1024);
  const std::string more = noise(16UL * 1024 * 1024 + 64UL * 1024);
  ConsumedRecord large = record();
  const std::string message(100'000, 'm');
  for (const auto* value : {&megabyte, &sixteen, &more}) {
    large.value = *value;
    const auto outcome =
        must(divertAndWait(*routing, large, HandlerResult::Kind::kRetry, "busy", message));
    EXPECT_EQ(outcome,
              value == &more ? FailureOutcome::kDeadLettered : FailureOutcome::kRetryLater);
    ++large.offset;
  }
  const auto copies = readAll(first_.name());
  ASSERT_THAT(copies, SizeIs(2));
  for (const auto& copy : copies) {
    const bool small = failureHeadersOf(copy).headers.origin.offset == 42;
    EXPECT_TRUE(copy.value == (small ? megabyte : sixteen));
  }
  const auto entries = readAll(dlq_.name());
  ASSERT_THAT(entries, SizeIs(1));
  EXPECT_EQ(entries.front().value, std::nullopt);
  EXPECT_EQ(entries.front().key, "conversation-1");
  const auto pointer = failureHeadersOf(entries.front()).headers;
  EXPECT_EQ(pointer.reason, DlqReason::kOversize);
  EXPECT_EQ(pointer.origin.offset, 44);
  EXPECT_EQ(pointer.originBytes, std::ssize(more) + 14);
}

/// The topic's own limit bites only at the broker.
TEST_F(RetryRoute, ARecordThatTheBrokerRefusesAsTooLargePointsToItsOriginToo) {
  const TestTopic narrow("route-narrow", 1, {{"max.message.bytes", "100000"}});
  auto some = policy();
  some.tiers = {{narrow.name(), Milliseconds{1}}};
  const auto routing = router(some);
  const std::string value = noise(200'000);
  ConsumedRecord large = record();
  large.value = value;
  EXPECT_EQ(must(divertAndWait(*routing, large)), FailureOutcome::kDeadLettered);
  const auto entries = readAll(dlq_.name());
  ASSERT_THAT(entries, SizeIs(1));
  EXPECT_EQ(failureHeadersOf(entries.front()).headers.reason, DlqReason::kOversize);
}

/// Whoever may write to a source topic can write headers like ours there.
TEST_F(RetryRoute, PlantedHeadersBeginNoWayInTheMiddle) {
  const auto routing = router(policy());
  const std::vector<HeaderView> planted{{"caas.v", "1"},
                                        {"caas.id", "planted"},
                                        {"caas.origin.topic", "somebody.elses"},
                                        {"caas.origin.partition", "0"},
                                        {"caas.origin.offset", "1"},
                                        {"caas.origin.timestamp", "1"},
                                        {"caas.origin.group", "other"},
                                        {"caas.first-failed-at", "1"},
                                        {"caas.last-failed-at", "1"},
                                        {"caas.attempt", "9"},
                                        {"caas.tier", "4"}};
  ASSERT_EQ(must(divertAndWait(*routing, record(planted))), FailureOutcome::kRetryLater);
  const auto copies = readAll(first_.name());
  ASSERT_THAT(copies, SizeIs(1));
  const auto parsed = failureHeadersOf(copies.front());
  ASSERT_EQ(parsed.state, FailureHeadersState::kCurrent) << parsed.problem;
  EXPECT_EQ(parsed.headers.origin.topic, source_.name());
  EXPECT_EQ(parsed.headers.origin.group, "billing");
  EXPECT_NE(parsed.headers.id, "planted");
  EXPECT_EQ(parsed.headers.attempt, 2);
}

TEST_F(RetryRoute, RefusesACircleAndSaysWhatIsMissing) {
  const auto circle = retry::FailureRouter::create(
      testSettings(), {.policy = policy(), .group = "g", .sources = {dlq_.name()}});
  ASSERT_FALSE(circle);
  EXPECT_EQ(circle.error().code, ErrorCode::kInvalidConfiguration);

  const auto routing = router(policy());
  ConsumedRecord fromDlq = record();
  const std::string dlqName = dlq_.name();
  fromDlq.topic = dlqName;
  EXPECT_EQ(divertAndWait(*routing, fromDlq).error().code, ErrorCode::kInvalidConfiguration);
  EXPECT_TRUE(readAll(dlq_.name()).empty());

  auto some = policy();
  some.dlqTopic = uniqueTopic("not-there");
  const auto lost = router(some);
  const auto outcome = divertAndWait(*lost, record(), HandlerResult::Kind::kReject);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::kTopicNotFound);
  EXPECT_THAT(outcome.error().message, HasSubstr(some.dlqTopic));
}

TEST_F(RetryRoute, AfterCloseEveryRecordIsRefused) {
  const auto routing = router(policy());
  must(routing->close(Milliseconds{5'000}));
  const auto outcome = divertAndWait(*routing, record());
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::kShutdown);
}

}  // namespace
}  // namespace caas::kafka::test
