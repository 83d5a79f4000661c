#include "cli/progress.hpp"

#include <atomic>
#include <chrono>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace caas::kafka::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Seconds go by faster here: a tick of the waiting line is one of them.
class FastClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override { return {}; }
  [[nodiscard]] std::chrono::steady_clock::time_point steadyNow() const override {
    return std::chrono::steady_clock::time_point{} + std::chrono::seconds{++asked_};
  }
  void sleepFor(std::chrono::nanoseconds) override {}
  [[nodiscard]] int asked() const { return asked_; }

 private:
  mutable std::atomic<int> asked_{0};
};

class WaitingLineTest : public ::testing::Test {
 protected:
  int waitForTicks(bool terminal) {
    CliContext context{.in = in_, .out = out_, .err = err_};
    context.errIsTerminal = terminal;
    context.clock = &clock_;
    return whileWaiting(context, "creating the topics of acme", [&] {
      const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{30};
      while (terminal && clock_.asked() < 8 && std::chrono::steady_clock::now() < end) {
        std::this_thread::yield();
      }
      return 42;
    });
  }
  std::istringstream in_;
  std::ostringstream out_;
  std::ostringstream err_;
  FastClock clock_;
};

TEST_F(WaitingLineTest, OnATerminalItSaysWhatIsDoneAndTakesThatAway) {
  EXPECT_EQ(waitForTicks(true), 42);
  EXPECT_THAT(err_.str(), HasSubstr("creating the topics of acme … "));
  EXPECT_TRUE(err_.str().ends_with("\r\x1b[K")) << err_.str();
}

TEST_F(WaitingLineTest, WithoutATerminalNothingIsWritten) {
  EXPECT_EQ(waitForTicks(false), 42);
  EXPECT_THAT(err_.str(), IsEmpty());
}

}  // namespace
}  // namespace caas::kafka::cli
