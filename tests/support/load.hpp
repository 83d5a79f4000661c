#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "caas/kafka/producer.hpp"
#include "support/history.hpp"

namespace caas::kafka::test {

struct LoadOptions {
  double recordsPerSecond = 2'000;
  int keys = 200;
  std::size_t valueBytes = 256;
};

/// Produces at a steady rate on a thread of its own, key after key, and writes the history of it.
/// A send that had to wait is caught up with afterwards.
class PacedLoad {
 public:
  PacedLoad(Producer& producer, History& history, std::string topic,
            const LoadOptions& options = {});
  ~PacedLoad();  ///< stop()
  PacedLoad(const PacedLoad&) = delete;
  PacedLoad& operator=(const PacedLoad&) = delete;
  /// Until `offered` records were offered in all (by this load), or the deadline.
  [[nodiscard]] bool waitFor(std::int64_t offered, Milliseconds deadline);
  void stop();
  [[nodiscard]] std::int64_t offered() const { return offered_; }

 private:
  void run();

  Producer& producer_;
  History& history_;
  const std::string topic_;
  const LoadOptions options_;
  std::atomic<std::int64_t> offered_{0};
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

/// One record of a history: offered, sent, and its answer written down. The report comes later.
Result<void> sendOne(Producer& producer, History& history, std::string_view topic,
                     std::string_view key, std::int64_t sequence, std::size_t valueBytes = 256);

}  // namespace caas::kafka::test
