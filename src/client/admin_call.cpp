#include "client/admin_call.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "client/config.hpp"
#include "core/errors.hpp"

namespace caas::kafka::client {

AdminClient::Impl::Impl(rd_kafka_t* client, std::vector<std::string> brokers)
    : handle(client),
      state(std::move(brokers)),
      mainQueue_(rd_kafka_queue_get_main(client)),
      thread_([this] { serve(); }) {}

AdminClient::Impl::~Impl() {
  stopping_ = true;
  rd_kafka_queue_yield(mainQueue_.get());
  thread_.join();
  mainQueue_.reset();
  rd_kafka_destroy(handle);
}

void AdminClient::Impl::serve() {
  while (!stopping_) {
    // The wait ends early by rd_kafka_queue_yield; a second bounds it if that call came first.
    EventPtr event(rd_kafka_queue_poll(mainQueue_.get(), 1'000));
    if (event) {
      serveCommonEvent(handle, event.get(), state);
    }
  }
}

Result<void> AdminClient::Impl::prepare(rd_kafka_AdminOptions_t* adminOptions,
                                        rd_kafka_admin_op_t operation, std::string_view what,
                                        const CallOptions& options, bool validateOnly) const {
  const int timeoutMs =
      static_cast<int>(std::clamp<std::int64_t>(options.timeout.count(), 1, 3'600'000));
  std::array<char, 256> reason{};
  auto code = rd_kafka_AdminOptions_set_request_timeout(adminOptions, timeoutMs, reason.data(),
                                                        reason.size());
  const bool changesTopics = operation == RD_KAFKA_ADMIN_OP_CREATETOPICS ||
                             operation == RD_KAFKA_ADMIN_OP_DELETETOPICS ||
                             operation == RD_KAFKA_ADMIN_OP_CREATEPARTITIONS;
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR && changesTopics) {
    // The broker's own waiting has to end before ours.
    code = rd_kafka_AdminOptions_set_operation_timeout(adminOptions, timeoutMs * 4 / 5,
                                                       reason.data(), reason.size());
  }
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR && options.broker) {
    code = rd_kafka_AdminOptions_set_broker(adminOptions, *options.broker, reason.data(),
                                            reason.size());
  }
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR && validateOnly) {
    code = rd_kafka_AdminOptions_set_validate_only(adminOptions, 1, reason.data(), reason.size());
  }
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return fail(mapError(code, what, reason.data()));
  }
  return {};
}

Result<EventPtr> AdminClient::Impl::await(rd_kafka_queue_t* queue, std::string_view what,
                                          const CallOptions& options) {
  // librdkafka answers by the request's timeout; the slack is for its own scheduling.
  constexpr Milliseconds kSlack{2'000};
  EventPtr event(rd_kafka_queue_poll(queue, static_cast<int>(std::min<std::int64_t>(
                                                (options.timeout + kSlack).count(), 3'700'000))));
  if (!event) {
    return fail(explainUnreachable(errors::timeout(what, options.timeout), state, options.timeout));
  }
  if (const auto code = rd_kafka_event_error(event.get()); code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return fail(explainUnreachable(mapError(code, what, rd_kafka_event_error_string(event.get())),
                                   state, options.timeout));
  }
  state.onAnswer();
  return event;
}

Result<std::unique_ptr<AdminClient>> AdminClient::create(const Settings& settings,
                                                         std::string_view purpose) {
  ConfBuilder builder(settings, purpose);
  builder.events(RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_LOG);
  CAAS_ASSIGN(ConfPtr conf, builder.take());
  CAAS_ASSIGN(rd_kafka_t* const handle, makeClient(RD_KAFKA_PRODUCER, std::move(conf)));
  return std::unique_ptr<AdminClient>(
      new AdminClient(std::make_unique<Impl>(handle, settings.brokers)));
}

AdminClient::AdminClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
AdminClient::~AdminClient() = default;

std::string AdminClient::connectionReport() const { return impl_->state.report(); }

}  // namespace caas::kafka::client
