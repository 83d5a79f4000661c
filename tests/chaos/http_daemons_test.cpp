// Three daemons over one cluster: one is killed, one is stopped in the middle of its work and
// woken. Clients send again what was not answered, to whichever daemon comes next. Each event is
// there once.

#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "integration/cli_fixture.hpp"
#include "support/daemon.hpp"
#include "support/keyed_client.hpp"

namespace caas::kafka::test {
namespace {

namespace json = boost::json;
using std::chrono::seconds;
using std::chrono::steady_clock;

class ThreeDaemons : public CliTool {
 protected:
  /// Until it has an answer. What it was.
  RawAnswer sendUntilTaken(int event) {
    const auto until = steady_clock::now() + seconds{180};
    for (std::size_t at = static_cast<std::size_t>(event);; ++at) {
      const auto answer =
          postWithKey(ports_[at % ports_.size()], tenant_, fmt::format("event-{}", event),
                      messageBody(textOf(event)), "application/json", RawClient::Time{5'000});
      if (answer.status == 200 || steady_clock::now() > until) {
        return answer;
      }
      ++again_;
      EXPECT_TRUE(answer.status == 0 || answer.status == 409 || answer.status >= 503)
          << answer.status << " " << answer.body;
      std::this_thread::sleep_for(std::chrono::milliseconds{100});
    }
  }
  static std::string textOf(int event) { return fmt::format("text {}", event); }

  const std::string tenant_ = uniqueTenant("three");
  std::vector<int> ports_;
  std::atomic<int> again_ = 0;
};

TEST_F(ThreeDaemons, OneKilledAndOneWokenAreNoSecondMessage) {
  std::vector<std::unique_ptr<Daemon>> daemons;
  for (int i = 0; i < 3; ++i) {
    daemons.push_back(std::make_unique<Daemon>(folder()));
    ports_.push_back(daemons.back()->api);
  }
  for (const auto& daemon : daemons) {
    ASSERT_TRUE(daemon->becomesReady());
  }
  ASSERT_EQ(run({"tenants", "create", tenant_}).exitCode, 0);

  const auto lasts = fullRun() ? seconds{120} : seconds{40};
  const auto end = steady_clock::now() + lasts;
  std::atomic<int> next = 0;
  std::mutex mutex;
  std::map<int, RawAnswer> answers;
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < 8; ++i) {
      clients.emplace_back([&] {
        while (steady_clock::now() < end) {
          const int event = next++;
          auto answer = sendUntilTaken(event);
          const std::lock_guard lock(mutex);
          answers[event] = std::move(answer);
        }
      });
    }
    // Stopped for longer than a transaction may take, so that others come to its keys.
    std::this_thread::sleep_for(seconds{5});
    daemons[1]->process().kill(SIGSTOP);
    std::this_thread::sleep_for(seconds{3});
    daemons[2]->process().kill(SIGKILL);
    std::this_thread::sleep_for(lasts - seconds{15});
    daemons[1]->process().kill(SIGCONT);
  }
  std::map<std::string, int> times;
  for (const auto& value : committedValues("chat.messages." + tenant_)) {
    ++times[std::string(json::parse(value).at("text").as_string())];
  }
  for (const auto& [event, answer] : answers) {
    EXPECT_EQ(answer.status, 200) << event << ": " << answer.body;
    EXPECT_EQ(times[textOf(event)], 1) << event;
  }
  EXPECT_EQ(times.size(), answers.size());
  EXPECT_GT(answers.size(), 100U);
  EXPECT_GT(again_, 0) << "nothing was in the way: the test shows nothing";
  fmt::print("{} events, {} times sent again\n", answers.size(), again_.load());
}

}  // namespace
}  // namespace caas::kafka::test
