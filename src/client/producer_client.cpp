#include "client/producer_client.hpp"

#include <array>
#include <atomic>
#include <functional>
#include <shared_mutex>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "client/config.hpp"
#include "client/error_map.hpp"
#include "client/handle.hpp"
#include "client/replica_explainer.hpp"
#include "core/errors.hpp"

namespace caas::kafka::client {
namespace {

struct StringHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};

Persistence persistenceOf(const rd_kafka_message_t* message) {
  switch (rd_kafka_message_status(message)) {
    case RD_KAFKA_MSG_STATUS_NOT_PERSISTED: return Persistence::kNotPersisted;
    case RD_KAFKA_MSG_STATUS_PERSISTED: return Persistence::kPersisted;
    case RD_KAFKA_MSG_STATUS_POSSIBLY_PERSISTED: break;
  }
  return Persistence::kPossiblyPersisted;
}

}  // namespace

class ProducerClient::Impl {
 public:
  Impl(rd_kafka_t* handle, const Settings& settings, DeliverySink& sink)
      : handle_(handle),
        deliveryTimeout_(settings.producer.deliveryTimeout),
        state_(handle_, settings.brokers),
        sink_(sink),
        replicas_(handle),
        mainQueue_(rd_kafka_queue_get_main(handle)),
        thread_([this] { serve(); }) {}

  ~Impl() {
    stopReporting();
    topics_.clear();
    mainQueue_.reset();
    rd_kafka_destroy(handle_);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<void> produce(const Record& record, std::uint64_t token) {
    rd_kafka_topic_t* const topic = topicHandle(record.topic);
    if (topic == nullptr) {
      return fail(mapError(rd_kafka_last_error(), fmt::format("producing to '{}'", record.topic)));
    }
    // One entry for each field that a record can have; on the stack, so that nothing is allocated.
    std::array<rd_kafka_vu_t, 8> fields;  // NOLINT(*-member-init): filled up to the count
    return produceFields(topic, record, token, fields.data());
  }

  void hurry(Milliseconds wait) { rd_kafka_flush(handle_, static_cast<int>(wait.count())); }

  void purge() {  // Without waiting for the broker threads: one may be in a name look-up that takes
                  // long.
    rd_kafka_purge(handle_, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT |
                                RD_KAFKA_PURGE_F_NON_BLOCKING);
  }

  void stopReporting() {
    stopping_ = true;
    rd_kafka_queue_yield(mainQueue_.get());
    if (thread_.joinable()) {
      thread_.join();
    }
  }

  [[nodiscard]] std::optional<Error> fatalError() const { return state_.fatal(); }

 private:
  Result<void> produceFields(rd_kafka_topic_t* topic, const Record& record, std::uint64_t token,
                             rd_kafka_vu_t* fields) {
    std::size_t count = 0;
    fields[count].vtype = RD_KAFKA_VTYPE_RKT;
    fields[count++].u.rkt = topic;
    fields[count].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
    fields[count++].u.i = RD_KAFKA_MSG_F_COPY;
    fields[count].vtype = RD_KAFKA_VTYPE_OPAQUE;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the opaque pointer carries the token
    fields[count++].u.ptr = reinterpret_cast<void*>(static_cast<std::uintptr_t>(token));
    if (record.key) {
      // librdkafka takes a null pointer for a null key, and an empty view may have one.
      fields[count].vtype = RD_KAFKA_VTYPE_KEY;
      fields[count].u.mem.ptr = const_cast<char*>(record.key->empty() ? "" : record.key->data());
      fields[count++].u.mem.size = record.key->size();
    }
    if (record.value) {
      fields[count].vtype = RD_KAFKA_VTYPE_VALUE;
      fields[count].u.mem.ptr =
          const_cast<char*>(record.value->empty() ? "" : record.value->data());
      fields[count++].u.mem.size = record.value->size();
    }
    if (record.partition) {
      fields[count].vtype = RD_KAFKA_VTYPE_PARTITION;
      fields[count++].u.i32 = *record.partition;
    }
    if (record.timestamp) {
      fields[count].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
      fields[count++].u.i64 = record.timestamp->time_since_epoch().count();
    }
    return produceWithHeaders(record, fields, count);
  }

  Result<void> produceWithHeaders(const Record& record, rd_kafka_vu_t* fields, std::size_t count) {
    // A VTYPE_HEADER takes a C string for its name; the views may not end in a zero, so the names
    // go through librdkafka's header list, which takes lengths.
    rd_kafka_headers_t* headers = nullptr;
    if (!record.headers.empty()) {
      headers = rd_kafka_headers_new(record.headers.size());
      for (const auto& header : record.headers) {
        const char* value = !header.value           ? nullptr
                            : header.value->empty() ? ""
                                                    : header.value->data();
        rd_kafka_header_add(headers, header.name.data(), static_cast<ssize_t>(header.name.size()),
                            value, header.value ? static_cast<ssize_t>(header.value->size()) : 0);
      }
      fields[count].vtype = RD_KAFKA_VTYPE_HEADERS;
      fields[count++].u.headers = headers;
    }
    const ErrorPtr error(rd_kafka_produceva(handle_, fields, count));
    if (error) {
      if (headers != nullptr) {
        rd_kafka_headers_destroy(headers);
      }
      return fail(mapError(error.get(), fmt::format("producing to '{}'", record.topic)));
    }
    return {};
  }

  /// librdkafka finds a topic by name with a linear search under a lock; with hundreds of topics
  /// that costs more than the rest of a produce, so handles are kept here.
  rd_kafka_topic_t* topicHandle(std::string_view name) {
    {
      const std::shared_lock lock(topicsMutex_);
      if (const auto found = topics_.find(name); found != topics_.end()) {
        return found->second.get();
      }
    }
    const std::unique_lock lock(topicsMutex_);
    if (const auto found = topics_.find(name); found != topics_.end()) {
      return found->second.get();
    }
    TopicPtr topic(rd_kafka_topic_new(handle_, std::string(name).c_str(), nullptr));
    if (!topic) {
      return nullptr;
    }
    return topics_.emplace(std::string(name), std::move(topic)).first->second.get();
  }

  void serve() {
    while (!stopping_) {
      EventPtr event(rd_kafka_queue_poll(mainQueue_.get(), 1'000));
      if (!event) {
        continue;
      }
      if (rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_DR) {
        serveDeliveries(event.get());
      } else {
        serveCommonEvent(handle_, event.get(), state_);
      }
    }
  }

  void serveDeliveries(rd_kafka_event_t* event) {
    // What came together is reported together, so that the sink takes its locks once for all.
    std::array<DeliveryOutcome, 128> outcomes;
    std::size_t count = 0;
    const auto report = [&] { sink_.onDeliveries({outcomes.data(), std::exchange(count, 0)}); };
    while (const rd_kafka_message_t* message = rd_kafka_event_message_next(event)) {
      const std::string_view topic = rd_kafka_topic_name(message->rkt);
      DeliveryOutcome& outcome = outcomes[count++];
      outcome = {
          .token = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(message->_private)),
          .topic = topic,
          .partition = message->partition};
      if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        const Error error = deliveryError(message, topic);
        outcome.persistence = persistenceOf(message);
        outcome.error = &error;
        report();
        continue;
      }
      outcome.offset = message->offset;
      outcome.timestamp = Timestamp{Milliseconds{rd_kafka_message_timestamp(message, nullptr)}};
      outcome.persistence = Persistence::kPersisted;
      if (count == outcomes.size()) {
        state_.onAnswer();
        report();
      }
    }
    if (count > 0) {
      state_.onAnswer();
      report();
    }
  }

  Error deliveryError(const rd_kafka_message_t* message, std::string_view topic) {
    const std::string what = fmt::format("delivering to '{}'", topic);
    if (message->err == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
        message->err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT) {
      return {ErrorCode::kShutdown,
              fmt::format("{}: the producer was closed before Kafka had acknowledged it", what),
              "Allow more time for the shutdown"};
    }
    Error error = mapTopicError(message->err, topic, "delivering to");
    if (error.code == ErrorCode::kNotEnoughReplicas) {
      return replicas_.explain(error, message->rkt, message->partition);
    }
    // Silence alone is no proof here: a producer hears nothing before its first delivery.
    return state_.allDown() ? explainUnreachable(std::move(error), state_, deliveryTimeout_)
                            : error;
  }

  rd_kafka_t* const handle_;
  const Milliseconds deliveryTimeout_;
  ConnectionState state_;
  DeliverySink& sink_;
  ReplicaExplainer replicas_;  // of the thread that serves
  std::shared_mutex topicsMutex_;
  std::unordered_map<std::string, TopicPtr, StringHash, std::equal_to<>> topics_;
  QueuePtr mainQueue_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

Result<std::unique_ptr<ProducerClient>> ProducerClient::create(const Settings& settings,
                                                               ProducerPreset preset,
                                                               DeliverySink& sink) {
  const auto producer = withPreset(settings.producer, preset);
  CAAS_ASSIGN(ConfPtr conf,
              producerConf(settings, producer, fmt::format("producer-{}", toString(preset))));
  CAAS_ASSIGN(rd_kafka_t* const handle, makeClient(RD_KAFKA_PRODUCER, std::move(conf)));
  return std::unique_ptr<ProducerClient>(
      new ProducerClient(std::make_unique<Impl>(handle, settings, sink)));
}

ProducerClient::ProducerClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ProducerClient::~ProducerClient() = default;
Result<void> ProducerClient::produce(const Record& record, std::uint64_t token) {
  return impl_->produce(record, token);
}
void ProducerClient::hurry(Milliseconds wait) { impl_->hurry(wait); }
void ProducerClient::purge() { impl_->purge(); }
void ProducerClient::stopReporting() { impl_->stopReporting(); }
std::optional<Error> ProducerClient::fatalError() const { return impl_->fatalError(); }

}  // namespace caas::kafka::client
