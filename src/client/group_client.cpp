#include "client/group_client.hpp"

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

int waitMs(Milliseconds wait) {
  return static_cast<int>(std::clamp<std::int64_t>(wait.count(), 0, 3'600'000));
}

void callWake(rd_kafka_t* /*client*/, void* opaque) {
  (*static_cast<std::function<void()>*>(opaque))();
}

/// A queue that calls `wake` when something comes in while it is empty.
class WakingQueue {
 public:
  WakingQueue(rd_kafka_queue_t* queue, std::function<void()> wake)
      : queue_(queue), wake_(std::make_unique<std::function<void()>>(std::move(wake))) {
    rd_kafka_queue_cb_event_enable(queue_.get(), callWake, wake_.get());
  }
  ~WakingQueue() {
    if (queue_) {
      // Under the queue's lock, as the call itself is: none is under way afterwards.
      rd_kafka_queue_cb_event_enable(queue_.get(), nullptr, nullptr);
    }
  }
  WakingQueue(const WakingQueue&) = delete;
  WakingQueue& operator=(const WakingQueue&) = delete;
  [[nodiscard]] rd_kafka_queue_t* get() const { return queue_.get(); }

 private:
  QueuePtr queue_;
  std::unique_ptr<std::function<void()>> wake_;
};

class PartitionQueueImpl final : public PartitionQueue {
 public:
  PartitionQueueImpl(rd_kafka_queue_t* queue, std::string name, std::function<void()> wake)
      : queue_(queue, std::move(wake)), name_(std::move(name)) {}

  const FetchedRecord* next() override {
    for (;;) {
      event_.reset(rd_kafka_queue_poll(queue_.get(), 0));
      if (!event_) {
        return nullptr;
      }
      // One message an event: batch consuming with rebalances has lost records.
      if (rd_kafka_event_type(event_.get()) == RD_KAFKA_EVENT_FETCH) {
        if (const auto* message = rd_kafka_event_message_next(event_.get())) {
          read(*message);
          return &record_;
        }
      } else {
        onError();
      }
    }
  }

  std::optional<std::int64_t> takeEnd() override { return std::exchange(end_, std::nullopt); }

 private:
  void onError() {
    if (rd_kafka_event_error(event_.get()) != RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      log::warn("partition not readable for now",
                {{"partition", name_}, {"error", rd_kafka_event_error_string(event_.get())}});
      return;
    }
    const Owned<rd_kafka_topic_partition_t, rd_kafka_topic_partition_destroy> partition(
        rd_kafka_event_topic_partition(event_.get()));
    if (partition) {
      end_ = partition->offset;
    }
  }

  void read(const rd_kafka_message_t& message) {
    record_.offset = message.offset;
    rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
    record_.timestamp = Timestamp{Milliseconds{rd_kafka_message_timestamp(&message, &type)}};
    record_.key.reset();
    if (message.key != nullptr) {
      record_.key.emplace(static_cast<const char*>(message.key), message.key_len);
    }
    record_.value.reset();
    if (message.payload != nullptr) {
      record_.value.emplace(static_cast<const char*>(message.payload), message.len);
    }
    headers_.clear();
    rd_kafka_headers_t* list = nullptr;
    if (rd_kafka_message_headers(&message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR) {
      readHeaders(list);
    }
    record_.headers = headers_;
  }

  void readHeaders(const rd_kafka_headers_t* list) {
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t i = 0;
         rd_kafka_header_get_all(list, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
         ++i) {
      headers_.push_back({name, value == nullptr ? std::nullopt
                                                 : std::optional(std::string_view(
                                                       static_cast<const char*>(value), size))});
    }
  }

  WakingQueue queue_;
  const std::string name_;
  EventPtr event_;
  FetchedRecord record_;
  std::vector<HeaderView> headers_;
  std::optional<std::int64_t> end_;
};

PartitionListPtr listOf(const std::vector<GroupOffset>& offsets) {
  PartitionListPtr list(rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())));
  for (const auto& [partition, offset, metadata] : offsets) {
    auto* element =
        rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(), partition.partition);
    element->offset = offset < 0 ? RD_KAFKA_OFFSET_INVALID : offset;
    if (!metadata.empty()) {
      // The list frees it with its own free().
      element->metadata = ::strndup(metadata.data(), metadata.size());
      element->metadata_size = metadata.size();
    }
  }
  return list;
}

}  // namespace

class GroupClient::Impl {
 public:
  Impl(rd_kafka_t* handle, const Settings& settings, const std::function<void()>& wake)
      : handle_(handle), state_(handle_, settings.brokers) {
    events_.emplace(rd_kafka_queue_get_consumer(handle), wake);
    replies_.emplace(rd_kafka_queue_new(handle), wake);
  }

  ~Impl() {
    events_.reset();
    replies_.reset();
    rd_kafka_destroy_flags(handle_, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<void> subscribe(const std::vector<std::string>& topics) {
    if (topics.empty()) {
      return check(rd_kafka_unsubscribe(handle_), "unsubscribing");
    }
    const PartitionListPtr list(rd_kafka_topic_partition_list_new(static_cast<int>(topics.size())));
    for (const auto& topic : topics) {
      rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
    }
    return check(rd_kafka_subscribe(handle_, list.get()), "subscribing");
  }

  std::optional<GroupEvent> nextEvent() {
    for (auto* queue : {&*events_, &*replies_}) {
      while (const EventPtr event{rd_kafka_queue_poll(queue->get(), 0)}) {
        if (auto out = eventOf(event.get())) {
          return out;
        }
      }
    }
    return std::nullopt;
  }

  Result<std::vector<GroupOffset>> committed(const std::vector<TopicPartition>& partitions,
                                             Milliseconds deadline) {
    const PartitionListPtr list = client::listOf(partitions);
    CAAS_TRY(check(rd_kafka_committed(handle_, list.get(), waitMs(deadline)),
                   "reading the group's committed offsets"));
    std::vector<GroupOffset> out;
    for (int i = 0; i < list->cnt; ++i) {
      const auto& element = list->elems[i];
      if (element.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        Error error = mapError(element.err, fmt::format("reading the committed offset of {}-{}",
                                                        element.topic, element.partition));
        if (error.retriable) {
          return fail(std::move(error));
        }
        // It will not become known, and the other partitions must not wait for it.
        log::warn("no committed offset", {{"error", error.describe()}});
      }
      out.push_back(
          {{element.topic, element.partition},
           element.offset < 0 ? -1 : element.offset,
           element.metadata == nullptr
               ? std::string{}
               : std::string(static_cast<const char*>(element.metadata), element.metadata_size)});
    }
    return out;
  }

  std::unique_ptr<PartitionQueue> open(const TopicPartition& partition,
                                       std::function<void()> wake) {
    auto* queue =
        rd_kafka_queue_get_partition(handle_, partition.topic.c_str(), partition.partition);
    // Forwarding by the application is what the client leaves alone when it begins to fetch.
    rd_kafka_queue_forward(queue, nullptr);
    return std::make_unique<PartitionQueueImpl>(
        queue, fmt::format("{}-{}", partition.topic, partition.partition), std::move(wake));
  }

  Result<void> assign(const std::vector<GroupOffset>& partitions) {
    const PartitionListPtr list = listOf(partitions);
    if (cooperative()) {
      return check(ErrorPtr(rd_kafka_incremental_assign(handle_, list.get())), "assigning");
    }
    return check(rd_kafka_assign(handle_, list.get()), "assigning");
  }

  Result<void> unassign(const std::vector<TopicPartition>& partitions) {
    if (cooperative()) {
      const PartitionListPtr list = client::listOf(partitions);
      return check(ErrorPtr(rd_kafka_incremental_unassign(handle_, list.get())), "unassigning");
    }
    return check(rd_kafka_assign(handle_, nullptr), "unassigning");
  }

  Result<void> commit(const std::vector<GroupOffset>& offsets) {
    const PartitionListPtr list = listOf(offsets);
    return check(rd_kafka_commit_queue(handle_, list.get(), replies_->get(), nullptr, nullptr),
                 "committing offsets");
  }

  [[nodiscard]] GroupMetadata groupMetadata() const {
    return GroupMetadata(rd_kafka_consumer_group_metadata(handle_));
  }
  [[nodiscard]] bool assignmentLost() const { return rd_kafka_assignment_lost(handle_) != 0; }

  Result<void> close(Milliseconds deadline) {
    // rd_kafka_consumer_close can block for ever; its queue form lets us stop waiting. It has to be
    // another queue than the consumer's own: what waits there, a rebalance too, moves over to it.
    events_.reset();
    QueuePtr closing(rd_kafka_queue_new(handle_));
    const ErrorPtr error(rd_kafka_consumer_close_queue(handle_, closing.get()));
    if (error) {
      return fail(mapError(error.get(), "closing the consumer"));
    }
    const auto end = std::chrono::steady_clock::now() + deadline;
    while (rd_kafka_consumer_closed(handle_) == 0) {
      const EventPtr event(rd_kafka_queue_poll(closing.get(), 50));
      if (event && rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_REBALANCE) {
        serveLastRebalance(event.get());
      }
      if (std::chrono::steady_clock::now() >= end && rd_kafka_consumer_closed(handle_) == 0) {
        // A rebalance that nobody serves would hold up the destructor for ever: with its queue gone
        // the client serves the next ones itself, and this answers one that is out already.
        closing.reset();
        rd_kafka_assign(handle_, nullptr);
        return fail(errors::timeout("leaving the consumer group", deadline));
      }
    }
    return {};
  }

 private:
  static Result<void> check(rd_kafka_resp_err_t code, std::string_view what) {
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ? Result<void>{} : fail(mapError(code, what));
  }
  static Result<void> check(const ErrorPtr& error, std::string_view what) {
    return error ? fail(mapError(error.get(), what)) : Result<void>{};
  }

  [[nodiscard]] bool cooperative() const {
    return std::string_view(rd_kafka_rebalance_protocol(handle_)) == "COOPERATIVE";
  }

  std::optional<GroupEvent> eventOf(rd_kafka_event_t* event) {
    switch (rd_kafka_event_type(event)) {
      case RD_KAFKA_EVENT_REBALANCE: {
        state_.onAnswer();
        auto partitions = partitionsOf(rd_kafka_event_topic_partition_list(event));
        if (rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
          return GroupAssigned{std::move(partitions)};
        }
        return GroupRevoked{std::move(partitions), assignmentLost()};
      }
      case RD_KAFKA_EVENT_OFFSET_COMMIT: return commitAnswered(event);
      case RD_KAFKA_EVENT_ERROR: {
        serveCommonEvent(handle_, event, state_);
        if (auto fatal = state_.fatal()) {
          return *std::move(fatal);
        }
        if (rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__TRANSPORT) {
          return std::nullopt;  // one connection; it is logged, and made again
        }
        return explainUnreachable(
            mapError(rd_kafka_event_error(event), "consuming", rd_kafka_event_error_string(event)),
            state_, Milliseconds{10'000});
      }
      default: serveCommonEvent(handle_, event, state_); return std::nullopt;
    }
  }

  static GroupEvent commitAnswered(rd_kafka_event_t* event) {
    CommitAnswered answer;
    if (const auto code = rd_kafka_event_error(event);
        code != RD_KAFKA_RESP_ERR_NO_ERROR && code != RD_KAFKA_RESP_ERR__NO_OFFSET) {
      answer.error = mapError(code, "committing offsets");
    }
    const auto* list = rd_kafka_event_topic_partition_list(event);
    for (int i = 0; list != nullptr && i < list->cnt; ++i) {
      if (list->elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        answer.failed.push_back(offsetOf(list->elems[i], "committing offsets"));
      }
    }
    return answer;
  }

  void serveLastRebalance(rd_kafka_event_t* event) {
    if (cooperative() && rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS) {
      const ErrorPtr ignored(
          rd_kafka_incremental_unassign(handle_, rd_kafka_event_topic_partition_list(event)));
    } else if (cooperative()) {
      const ErrorPtr ignored(
          rd_kafka_incremental_assign(handle_, rd_kafka_event_topic_partition_list(event)));
    } else {
      rd_kafka_assign(handle_, nullptr);
    }
  }

  rd_kafka_t* const handle_;
  ConnectionState state_;
  std::optional<WakingQueue> events_;
  std::optional<WakingQueue> replies_;
};

namespace {

Result<ConfPtr> groupConf(const Settings& settings, const GroupClientOptions& options) {
  const auto& consumer = settings.consumer;
  ConfBuilder conf(settings, options.purpose);
  conf.set("group.id", options.group);
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
  conf.set("fetch.wait.max.ms", options.fetchWait.count());
  conf.set("queued.max.messages.kbytes",
           std::max<std::int64_t>(options.prefetchBytesPerPartition / 1024, 64));
  conf.set("queued.min.messages", 10'000);
  // How long a partition that was found to have enough read ahead is left alone.
  conf.set("fetch.queue.backoff.ms", 5);
  conf.statistics();
  conf.events(RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_FETCH | RD_KAFKA_EVENT_ERROR |
              RD_KAFKA_EVENT_LOG | RD_KAFKA_EVENT_OFFSET_COMMIT | RD_KAFKA_EVENT_STATS);
  return conf.take();
}

}  // namespace

Result<std::unique_ptr<GroupClient>> GroupClient::create(const Settings& settings,
                                                         const GroupClientOptions& options,
                                                         std::function<void()> wake) {
  CAAS_ASSIGN(ConfPtr conf, groupConf(settings, options));
  CAAS_ASSIGN(rd_kafka_t* const handle, makeClient(RD_KAFKA_CONSUMER, std::move(conf)));
  rd_kafka_poll_set_consumer(handle);
  return std::unique_ptr<GroupClient>(
      new GroupClient(std::make_unique<Impl>(handle, settings, wake)));
}

GroupClient::GroupClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
GroupClient::~GroupClient() = default;
Result<void> GroupClient::subscribe(const std::vector<std::string>& topics) {
  return impl_->subscribe(topics);
}
std::optional<GroupEvent> GroupClient::nextEvent() { return impl_->nextEvent(); }
Result<std::vector<GroupOffset>> GroupClient::committed(
    const std::vector<TopicPartition>& partitions, Milliseconds deadline) {
  return impl_->committed(partitions, deadline);
}
std::unique_ptr<PartitionQueue> GroupClient::open(const TopicPartition& partition,
                                                  std::function<void()> wake) {
  return impl_->open(partition, std::move(wake));
}
Result<void> GroupClient::assign(const std::vector<GroupOffset>& partitions) {
  return impl_->assign(partitions);
}
Result<void> GroupClient::unassign(const std::vector<TopicPartition>& partitions) {
  return impl_->unassign(partitions);
}
Result<void> GroupClient::commit(const std::vector<GroupOffset>& offsets) {
  return impl_->commit(offsets);
}
GroupMetadata GroupClient::groupMetadata() const { return impl_->groupMetadata(); }
bool GroupClient::assignmentLost() const { return impl_->assignmentLost(); }
Result<void> GroupClient::close(Milliseconds deadline) { return impl_->close(deadline); }

}  // namespace caas::kafka::client
