#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "caas/kafka/catalog.hpp"
#include "caas/kafka/consumer.hpp"
#include "client/admin.hpp"
#include "consume/dispatcher.hpp"
#include "consume/forwarder.hpp"
#include "consume/invoker.hpp"
#include "consume/poller.hpp"
#include "consume/subscription.hpp"

namespace caas::kafka::consume {

struct EngineOptions {
  DispatcherOptions dispatch{};
  PollerOptions poll{};
  Milliseconds discoveryInterval{3'000};
  /// Set: exactly-once forwarding under this id.
  std::optional<std::string> transactionalId{};
};

/// What is not the engine's own: handed in by whoever puts it together.
struct EngineParts {
  std::shared_ptr<const Catalog> catalog;
  std::shared_ptr<Intake> intake;
  std::shared_ptr<FailureRoute> route;
  std::shared_ptr<Breaker> breaker;
  std::shared_ptr<Invoker> invoker;
};

/// poll → assignment → key lanes → workers → offset ledger → commit, for one group.
class Engine {
 public:
  Engine(const Settings& settings, EngineOptions options, EngineParts parts,
         Subscription subscription);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  [[nodiscard]] Result<void> start();
  void pause(bool paused) { dispatcher_->pause(paused); }
  [[nodiscard]] ConsumerStats stats() const { return dispatcher_->stats(); }
  [[nodiscard]] std::optional<Error> failure() const;
  [[nodiscard]] Result<ConsumerReport> close(Milliseconds deadline);

 private:
  struct Found {
    std::vector<std::string> topics;
    std::size_t partitions = 0;
  };
  [[nodiscard]] Result<Found> discover(Milliseconds deadline);
  void watch(const std::stop_token& stop);
  void setSessionTimeout();
  bool spawn();

  const Settings settings_;
  EngineOptions options_;
  const EngineParts parts_;
  const Subscription subscription_;
  std::unique_ptr<client::AdminClient> admin_;
  std::shared_ptr<Dispatcher> dispatcher_;
  std::unique_ptr<Poller> poller_;
  std::unique_ptr<Forwarder> forwarder_;
  std::vector<std::string> subscribed_;  ///< the watching thread's
  std::optional<ConsumerReport> closed_;
  std::jthread watcher_;
};

}  // namespace caas::kafka::consume
