#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "caas/kafka/clock.hpp"
#include "caas/kafka/result.hpp"
#include "client/admin.hpp"

namespace caas::kafka::retry {

/// Topic names → topic ids, asked for on a thread of its own so that no caller waits. Remembered
/// for 30 s: shorter than a deleted tenant's name is refused, so an id is never the one of a topic
/// that had the name before. Thread-safe.
class OriginIds {
 public:
  /// The id, empty where the topic is gone or the cluster has no ids; or why it is not known now.
  using Ready = std::function<void(Result<std::string>)>;

  [[nodiscard]] static Result<std::unique_ptr<OriginIds>> create(const Settings& settings,
                                                                 Clock& clock);
  ~OriginIds();  ///< answers all that wait with kShutdown
  OriginIds(const OriginIds&) = delete;
  OriginIds& operator=(const OriginIds&) = delete;

  /// Calls `ready` once: before it returns when the id is remembered (or too many wait:
  /// kQueueFull), else later, on its own thread.
  void lookUp(std::string_view topic, Ready ready);

 private:
  struct Known {
    std::string id;
    std::chrono::steady_clock::time_point until;
  };
  struct Waiting {
    std::string topic;
    Ready ready;
  };
  OriginIds(std::unique_ptr<client::AdminClient> admin, Clock& clock);
  [[nodiscard]] const Known* find(std::string_view topic) const;
  void run();
  void answer(std::vector<Waiting> waiting);

  std::unique_ptr<client::AdminClient> admin_;
  Clock& clock_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::map<std::string, Known, std::less<>> known_;
  std::vector<Waiting> waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace caas::kafka::retry
