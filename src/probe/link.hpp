#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "caas/kafka/probe.hpp"

namespace caas::kafka::probe {

/// The probe's topic as the cluster has it.
struct ProbeTopic {
  std::vector<int> brokers;  ///< living
  std::vector<ProbePartition> partitions;
};

/// A record that came back, or did not get there.
struct LinkEvent {
  int partition = -1;
  std::string token;
  std::optional<Error> failed{};  ///< unset: it was read
};

/// What a round needs of the cluster. A fake one in unit tests. One thread uses it.
class Link {
 public:
  virtual ~Link() = default;
  [[nodiscard]] virtual Result<ProbeTopic> look(Milliseconds deadline) = 0;
  /// Adds partitions, with these replicas each.
  [[nodiscard]] virtual Result<void> grow(int newTotal,
                                          const std::vector<std::vector<int>>& replicas,
                                          Milliseconds deadline) = 0;
  /// From now on these partitions are read, as many of them as can be.
  [[nodiscard]] virtual Result<void> read(const std::vector<int>& partitions,
                                          Milliseconds deadline) = 0;
  [[nodiscard]] virtual Result<void> send(int partition, const std::string& token) = 0;
  /// The next thing that happens, other processes' records too; nullopt: nothing for that long.
  [[nodiscard]] virtual std::optional<LinkEvent> wait(Milliseconds most) = 0;
};

/// The real one, for this topic of the catalog.
[[nodiscard]] std::unique_ptr<Link> makeClusterLink(const Settings& settings, std::string topic,
                                                    const ProbeOptions& options, Clock& clock);

}  // namespace caas::kafka::probe
