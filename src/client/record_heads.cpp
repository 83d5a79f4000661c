#include "client/record_heads.hpp"

#include <algorithm>
#include <chrono>

#include "client/config.hpp"
#include "client/error_map.hpp"
#include "client/handle.hpp"
#include "client/partition_list.hpp"
#include "client/raii.hpp"
#include "core/errors.hpp"

namespace caas::kafka::client {
namespace {

// A broker gives whole batches, and librdkafka asks for twice as much when one did not fit.
constexpr std::int64_t kFirstFetchBytes = 16 * 1024;
constexpr std::int64_t kQueuedKbytes = 32 * 1024;

struct HandleCloser {
  void operator()(rd_kafka_t* handle) const {
    rd_kafka_destroy_flags(handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  }
};

class HeadReader {
 public:
  HeadReader(rd_kafka_t* handle, const Settings& settings, const HeadOptions& options)
      : handle_(handle),
        queue_(rd_kafka_queue_get_consumer(handle)),
        state_(handle_.get(), settings.brokers),
        options_(options) {}

  Result<Heads> read(const std::vector<HeadRange>& ranges) {
    std::vector<PartitionOffset> starts;
    for (const HeadRange& range : ranges) {
      starts.push_back({.partition = range.partition, .offset = range.from, .error = {}});
      wanted_.emplace(range.partition, range);
    }
    if (const auto code = rd_kafka_assign(handle_.get(), listOf(starts).get());
        code != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return fail(mapError(code, "reading the first records"));
    }
    const auto end = std::chrono::steady_clock::now() + options_.timeout;
    while (!wanted_.empty()) {
      const auto left =
          std::chrono::ceil<Milliseconds>(end - std::chrono::steady_clock::now()).count();
      if (left <= 0) {
        break;
      }
      serve(EventPtr(rd_kafka_queue_poll(queue_.get(), static_cast<int>(left))));
    }
    return std::move(heads_);
  }

 private:
  void serve(const EventPtr& event) {
    if (!event) {
      return;
    }
    if (rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_FETCH) {
      while (const auto* message = rd_kafka_event_message_next(event.get())) {
        take(message);
      }
      return;
    }
    if (rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_ERROR &&
        rd_kafka_event_error(event.get()) == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      const Owned<rd_kafka_topic_partition_t, rd_kafka_topic_partition_destroy> partition(
          rd_kafka_event_topic_partition(event.get()));
      if (partition) {
        finish({partition->topic, partition->partition}, true);
      }
      return;
    }
    serveCommonEvent(handle_.get(), event.get(), state_);
  }

  void take(const rd_kafka_message_t* message) {
    const TopicPartition id{rd_kafka_topic_name(message->rkt), message->partition};
    const auto wanted = wanted_.find(id);
    if (wanted == wanted_.end()) {
      return;  // fetched ahead before the pause
    }
    const HeadRange range = wanted->second;
    if (message->offset >= range.to) {
      finish(id, true);
      return;
    }
    auto& records = heads_[id].records;
    rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
    records.push_back(
        {.offset = message->offset,
         .timestamp = Timestamp{Milliseconds{rd_kafka_message_timestamp(message, &type)}},
         .headers = headersOf(message)});
    const bool complete = message->offset + 1 >= range.to;
    if (complete || std::ssize(records) >= range.look) {
      finish(id, complete);
    }
  }

  [[nodiscard]] std::vector<Header> headersOf(const rd_kafka_message_t* message) const {
    std::vector<Header> headers;
    rd_kafka_headers_t* list = nullptr;
    if (options_.headers.empty() ||
        rd_kafka_message_headers(message, &list) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return headers;
    }
    for (const std::string& name : options_.headers) {
      const void* value = nullptr;
      std::size_t size = 0;
      if (rd_kafka_header_get_last(list, name.c_str(), &value, &size) ==
              RD_KAFKA_RESP_ERR_NO_ERROR &&
          value != nullptr) {
        headers.push_back({name, std::string(static_cast<const char*>(value), size)});
      }
    }
    return headers;
  }

  void finish(const TopicPartition& id, bool complete) {
    if (wanted_.erase(id) == 0) {
      return;
    }
    heads_[id].complete = complete;
    const PartitionListPtr list = listOf(std::vector<TopicPartition>{id});
    rd_kafka_pause_partitions(handle_.get(), list.get());
  }

  const std::unique_ptr<rd_kafka_t, HandleCloser> handle_;
  const QueuePtr queue_;
  ConnectionState state_;
  const HeadOptions& options_;
  std::map<TopicPartition, HeadRange> wanted_;
  Heads heads_;
};

}  // namespace

Result<Heads> readHeads(const Settings& settings, const std::vector<HeadRange>& ranges,
                        const HeadOptions& options) {
  if (ranges.empty()) {
    return Heads{};
  }
  const auto deepest = std::ranges::max(ranges, {}, &HeadRange::look).look;
  ConfBuilder conf(settings, "lag");
  // Assigning needs a name; no group is joined and nothing is committed.
  conf.set("group.id", settings.clientId + "-lag");
  conf.set("enable.auto.commit", "false");
  conf.set("enable.auto.offset.store", "false");
  // An offset that retention took meanwhile: the oldest record is the one that is asked for.
  conf.set("auto.offset.reset", "earliest");
  conf.set("enable.partition.eof", "true");
  conf.set("isolation.level", options.readCommitted ? "read_committed" : "read_uncommitted");
  conf.set("fetch.message.max.bytes", kFirstFetchBytes);
  conf.set("fetch.wait.max.ms", 20);
  conf.set("queued.min.messages", deepest);
  conf.set("queued.max.messages.kbytes", kQueuedKbytes);
  conf.set("fetch.queue.backoff.ms", 10);
  conf.set("fetch.error.backoff.ms", 100);
  conf.events(RD_KAFKA_EVENT_FETCH | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_LOG);
  CAAS_ASSIGN(ConfPtr made, conf.take());
  CAAS_ASSIGN(rd_kafka_t* const handle, makeClient(RD_KAFKA_CONSUMER, std::move(made)));
  rd_kafka_poll_set_consumer(handle);
  return HeadReader(handle, settings, options).read(ranges);
}

}  // namespace caas::kafka::client
