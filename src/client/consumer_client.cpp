#include "client/consumer_client.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "client/config.hpp"
#include "client/error_map.hpp"
#include "client/handle.hpp"
#include "client/partition_list.hpp"
#include "core/errors.hpp"

namespace caas::kafka::client {
namespace {

/// How long an assignment may take to look up the group's offsets.
constexpr Milliseconds kCommittedTimeout{1'000};

std::vector<Header> headersOf(const rd_kafka_message_t* message) {
  std::vector<Header> headers;
  rd_kafka_headers_t* list = nullptr;
  if (rd_kafka_message_headers(message, &list) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return headers;
  }
  headers.reserve(rd_kafka_header_cnt(list));
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0;
       rd_kafka_header_get_all(list, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
    headers.push_back({name, value == nullptr ? std::nullopt
                                              : std::optional(std::string(
                                                    static_cast<const char*>(value), size))});
  }
  return headers;
}

ReceivedRecord recordOf(const rd_kafka_message_t* message) {
  ReceivedRecord record;
  record.topic = rd_kafka_topic_name(message->rkt);
  record.partition = message->partition;
  record.offset = message->offset;
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  record.timestamp = Timestamp{Milliseconds{rd_kafka_message_timestamp(message, &type)}};
  if (message->key != nullptr) {
    record.key.emplace(static_cast<const char*>(message->key), message->key_len);
  }
  if (message->payload != nullptr) {
    record.value.emplace(static_cast<const char*>(message->payload), message->len);
  }
  record.headers = headersOf(message);
  return record;
}

int waitMs(Milliseconds wait) {
  return static_cast<int>(std::clamp<std::int64_t>(wait.count(), 0, 3'600'000));
}

}  // namespace

class ConsumerClient::Impl {
 public:
  Impl(rd_kafka_t* handle, const Settings& settings, ConsumerClientOptions options)
      : handle_(handle),
        state_(handle_, settings.brokers),
        options_(std::move(options)),
        queue_(rd_kafka_queue_get_consumer(handle)) {}

  ~Impl() {
    if (!closed_) {
      static_cast<void>(close(Milliseconds{5'000}));
    }
    queue_.reset();
    rd_kafka_destroy_flags(handle_, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<void> subscribe(const std::vector<std::string>& topics) {
    const PartitionListPtr list(rd_kafka_topic_partition_list_new(static_cast<int>(topics.size())));
    for (const auto& topic : topics) {
      rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
    }
    return check(rd_kafka_subscribe(handle_, list.get()), "subscribing");
  }

  Result<void> assign(const std::vector<PartitionOffset>& partitions) {
    return check(rd_kafka_assign(handle_, listOf(partitions).get()), "assigning partitions");
  }

  Result<ConsumerEvent> poll(Milliseconds wait) {
    if (pending_ && !assignPending(std::min(wait, kCommittedTimeout))) {
      return ConsumerEvent{};
    }
    const EventPtr event(rd_kafka_queue_poll(queue_.get(), waitMs(wait)));
    if (!event) {
      return ConsumerEvent{};
    }
    return eventOf(event.get());
  }

  Result<void> commit(const std::vector<PartitionOffset>& offsets, Milliseconds deadline) {
    if (offsets.empty()) {
      return {};
    }
    const PartitionListPtr list = listOf(offsets);
    const QueuePtr replies(rd_kafka_queue_new(handle_));
    CAAS_TRY(check(rd_kafka_commit_queue(handle_, list.get(), replies.get(), nullptr, nullptr),
                   "committing offsets"));
    const EventPtr event(rd_kafka_queue_poll(replies.get(), waitMs(deadline)));
    if (!event) {
      return fail(
          explainUnreachable(errors::timeout("committing offsets", deadline), state_, deadline));
    }
    CAAS_TRY(check(rd_kafka_event_error(event.get()), "committing offsets"));
    const auto* results = rd_kafka_event_topic_partition_list(event.get());
    for (int i = 0; results != nullptr && i < results->cnt; ++i) {
      if (results->elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return fail(*offsetOf(results->elems[i], "committing offsets").error);
      }
    }
    return {};
  }

  [[nodiscard]] std::vector<TopicPartition> assignment() const {
    rd_kafka_topic_partition_list_t* list = nullptr;
    if (rd_kafka_assignment(handle_, &list) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return {};
    }
    const PartitionListPtr owner(list);
    return partitionsOf(list);
  }

  Result<void> close(Milliseconds deadline) {
    if (closed_) {
      return {};
    }
    closed_ = true;
    // rd_kafka_consumer_close can block for ever; its queue form lets us stop waiting. It has to be
    // another queue than the consumer's own: what waits there, a rebalance too, moves over to it.
    if (pending_) {
      assignNow(std::exchange(pending_, nullptr).get());
    }
    QueuePtr closing(rd_kafka_queue_new(handle_));
    const ErrorPtr error(rd_kafka_consumer_close_queue(handle_, closing.get()));
    if (error) {
      return fail(mapError(error.get(), "closing the consumer"));
    }
    const auto end = std::chrono::steady_clock::now() + deadline;
    while (rd_kafka_consumer_closed(handle_) == 0) {
      const auto left = std::chrono::ceil<Milliseconds>(end - std::chrono::steady_clock::now());
      if (left <= Milliseconds{0}) {
        // A rebalance that nobody serves would hold up the destructor for ever: with its queue gone
        // the client serves the next ones itself, and this answers one that is out already (a
        // closing group takes every assignment for none).
        closing.reset();
        rd_kafka_assign(handle_, nullptr);
        return fail(errors::timeout("leaving the consumer group", deadline));
      }
      const EventPtr event(
          rd_kafka_queue_poll(closing.get(), waitMs(std::min(left, Milliseconds{50}))));
      if (event && rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_REBALANCE) {
        static_cast<void>(serveRebalance(event.get()));
      }
    }
    return {};
  }

 private:
  Result<void> check(rd_kafka_resp_err_t code, std::string_view what) const {
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
      return {};
    }
    return fail(mapError(code, what));
  }

  Result<ConsumerEvent> eventOf(rd_kafka_event_t* event) {
    ConsumerEvent out;
    switch (rd_kafka_event_type(event)) {
      case RD_KAFKA_EVENT_FETCH:
        // One message an event: batch consuming with rebalances has lost records.
        if (const auto* message = rd_kafka_event_message_next(event)) {
          state_.onAnswer();
          out.record = recordOf(message);
        }
        return out;
      case RD_KAFKA_EVENT_REBALANCE: out.revoked = serveRebalance(event); return out;
      case RD_KAFKA_EVENT_ERROR: return errorEventOf(event);
      default: serveCommonEvent(handle_, event, state_); return out;
    }
  }

  Result<ConsumerEvent> errorEventOf(rd_kafka_event_t* event) {
    ConsumerEvent out;
    const auto code = rd_kafka_event_error(event);
    const Owned<rd_kafka_topic_partition_t, rd_kafka_topic_partition_destroy> partition(
        rd_kafka_event_topic_partition(event));
    if (code == RD_KAFKA_RESP_ERR__PARTITION_EOF && partition) {
      state_.onAnswer();
      out.partitionEnd = PartitionOffset{
          {partition->topic, partition->partition}, partition->offset, std::nullopt};
      return out;
    }
    serveCommonEvent(handle_, event, state_);
    if (auto fatal = state_.fatal()) {
      return fail(*std::move(fatal));
    }
    const std::string what = partition ? fmt::format("reading partition {} of '{}'",
                                                     partition->partition, partition->topic)
                                       : std::string("reading");
    out.error = explainUnreachable(mapError(code, what, rd_kafka_event_error_string(event)), state_,
                                   Milliseconds{10'000});
    return out;
  }

  /// Returns what was taken away.
  [[nodiscard]] std::vector<TopicPartition> serveRebalance(rd_kafka_event_t* event) {
    const bool assigning = rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
    auto* partitions = rd_kafka_event_topic_partition_list(event);
    log::debug(assigning ? "partitions assigned" : "partitions revoked",
               {{"count", partitions->cnt}, {"group", options_.group.value_or("")}});
    if (!assigning) {
      auto revoked = partitionsOf(partitions);
      if (cooperative()) {
        warnOf(ErrorPtr(rd_kafka_incremental_unassign(handle_, partitions)));
      } else {
        rd_kafka_assign(handle_, nullptr);
      }
      return revoked;
    }
    if (options_.startOffsets.empty() || closed_) {
      assignNow(partitions);
    } else {
      pending_.reset(rd_kafka_topic_partition_list_copy(partitions));
      static_cast<void>(assignPending(kCommittedTimeout));
    }
    return {};
  }

  [[nodiscard]] bool cooperative() const {
    return std::string_view(rd_kafka_rebalance_protocol(handle_)) == "COOPERATIVE";
  }

  void assignNow(const rd_kafka_topic_partition_list_t* partitions) {
    if (cooperative()) {
      warnOf(ErrorPtr(rd_kafka_incremental_assign(handle_, partitions)));
    } else {
      rd_kafka_assign(handle_, partitions);
    }
  }

  static void warnOf(const ErrorPtr& error) {
    if (error) {
      log::warn("rebalance failed", {{"error", rd_kafka_error_string(error.get())}});
    }
  }

  /// Where the group has no offset, our own start holds. The assignment waits until the group's
  /// offsets are known, over several polls if need be: a guess would skip or repeat records.
  bool assignPending(Milliseconds wait) {
    if (rd_kafka_committed(handle_, pending_.get(), waitMs(wait)) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return false;
    }
    for (int i = 0; i < pending_->cnt; ++i) {
      auto& element = pending_->elems[i];
      if (element.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return false;
      }
      const auto start = options_.startOffsets.find({element.topic, element.partition});
      if (element.offset < 0 && start != options_.startOffsets.end()) {
        element.offset = start->second;
      }
    }
    assignNow(std::exchange(pending_, nullptr).get());
    return true;
  }

  rd_kafka_t* const handle_;
  ConnectionState state_;
  const ConsumerClientOptions options_;
  QueuePtr queue_;
  PartitionListPtr pending_;  ///< assigned to us, and the group's offsets are not known yet
  bool closed_ = false;
};

namespace {

Result<ConfPtr> consumerConf(const Settings& settings, const ConsumerClientOptions& options) {
  const auto& consumer = settings.consumer;
  ConfBuilder conf(settings, options.purpose);
  // Without a group nothing is committed, but the client needs the name to assign.
  conf.set("group.id", options.group.value_or(settings.clientId + "-reader"));
  conf.set("group.protocol", toString(consumer.groupProtocol));
  if (consumer.groupProtocol == GroupProtocol::kClassic) {
    // Under KIP-848 both are the broker's business and the client refuses them.
    conf.set("session.timeout.ms", consumer.sessionTimeout.count());
    conf.set("heartbeat.interval.ms",
             std::max<std::int64_t>(consumer.sessionTimeout.count() / 10, 100));
    conf.set("partition.assignment.strategy", "cooperative-sticky");
  }
  conf.set("enable.auto.commit", "false");
  conf.set("enable.auto.offset.store", "false");
  conf.set("auto.offset.reset", toString(consumer.autoOffsetReset));
  conf.set("enable.partition.eof", "true");
  conf.set("isolation.level", options.readUncommitted ? "read_uncommitted" : "read_committed");
  conf.set("fetch.error.backoff.ms", 100);
  conf.events(RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_FETCH | RD_KAFKA_EVENT_ERROR |
              RD_KAFKA_EVENT_LOG | RD_KAFKA_EVENT_OFFSET_COMMIT);
  return conf.take();
}

}  // namespace

Result<std::unique_ptr<ConsumerClient>> ConsumerClient::create(
    const Settings& settings, const ConsumerClientOptions& options) {
  CAAS_ASSIGN(ConfPtr conf, consumerConf(settings, options));
  CAAS_ASSIGN(rd_kafka_t* const handle, makeClient(RD_KAFKA_CONSUMER, std::move(conf)));
  rd_kafka_poll_set_consumer(handle);
  return std::unique_ptr<ConsumerClient>(
      new ConsumerClient(std::make_unique<Impl>(handle, settings, options)));
}

ConsumerClient::ConsumerClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ConsumerClient::~ConsumerClient() = default;
Result<void> ConsumerClient::subscribe(const std::vector<std::string>& topics) {
  return impl_->subscribe(topics);
}
Result<void> ConsumerClient::assign(const std::vector<PartitionOffset>& partitions) {
  return impl_->assign(partitions);
}
Result<ConsumerEvent> ConsumerClient::poll(Milliseconds wait) { return impl_->poll(wait); }
Result<void> ConsumerClient::commit(const std::vector<PartitionOffset>& offsets,
                                    Milliseconds deadline) {
  return impl_->commit(offsets, deadline);
}
std::vector<TopicPartition> ConsumerClient::assignment() const { return impl_->assignment(); }
Result<void> ConsumerClient::close(Milliseconds deadline) { return impl_->close(deadline); }

}  // namespace caas::kafka::client
