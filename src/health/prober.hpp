#pragma once

#include <future>
#include <memory>
#include <mutex>
#include <vector>

#include "caas/kafka/clock.hpp"
#include "client/admin.hpp"

namespace caas::kafka::health {

/// What one broker said when it was asked itself.
struct Answer {
  int broker = -1;
  Milliseconds latency{0};
  /// The cluster as that broker sees it.
  Result<client::ClusterDescription> cluster;
};

/// Asks brokers by DescribeCluster sent to each of them, side by side: one that hangs holds up none
/// of the others. Thread-safe.
class Prober {
 public:
  Prober(std::shared_ptr<client::AdminClient> admin, Clock& clock)
      : admin_(std::move(admin)), clock_(clock) {}
  /// Waits for questions that are still open; their timeout bounds that.
  ~Prober() = default;
  Prober(const Prober&) = delete;
  Prober& operator=(const Prober&) = delete;

  /// An answer of each, by id.
  [[nodiscard]] std::vector<Answer> askAll(const std::vector<int>& brokers, Milliseconds timeout);
  /// Returns with the first that answers well; the failures so far when none does.
  [[nodiscard]] std::vector<Answer> askAny(const std::vector<int>& brokers, Milliseconds timeout);

 private:
  struct Round;
  [[nodiscard]] std::vector<Answer> ask(const std::vector<int>& brokers, Milliseconds timeout,
                                        bool firstIsEnough);
  void keep(std::vector<std::future<void>> open);

  std::shared_ptr<client::AdminClient> admin_;
  Clock& clock_;
  std::mutex mutex_;
  /// Questions that askAny did not wait for.
  std::vector<std::future<void>> open_;
};

}  // namespace caas::kafka::health
