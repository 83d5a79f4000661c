#include "client/admin_call.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "client/config.hpp"
#include "core/errors.hpp"

namespace caas::kafka::client {

AdminClient::Impl::Impl(rd_kafka_t* client, std::vector<std::string> brokers)
    : handle(client),
      state(client, std::move(brokers)),
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
  if (options.readCommitted && operation == RD_KAFKA_ADMIN_OP_LISTOFFSETS) {
    if (const ErrorPtr error{rd_kafka_AdminOptions_set_isolation_level(
            adminOptions, RD_KAFKA_ISOLATION_LEVEL_READ_COMMITTED)}) {
      return fail(mapError(error.get(), what));
    }
  }
  return {};
}

Milliseconds AdminClient::Impl::leftUntil(std::chrono::steady_clock::time_point end) {
  const auto left = std::chrono::ceil<Milliseconds>(end - std::chrono::steady_clock::now());
  return std::max(left, Milliseconds{1});
}

bool AdminClient::Impl::anyBrokerCan(rd_kafka_admin_op_t operation) {
  switch (operation) {
    case RD_KAFKA_ADMIN_OP_DESCRIBECLUSTER:
    case RD_KAFKA_ADMIN_OP_DESCRIBETOPICS:
    case RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS:
    case RD_KAFKA_ADMIN_OP_CREATETOPICS:
    case RD_KAFKA_ADMIN_OP_DELETETOPICS:
    case RD_KAFKA_ADMIN_OP_CREATEPARTITIONS:
    case RD_KAFKA_ADMIN_OP_INCREMENTALALTERCONFIGS: return true;
    default: return false;  // those go to leaders and coordinators, which librdkafka knows
  }
}

Result<std::vector<int>> AdminClient::Impl::livingBrokers(Milliseconds timeout) {
  const rd_kafka_metadata_t* raw = nullptr;
  const auto code = rd_kafka_metadata(handle, 0, nullptr, &raw, static_cast<int>(timeout.count()));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return fail(mapError(code, "looking for a broker that answers"));
  }
  const Owned<const rd_kafka_metadata_t, rd_kafka_metadata_destroy> owner(raw);
  std::vector<int> ids;
  for (int i = 0; i < raw->broker_cnt; ++i) {
    ids.push_back(raw->brokers[i].id);
  }
  std::ranges::sort(ids);
  return ids;
}

bool AdminClient::Impl::answers(int broker, Milliseconds timeout) {
  auto ask = [](rd_kafka_t* client, const auto* adminOptions, auto* queue) {
    rd_kafka_DescribeCluster(client, adminOptions, queue);
  };
  return runOnce(RD_KAFKA_ADMIN_OP_DESCRIBECLUSTER, "asking a broker",
                 {.timeout = timeout, .broker = broker}, ask, false)
      .has_value();
}

Result<int> AdminClient::Impl::answeringBroker(std::chrono::steady_clock::time_point end) {
  constexpr std::chrono::seconds kFresh{1};
  constexpr Milliseconds kAnswerTime{2'000};
  const auto begin = std::chrono::steady_clock::now();
  std::size_t turn = 0;
  {
    const std::lock_guard lock(answeringMutex_);
    if (answering_ && begin - answeredAt_ < kFresh) {
      return *answering_;
    }
    turn = nextToAsk_++;
  }
  Error error;
  do {
    const auto living = livingBrokers(std::min(leftUntil(end), kAnswerTime));
    for (std::size_t i = 0; living && i < living->size(); ++i) {
      const int broker = (*living)[(turn + i) % living->size()];
      if (answers(broker, std::min(leftUntil(end), kAnswerTime))) {
        const std::lock_guard lock(answeringMutex_);
        answering_ = broker;
        answeredAt_ = std::chrono::steady_clock::now();
        return broker;
      }
    }
    error = living ? errors::timeout("looking for a broker that answers", leftUntil(end))
                   : living.error();
    std::this_thread::sleep_for(std::min(leftUntil(end), Milliseconds{50}));
  } while (leftUntil(end) > Milliseconds{1});
  return fail(
      explainUnreachable(std::move(error), state, std::chrono::ceil<Milliseconds>(end - begin)));
}

void AdminClient::Impl::forgetAnswering() {
  const std::lock_guard lock(answeringMutex_);
  answering_.reset();
}

bool AdminClient::Impl::mayAskAgain(rd_kafka_admin_op_t operation, const Error& error) {
  if (error.code != ErrorCode::kConnectionTimeout && error.code != ErrorCode::kUnavailable) {
    return false;
  }
  switch (operation) {
    case RD_KAFKA_ADMIN_OP_DESCRIBECLUSTER:
    case RD_KAFKA_ADMIN_OP_DESCRIBETOPICS:
    case RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS:
    case RD_KAFKA_ADMIN_OP_LISTOFFSETS:
    case RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPS:
    case RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS:
    case RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS: return true;
    default: return false;
  }
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
  builder.statistics();
  builder.events(RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_LOG | RD_KAFKA_EVENT_STATS);
  CAAS_ASSIGN(ConfPtr conf, builder.take());
  CAAS_ASSIGN(rd_kafka_t* const handle, makeClient(RD_KAFKA_PRODUCER, std::move(conf)));
  return std::unique_ptr<AdminClient>(
      new AdminClient(std::make_unique<Impl>(handle, settings.brokers)));
}

AdminClient::AdminClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
AdminClient::~AdminClient() = default;

std::string AdminClient::connectionReport() const { return impl_->state.report(); }

}  // namespace caas::kafka::client
