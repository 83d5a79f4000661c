// serve, and what SIGTERM and Ctrl-C do.

#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli_fixture.hpp"
#include "support/cluster.hpp"

namespace caas::kafka::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Free ports: several daemons may run at once.
const Environment kServe{
    {"LOG_FORMAT", "json"}, {"HTTP_LISTEN", "127.0.0.1:0"}, {"HTTP_OPS_LISTEN", "127.0.0.1:0"}};

class CliSignals : public CliTool {
 protected:
  Process start(std::vector<std::string> words, const Environment& environment = {}) const {
    words.insert(words.begin(), caasBinary().string());
    return Process::start(words, environment, {}, folder());
  }
};

TEST_F(CliSignals, ServeGetsReadyLogsHealthAndEndsOnSigterm) {
  auto serve = start({"serve", "--check-interval", "200ms"}, kServe);
  ASSERT_TRUE(serve.waitForOutput("\"ready\"", Milliseconds{90'000})) << serve.err();
  ASSERT_TRUE(serve.waitForOutput("\"health\"", Milliseconds{20'000})) << serve.err();
  serve.kill(SIGTERM);
  const auto code = serve.wait(Milliseconds{40'000});
  ASSERT_TRUE(code) << "did not end: " << serve.err();
  EXPECT_EQ(*code, 0) << serve.err();
  EXPECT_THAT(serve.err(), HasSubstr("stopped"));
  EXPECT_EQ(serve.out(), "");
}

TEST_F(CliSignals, ServeStaysUpWhileABrokerIsDeadAndNamesIt) {
  // A catalog of one topic that no other test touches: what they leave behind is no concern here.
  const auto topic = uniqueTopic("serve");
  const auto catalog = folder() / "one-topic.yaml";
  std::ofstream(catalog) << "topics:\n  - name: " << topic
                         << "\n    category: platform\n    partitions: 3\n    cleanup: delete\n"
                            "    strategy: tenant_id\n    events: [platform-event]\n"
                            "    description: For this test\n";
  auto serve = start({"--catalog", catalog.string(), "serve", "--check-interval", "200ms"}, kServe);
  ASSERT_TRUE(serve.waitForOutput("\"ready\"", Milliseconds{90'000})) << serve.err();
  ASSERT_TRUE(serve.waitForOutput("\"status\":\"healthy\"", Milliseconds{30'000})) << serve.err();
  {
    const BrokerFault dead(BrokerFault::Kind::kKill, 2);
    ASSERT_TRUE(serve.waitForOutput("broker 2", Milliseconds{60'000})) << serve.err();
    EXPECT_TRUE(serve.waitForOutput("\"status\":\"degraded\"", Milliseconds{60'000}))
        << serve.err();
  }
  EXPECT_TRUE(
      serve.waitForOutput("\"status\":\"healthy\",\"was\":\"degraded\"", Milliseconds{90'000}))
      << serve.err();
  serve.kill(SIGTERM);
  EXPECT_EQ(serve.wait(Milliseconds{40'000}), 0) << serve.err();
  deleteTopics({topic});
}

TEST_F(CliSignals, ServeWaitsForBrokersSayingWhyAndCanBeStopped) {
  auto serve = start({"serve", "--brokers", "127.0.0.1:1", "--timeout", "1s"}, kServe);
  ASSERT_TRUE(serve.waitForOutput("not ready, will try again", Milliseconds{30'000}))
      << serve.err();
  EXPECT_THAT(serve.err(), HasSubstr("127.0.0.1:1"));
  serve.kill(SIGINT);
  const auto code = serve.wait(Milliseconds{40'000});
  ASSERT_TRUE(code) << "did not end: " << serve.err();
  EXPECT_EQ(*code, 0) << serve.err();
}

TEST_F(CliSignals, ServeRefusesBadSettingsAtOnce) {
  const auto ran = run({"serve"}, {}, {{"PRODUCER_ACKS", "some"}});
  EXPECT_EQ(ran.exitCode, 2);
  EXPECT_THAT(ran.err, HasSubstr("PRODUCER_ACKS"));
}

TEST_F(CliSignals, CtrlCStopsReadingAndDeliversWhatWasRead) {
  const TestTopic topic{"cli-ctrl-c", 1};
  // The input never ends while this test holds it open; only a signal can stop the reading.
  const auto input = folder() / "input";
  ASSERT_EQ(::mkfifo(input.c_str(), 0600), 0);
  const int fd = ::open(input.c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_GE(fd, 0);
  auto produce = start({"produce", "--topic", topic.name(), "--from", input.string()});
  ASSERT_EQ(::write(fd, "one\ntwo\nhal", 11), 11);
  // Both lines were read once they can be read back.
  ASSERT_TRUE(eventually(Milliseconds{60'000}, [&] { return readAll(topic.name()).size() == 2; }));
  produce.kill(SIGINT);
  EXPECT_EQ(produce.wait(Milliseconds{40'000}), 1) << produce.err();
  ::close(fd);
  EXPECT_THAT(produce.err(), HasSubstr("interrupted"));
  EXPECT_THAT(produce.out(), HasSubstr("2 lines: 2 accepted, 2 delivered, 0 failed, 0 refused"));
}

TEST_F(CliSignals, CtrlCEndsFollowing) {
  const TestTopic topic{"cli-follow", 1};
  ASSERT_EQ(run({"produce", "--topic", topic.name(), "--value", "first"}).exitCode, 0);
  auto consume = start({"consume", "--topic", topic.name(), "--follow"});
  ASSERT_TRUE(consume.waitForOutput("first", Milliseconds{60'000})) << consume.err();
  ASSERT_EQ(run({"produce", "--topic", topic.name(), "--value", "second"}).exitCode, 0);
  ASSERT_TRUE(consume.waitForOutput("second", Milliseconds{60'000})) << consume.err();
  consume.kill(SIGINT);
  EXPECT_EQ(consume.wait(Milliseconds{30'000}), 0) << consume.err();
  EXPECT_THAT(consume.err(), Not(HasSubstr("error")));
}

}  // namespace
}  // namespace caas::kafka::test
