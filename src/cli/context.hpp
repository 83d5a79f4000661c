#pragma once

#include <functional>
#include <istream>
#include <memory>
#include <ostream>

#include "caas/kafka/clock.hpp"
#include "caas/kafka/service.hpp"
#include "caas/kafka/settings.hpp"

namespace caas::kafka::cli {

/// Somebody asks the command to stop: SIGINT and SIGTERM (signals.hpp), or a test.
class Interrupt {
 public:
  virtual ~Interrupt() = default;
  /// How often: 1 means stop taking new work and finish, 2 means do not wait for what is under way.
  [[nodiscard]] virtual int count() const = 0;
  /// Waits until count() is above `seen` (true) or the time has passed (false).
  virtual bool waitFor(Milliseconds time, int seen) = 0;
  /// From here on the command ends in good order by itself; before, a signal ends it at once, as it
  /// does by default.
  virtual void arm() {}
  /// Becomes readable when somebody asks and stays so, for poll(2); -1: there is none.
  [[nodiscard]] virtual int fd() const = 0;
};

/// Nobody ever asks.
class NoInterrupt : public Interrupt {
 public:
  [[nodiscard]] int count() const override { return 0; }
  bool waitFor(Milliseconds time, int seen) override;
  [[nodiscard]] int fd() const override { return -1; }
};

/// The world as a command sees it. main() gives the real one, unit tests give captured streams.
struct CliContext {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  EnvironmentMap environment{};
  bool inIsTerminal = false;
  bool outIsTerminal = false;
  bool errIsTerminal = false;
  /// Columns of the terminal.
  int width = 80;
  /// Standard input as a descriptor, so that an interrupt ends a read; -1: `in` is read.
  int inFd = -1;
  /// Why writing to `out` failed, as errno; 0: it did not, or nobody knows.
  std::function<int()> outError{};
  std::function<std::shared_ptr<KafkaService>(Result<Settings>)> makeService = makeKafkaService;
  /// Called by commands that end in good order when asked to, before they start anything else.
  std::function<std::unique_ptr<Interrupt>()> watchSignals = [] {
    return std::make_unique<NoInterrupt>();
  };
  Clock* clock = &systemClock();
};

}  // namespace caas::kafka::cli
