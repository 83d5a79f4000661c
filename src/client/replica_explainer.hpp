#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "caas/kafka/result.hpp"
#include "client/raii.hpp"

namespace caas::kafka::client {

/// Puts numbers to a broker's "not enough in-sync replicas", which names none. Asks the cluster
/// once in a while for a topic, so a burst of failures costs one look. One thread uses it.
class ReplicaExplainer {
 public:
  explicit ReplicaExplainer(rd_kafka_t* handle) : handle_(handle) {}

  /// kNotEnoughReplicas with how many brokers are up, replicas in sync and needed; `error` as it is
  /// when that could not be found out in kLookTime.
  [[nodiscard]] Error explain(const Error& error, rd_kafka_topic_t* topic, int partition);

 private:
  struct Look {
    std::chrono::steady_clock::time_point at;
    int brokersUp = 0;
    std::vector<int> inSync;  ///< by partition
    std::optional<int> needed;
  };
  [[nodiscard]] const Look& lookAt(rd_kafka_topic_t* topic);
  [[nodiscard]] std::optional<int> minInSync(const std::string& topic);

  rd_kafka_t* const handle_;
  std::map<std::string, Look, std::less<>> looks_;
};

}  // namespace caas::kafka::client
