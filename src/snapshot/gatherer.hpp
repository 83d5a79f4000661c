#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "caas/kafka/snapshot.hpp"
#include "health/verdict.hpp"
#include "snapshot/assemble.hpp"
#include "snapshot/source.hpp"
#include "topics/deadline.hpp"

namespace caas::kafka::snapshot {

/// Makes one snapshot after the other. What could not be had is shown as it was before. One thread
/// uses it.
class Gatherer {
 public:
  Gatherer(std::unique_ptr<Source> source, std::shared_ptr<const Catalog> catalog,
           const SnapshotOptions& options, Clock& clock);

  [[nodiscard]] std::shared_ptr<const ClusterSnapshot> gather();

 private:
  /// An answer, and when and how long it was asked for.
  template <class T>
  struct Timed {
    T answer;
    Timestamp at{};
    Milliseconds took{0};
  };
  struct Slow {
    topics::TopicConfigMap configs;
    std::map<std::string, std::string> ids;
    std::vector<LeaderOffsets> starts;
  };
  using Partitions = std::map<int, std::vector<GroupPartition>>;

  template <class Ask>
  auto timed(Ask ask) -> Timed<decltype(ask())>;
  /// Notes how a part went. True: it was had.
  template <class T>
  bool note(SnapshotPart part, const Timed<Result<T>>& timed);

  void lookAtCluster(const topics::Deadline& deadline);
  void forgetWhatIsGone();
  [[nodiscard]] std::vector<std::string> topicsForSlowLook();
  [[nodiscard]] Result<Slow> askSlow(const std::vector<std::string>& topics, bool all,
                                     const topics::Deadline& deadline);
  void takeSlow(Timed<Result<Slow>> slow, bool all);
  void takeEnds(Timed<std::vector<LeaderOffsets>> answers);
  [[nodiscard]] Partitions partitionsByLeader(const std::vector<std::string>* only) const;
  [[nodiscard]] HealthCheckResult healthOf(const ClusterSnapshot& snapshot,
                                           const ClusterDetails& cluster) const;
  void assemble(ClusterSnapshot& snapshot) const;

  const std::unique_ptr<Source> source_;
  const std::shared_ptr<const Catalog> catalog_;
  const SnapshotOptions options_;
  Clock& clock_;

  std::uint64_t number_ = 0;
  std::map<SnapshotPart, PartState> parts_;
  std::string clusterId_;
  Result<std::vector<BrokerHealth>> brokers_;  ///< of the last look
  client::ClusterMetadata metadata_;
  std::optional<Error> metadataFailure_;
  std::optional<int> controllerId_;
  std::optional<RegistryHealth> registry_;
  topics::TopicConfigMap configs_;
  std::map<std::string, std::string> topicIds_;
  std::optional<std::chrono::steady_clock::time_point> slowAt_;  ///< when all were read
  EndsMap ends_;
  std::vector<GroupSummary> groups_;
  LagSnapshot lag_;
  LagTracker tracker_;
};

}  // namespace caas::kafka::snapshot
