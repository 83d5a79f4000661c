#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "caas/kafka/catalog.hpp"
#include "caas/kafka/clock.hpp"
#include "caas/kafka/result.hpp"
#include "caas/kafka/settings.hpp"

// An end-to-end canary: a small record through every broker as leader, read again by us. It finds
// what no status tells: a broker that answers and does not write, a follower that holds everybody
// up, a network that lost its way.

namespace caas::kafka {

/// A partition of internal.probe.
struct ProbePartition {
  int partition = -1;
  std::optional<int> leader{};  ///< nullopt: nobody leads it
  std::vector<int> replicas{};  ///< the first is who should lead it
};

/// A broker as the probes find it.
struct BrokerProbe {
  int nodeId = -1;
  /// Of internal.probe, which it leads now. None: leadership has moved away from it, so it cannot
  /// be probed.
  std::vector<int> partitions{};
  std::int64_t sent = 0;
  std::int64_t lost = 0;  ///< not acknowledged, or not read again, in time
  std::optional<std::chrono::nanoseconds> lastRoundTrip{};  ///< from sending to reading
  Timestamp lastSuccess{};                                  ///< epoch: never
  /// Of the last round, for people; empty: all came back.
  std::string problem{};
};

struct ProbeReport {
  Timestamp at{};                            ///< when the last round began; epoch: none did
  std::vector<BrokerProbe> brokers{};        ///< by id; those that partitions name, too
  std::vector<ProbePartition> partitions{};  ///< by number
  /// Why the last round could not be made as it should; its brokers are those of before.
  std::optional<Error> failure{};
};

struct ProbeOptions {
  /// From the begin of a round to the next one's.
  Milliseconds interval{10'000};
  /// A record that has not come back by then is lost.
  Milliseconds patience{5'000};
};

/// Sends its records on a thread of its own, with clients of its own. Where a broker has joined, it
/// gives the topic one more partition that this broker is to lead (keys do not matter there). As
/// many processes as like to may probe side by side. Thread-safe.
class Probe {
 public:
  /// `settings` and `catalog` must outlive it. Connects when it is started.
  [[nodiscard]] static std::unique_ptr<Probe> create(const Settings& settings,
                                                     const Catalog& catalog,
                                                     ProbeOptions options = {},
                                                     Clock& clock = systemClock());
  ~Probe();  ///< stop()
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  /// Makes a round now and then at every interval. Idempotent.
  void start();
  /// Ends the thread; a round that is under way is waited for (its patience bounds that).
  void stop();
  [[nodiscard]] ProbeReport report() const;

 private:
  class Impl;
  explicit Probe(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace caas::kafka
