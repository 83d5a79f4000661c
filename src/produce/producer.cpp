#include "caas/kafka/producer.hpp"

#include <future>
#include <utility>

#include <fmt/format.h>

#include "client/producer_client.hpp"
#include "core/errors.hpp"
#include "core/log.hpp"
#include "produce/producer_core.hpp"

namespace caas::kafka {
namespace {

class ClientTransport final : public produce::Transport {
 public:
  explicit ClientTransport(std::unique_ptr<client::ProducerClient> client)
      : client_(std::move(client)) {}

  Result<void> produce(const Record& record, std::uint64_t token) override {
    return client_->produce(record, token);
  }
  void hurry(Milliseconds wait) override { client_->hurry(wait); }
  void purge() override { client_->purge(); }
  void stopReporting() override { client_->stopReporting(); }
  [[nodiscard]] std::optional<Error> fatalError() const override { return client_->fatalError(); }

 private:
  std::unique_ptr<client::ProducerClient> client_;
};

}  // namespace

class Producer::Impl {
 public:
  explicit Impl(const ProducerSettings& limits) : core(limits) {}
  produce::ProducerCore core;
};

Result<std::unique_ptr<Producer>> Producer::create(const Settings& settings,
                                                   std::optional<ProducerPreset> preset) {
  ProducerSettings limits = settings.producer;
  limits.preset = preset.value_or(settings.producer.preset);
  auto impl = std::make_unique<Impl>(limits);
  CAAS_ASSIGN(auto client, client::ProducerClient::create(settings, limits.preset, impl->core));
  impl->core.use(std::make_unique<ClientTransport>(std::move(client)));
  return std::unique_ptr<Producer>(new Producer(std::move(impl)));
}

Producer::Producer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Producer::~Producer() {
  const auto report = impl_->core.close(Milliseconds{5'000});
  if (report && !report->clean()) {
    log::warn("producer closed with records undelivered",
              {{"not_persisted", report->notPersisted},
               {"possibly_persisted", report->possiblyPersisted}});
  }
}

Result<void> Producer::send(const Record& record, DeliveryCallback onDelivery) {
  return impl_->core.send(record, std::move(onDelivery));
}

Result<Delivery> Producer::sendAndWait(const Record& record, Milliseconds deadline) {
  auto promise = std::make_shared<std::promise<Result<Delivery>>>();
  auto future = promise->get_future();
  CAAS_TRY(impl_->core.send(record, [promise](const DeliveryReport& report) {
    if (report.error != nullptr) {
      promise->set_value(std::unexpected(*report.error));
    } else {
      promise->set_value(Delivery{.topic = std::string(report.topic),
                                  .partition = report.partition,
                                  .offset = report.offset,
                                  .timestamp = report.timestamp,
                                  .latency = report.latency});
    }
  }));
  if (future.wait_for(deadline) != std::future_status::ready) {
    Error error = errors::timeout(
        fmt::format("delivering to '{}' (the record may still be delivered)", record.topic),
        deadline);
    return fail(std::move(error));
  }
  return future.get();
}

Result<void> Producer::flush(Milliseconds deadline) { return impl_->core.flush(deadline); }
Result<ShutdownReport> Producer::close(Milliseconds deadline) {
  return impl_->core.close(deadline);
}
ProducerStats Producer::stats() const { return impl_->core.stats(); }

}  // namespace caas::kafka
