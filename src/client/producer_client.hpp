#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "caas/kafka/record.hpp"
#include "caas/kafka/settings.hpp"

namespace caas::kafka::client {

/// What became of one record, with the token that came with it.
struct DeliveryOutcome {
  std::uint64_t token = 0;
  std::string_view topic{};
  int partition = -1;
  std::int64_t offset = -1;
  Timestamp timestamp{};
  Persistence persistence = Persistence::kNotPersisted;
  const Error* error = nullptr;
};

/// Takes outcomes on the client's delivery thread, as many at once as came together.
class DeliverySink {
 public:
  virtual ~DeliverySink() = default;
  virtual void onDeliveries(std::span<const DeliveryOutcome> outcomes) noexcept = 0;
};

/// One librdkafka producer. `produce` never blocks; its queue's bounds are the caller's business
/// (librdkafka's own are set a little above). Thread-safe.
class ProducerClient {
 public:
  [[nodiscard]] static Result<std::unique_ptr<ProducerClient>> create(const Settings& settings,
                                                                      ProducerPreset preset,
                                                                      DeliverySink& sink);
  /// Everything that is still queued has been reported before (`purge`), or is dropped.
  ~ProducerClient();
  ProducerClient(const ProducerClient&) = delete;
  ProducerClient& operator=(const ProducerClient&) = delete;

  /// Copies the record. On an error the token will not be reported. kQueueFull is retriable.
  Result<void> produce(const Record& record, std::uint64_t token);
  /// Send what lingers now.
  void hurry(Milliseconds wait);
  /// Fails everything queued and in flight; their outcomes come with kShutdown.
  void purge();
  /// Afterwards no outcome comes any more. Not from the sink itself.
  void stopReporting();
  /// Set once the client can never produce again; it must be rebuilt.
  [[nodiscard]] std::optional<Error> fatalError() const;

 private:
  class Impl;
  explicit ProducerClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace caas::kafka::client
