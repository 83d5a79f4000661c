#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "caas/kafka/service.hpp"
#include "http/api.hpp"
#include "http/server/limits.hpp"

namespace caas::kafka::http {

class Server;

struct DaemonOptions {
  /// One attempt to start. Short, because a stop is seen only between two; what an attempt has
  /// created the next one finds.
  Milliseconds attempt{8'000};
  Milliseconds checkInterval{10'000};
  Milliseconds checkDeadline{5'000};
  /// For both: requests that were accepted, and records that were published.
  Milliseconds shutdownTimeout{30'000};
  Limits limits{};
};

/// The service with its doors: listens before Kafka can be reached, makes the service ready, looks
/// at the cluster's health, and stops in good order. `caas-kafka serve` is this and its options.
class Daemon {
 public:
  /// Waits for this time, or until the daemon is to stop: true.
  using WaitForStop = std::function<bool(Milliseconds)>;

  /// Listens on HTTP_LISTEN and HTTP_OPS_LISTEN. Errors: kInvalidConfiguration, kIo.
  [[nodiscard]] static Result<std::unique_ptr<Daemon>> start(std::shared_ptr<KafkaService> service,
                                                             LoadedSettings loaded,
                                                             DaemonOptions options = {});
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  /// Until it is to stop, and through its end: requests first, then what was published. Errors:
  /// what waiting cannot mend (a bad setting).
  [[nodiscard]] Result<ShutdownReport> run(const WaitForStop& waitForStop);
  /// Where it listens: HTTP_LISTEN, HTTP_OPS_LISTEN.
  [[nodiscard]] std::vector<std::string> addresses() const;

 private:
  Daemon(ApiPtr api, DaemonOptions options);
  [[nodiscard]] Result<bool> makeReady(const WaitForStop& waitForStop);
  [[nodiscard]] Result<void> startObserving();
  void watch(const WaitForStop& waitForStop);
  [[nodiscard]] Result<ShutdownReport> stop();

  ApiPtr api_;
  DaemonOptions options_;
  std::unique_ptr<Server> server_;
};

}  // namespace caas::kafka::http
