// consume --follow with a time to stop at.

#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "caas/kafka/producer.hpp"
#include "cli_fixture.hpp"
#include "support/cluster.hpp"

namespace caas::kafka::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class CliFollow : public CliTool {
 protected:
  Process follow(const std::string& topic, Timestamp until) const {
    return Process::start({caasBinary().string(), "consume", "--topic", topic, "--follow",
                           "--until", formatTimestamp(until)},
                          {}, {}, folder());
  }
  void send(const std::string& topic, std::string_view value,
            std::optional<Timestamp> timestamp = std::nullopt) {
    Record record;
    record.topic = topic;
    record.value = value;
    record.timestamp = timestamp;
    must(producer_->sendAndWait(record), "sending");
  }

 private:
  std::unique_ptr<Producer> producer_ = must(Producer::create(testSettings()));
};

TEST_F(CliFollow, StopsAtARecordOfTheTimeThatCameWhileFollowing) {
  const TestTopic topic{"cli-until-record", 1};
  const auto until = systemClock().now() + std::chrono::minutes{10};
  send(topic.name(), "first");
  auto consume = follow(topic.name(), until);
  ASSERT_TRUE(consume.waitForOutput("first", Milliseconds{60'000})) << consume.err();
  send(topic.name(), "second");
  send(topic.name(), "of-that-time", until);
  EXPECT_EQ(consume.wait(Milliseconds{60'000}), 0) << consume.err();
  EXPECT_THAT(consume.out(), HasSubstr("second"));
  EXPECT_THAT(consume.out(), Not(HasSubstr("of-that-time")));
}

TEST_F(CliFollow, StopsOnceTheTimeIsOver) {
  const TestTopic topic{"cli-until-clock", 2};
  send(topic.name(), "first");
  const auto until = systemClock().now() + std::chrono::seconds{3};
  auto consume = follow(topic.name(), until);
  EXPECT_EQ(consume.wait(Milliseconds{60'000}), 0) << consume.err();
  EXPECT_GT(systemClock().now(), until);
  EXPECT_THAT(consume.out(), HasSubstr("first"));
}

}  // namespace
}  // namespace caas::kafka::test
