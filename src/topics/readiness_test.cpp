#include "topics/readiness.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "topics/create.hpp"
#include "topics/leftovers.hpp"

namespace caas::kafka::topics {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

client::TopicDescription described(const std::string& name, int partitions) {
  client::TopicDescription topic;
  topic.name = name;
  for (int id = 0; id < partitions; ++id) {
    topic.partitions.push_back({.id = id, .leader = 1, .replicas = {1}, .isr = {1}});
  }
  return topic;
}

TEST(Readiness, BrokerThatServesAllLacksNothing) {
  EXPECT_THAT(lacking(1, {{"a", 2}, {"b", 1}}, {described("a", 2), described("b", 5)}), IsEmpty());
}

TEST(Readiness, SaysWhatABrokerLacks) {
  auto leaderless = described("leaderless", 2);
  leaderless.partitions[1].leader.reset();
  auto absent = described("absent", 0);
  absent.error = Error{.code = ErrorCode::kTopicNotFound, .message = "unknown topic"};
  const Pending pending = lacking(2, {{"absent", 1}, {"few", 4}, {"leaderless", 2}, {"unheard", 1}},
                                  {absent, described("few", 3), leaderless});
  EXPECT_THAT(pending, ElementsAre(Pair("absent", "broker 2: unknown topic"),
                                   Pair("few", "broker 2 knows 3 of 4 partitions"),
                                   Pair("leaderless", "broker 2: 1 partitions have no leader"),
                                   Pair("unheard", "broker 2 does not know it")));
}

TEST(Creation, ExpectsWhatWasAskedForOnlyOfWhatWeCreated) {
  CreateOutcome outcome;
  outcome.created = {"ours"};
  const std::vector<client::NewTopic> asked{{.name = "ours", .partitions = 8, .configs = {}},
                                            {.name = "theirs", .partitions = 8, .configs = {}}};
  EXPECT_THAT(expectationOf({"old", "ours", "theirs"}, asked, outcome),
              ElementsAre(Pair("old", 1), Pair("ours", 8), Pair("theirs", 1)));
}

TEST(Creation, PartialFailureSaysWhatExistsAndThatASecondCallCompletesIt) {
  const Error error =
      creationError("creating the topics of tenant 'acme'", {"a", "b"},
                    {{"b", Error{.code = ErrorCode::kAuthorization, .message = "not allowed"}}});
  EXPECT_EQ(error.code, ErrorCode::kPartialFailure);
  EXPECT_THAT(error.message, HasSubstr("done: a; failed: b: not allowed"));
  EXPECT_THAT(error.hint, HasSubstr("second call"));
}

TEST(Creation, WhenNothingExistsItIsTheTopicsOwnError) {
  const Error own{.code = ErrorCode::kNotEnoughReplicas, .message = "1 broker is up, 3 needed"};
  const Error error = creationError("creating x", {"a", "b"}, {{"a", own}, {"b", own}});
  EXPECT_EQ(error.code, ErrorCode::kNotEnoughReplicas);
  EXPECT_EQ(error.message, "creating x: 1 broker is up, 3 needed");
}

TEST(Leftovers, EntriesBeforeTheCommittedOffsetAreTaken) {
  const client::TopicPartition first{"internal.retry", 0};
  const client::TopicPartition second{"internal.retry.1min", 1};
  EXPECT_EQ(notYetTaken({{first, {3, 5, 9}}, {second, {0, 1}}}, {{first, 5, {}}}), 4);
  EXPECT_EQ(notYetTaken({{first, {3, 5, 9}}}, {{first, 10, {}}}), 0);
}

}  // namespace
}  // namespace caas::kafka::topics
