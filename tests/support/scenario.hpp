#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "caas/kafka/producer.hpp"
#include "support/cluster.hpp"
#include "support/history.hpp"
#include "support/load.hpp"

namespace caas::kafka::test {

/// One producer under a steady load while a test does something to the cluster, and the verdict
/// over all of it. Starts on a cluster that is whole.
class Scenario {
 public:
  static constexpr int kPartitions = 12;

  explicit Scenario(std::string name, const Settings& settings = testSettings(),
                    const LoadOptions& load = {});

  [[nodiscard]] const std::string& topic() const { return topic_.name(); }
  [[nodiscard]] Producer& producer() { return *producer_; }
  [[nodiscard]] History& history() { return history_; }
  /// Lets the load run for so long (its own records are the clock).
  void goOn(Milliseconds duration);
  [[nodiscard]] Milliseconds running() const;
  /// Ends the load and closes the producer; true when everything was delivered before the deadline.
  ShutdownReport close(Milliseconds deadline);
  /// Whole again, closed, read back, judged; prints the figures.
  [[nodiscard]] Verdict finish();

 private:
  const std::string name_;
  const LoadOptions options_;
  TestTopic topic_;
  History history_;
  std::unique_ptr<Producer> producer_;
  const std::chrono::steady_clock::time_point start_;
  std::unique_ptr<PacedLoad> load_;
};

}  // namespace caas::kafka::test
