#include "client/transactional_client.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "client/config.hpp"
#include "client/error_map.hpp"
#include "client/handle.hpp"
#include "client/raii.hpp"
#include "core/errors.hpp"
#include "core/log.hpp"

namespace caas::kafka::client {
namespace {

using std::chrono::steady_clock;

constexpr Milliseconds kGoodbye{2'000};
constexpr Milliseconds kBetweenTries{100};
constexpr int kPollMs = 100;

Milliseconds leftUntil(steady_clock::time_point end) {
  return std::max(std::chrono::ceil<Milliseconds>(end - steady_clock::now()), Milliseconds{0});
}

}  // namespace

bool isRecordsFault(const Error& error) {
  return error.code == ErrorCode::kRecordTooLarge || error.code == ErrorCode::kTopicNotFound ||
         error.code == ErrorCode::kInvalidArgument || error.code == ErrorCode::kAuthorization;
}

GroupMetadata::~GroupMetadata() {
  if (metadata_ != nullptr) {
    rd_kafka_consumer_group_metadata_destroy(metadata_);
  }
}
GroupMetadata::GroupMetadata(GroupMetadata&& other) noexcept
    : metadata_(std::exchange(other.metadata_, nullptr)) {}
GroupMetadata& GroupMetadata::operator=(GroupMetadata&& other) noexcept {
  std::swap(metadata_, other.metadata_);
  return *this;
}

class TransactionalClient::Impl {
 public:
  Impl(rd_kafka_t* handle, const Settings& settings, TransactionalOptions options)
      : handle_(handle),
        options_(std::move(options)),
        state_(handle_, settings.brokers),
        mainQueue_(rd_kafka_queue_get_main(handle)),
        thread_([this] { serve(); }) {}

  ~Impl() {
    if (inTransaction_ && remedy_ != TransactionRemedy::kRebuild) {
      static_cast<void>(abort(kGoodbye));
    }
    // What is still queued would be waited for.
    rd_kafka_purge(handle_, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT |
                                RD_KAFKA_PURGE_F_NON_BLOCKING);
    stopping_ = true;
    rd_kafka_queue_yield(mainQueue_.get());
    thread_.join();
    mainQueue_.reset();
    rd_kafka_destroy(handle_);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<void> init(Milliseconds deadline) {
    return retrying("taking over", deadline, [this](int timeoutMs) {
      return rd_kafka_init_transactions(handle_, timeoutMs);
    });
  }

  Result<void> begin() {
    {
      const std::lock_guard lock(mutex_);
      failed_.reset();
    }
    const ErrorPtr error(rd_kafka_begin_transaction(handle_));
    if (error) {
      return fail(classified(error.get(), "beginning a transaction"));
    }
    inTransaction_ = true;
    return {};
  }

  Result<void> produce(const Record& record, std::uint64_t token);

  Result<void> sendOffsets(const std::vector<TransactionOffset>& offsets,
                           const GroupMetadata& group, Milliseconds deadline) {
    if (!group) {
      return fail(errors::invalidArgument("a transaction's offsets need the consumer's group"));
    }
    const PartitionListPtr list(
        rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())));
    for (const auto& [partition, offset, metadata] : offsets) {
      auto* element = rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(),
                                                        partition.partition);
      element->offset = offset;
      if (!metadata.empty()) {
        // The list frees it with free().
        element->metadata = rd_kafka_mem_malloc(handle_, metadata.size());
        std::ranges::copy(metadata, static_cast<char*>(element->metadata));
        element->metadata_size = metadata.size();
      }
    }
    return retrying("sending offsets", deadline, [&](int timeoutMs) {
      return rd_kafka_send_offsets_to_transaction(handle_, list.get(), group.get(), timeoutMs);
    });
  }

  Result<void> commit(Milliseconds deadline) {
    auto committed = retrying("committing", deadline, [this](int timeoutMs) {
      return rd_kafka_commit_transaction(handle_, timeoutMs);
    });
    inTransaction_ = inTransaction_ && !committed;
    return committed;
  }

  Result<void> abort(Milliseconds deadline) {
    auto aborted = retrying("aborting", deadline, [this](int timeoutMs) {
      return rd_kafka_abort_transaction(handle_, timeoutMs);
    });
    inTransaction_ = inTransaction_ && !aborted;
    return aborted;
  }

  [[nodiscard]] TransactionRemedy remedy() const { return remedy_; }
  [[nodiscard]] bool inTransaction() const { return inTransaction_; }
  [[nodiscard]] std::optional<FailedDelivery> failedDelivery() const {
    const std::lock_guard lock(mutex_);
    return failed_;
  }

 private:
  /// Calls until it succeeds, fails for good, or the time is up.
  template <class Call>
  Result<void> retrying(std::string_view what, Milliseconds deadline, Call call) {
    const auto end = steady_clock::now() + deadline;
    for (;;) {
      // -1 is the transaction's own time, which librdkafka asks for where one can wait so long.
      const auto left = leftUntil(end);
      const ErrorPtr error(call(
          left >= options_.transactionTimeout ? -1 : std::max(static_cast<int>(left.count()), 1)));
      if (!error) {
        state_.onAnswer();
        return {};
      }
      Error mapped = classified(error.get(), what);
      if (remedy_ != TransactionRemedy::kRetry || leftUntil(end) <= kBetweenTries) {
        return fail(explainUnreachable(std::move(mapped), state_, deadline));
      }
      std::this_thread::sleep_for(kBetweenTries);
    }
  }

  Error classified(const rd_kafka_error_t* error, std::string_view what) {
    const std::string text = fmt::format("{} as '{}'", what, options_.transactionalId);
    Error mapped = mapError(error, text);
    if (mapped.fatal || rd_kafka_error_is_fatal(error) != 0) {
      remedy_ = TransactionRemedy::kRebuild;
      // After the first report the client only says that something was fatal before.
      std::array<char, 512> reason{};
      const auto underlying = rd_kafka_fatal_error(handle_, reason.data(), reason.size());
      if (underlying != RD_KAFKA_RESP_ERR_NO_ERROR) {
        mapped = mapError(underlying, text, reason.data());
      }
      mapped.fatal = true;
      mapped.retriable = false;
    } else if (rd_kafka_error_txn_requires_abort(error) != 0) {
      remedy_ = TransactionRemedy::kAbort;
    } else if (rd_kafka_error_is_retriable(error) != 0) {
      remedy_ = TransactionRemedy::kRetry;
      mapped.retriable = true;
    } else {
      // What is neither is treated as fatal, as librdkafka's documentation says.
      remedy_ = TransactionRemedy::kRebuild;
      mapped.fatal = true;
    }
    return mapped;
  }

  void serve() {
    while (!stopping_) {
      const EventPtr event(rd_kafka_queue_poll(mainQueue_.get(), kPollMs));
      if (event && rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_DR) {
        serveDeliveries(event.get());
      } else if (event && !toldByCalls(event.get())) {
        serveCommonEvent(handle_, event.get(), state_);
      }
    }
  }

  /// A transaction's failure is the result of the call that it fails; the client's own lines about
  /// it would tell an operator who was merely overtaken of fatal errors.
  static bool toldByCalls(rd_kafka_event_t* event) {
    if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_ERROR) {
      return rd_kafka_event_error_is_fatal(event) != 0;
    }
    const char* facility = "";
    const char* text = "";
    int level = 0;
    if (rd_kafka_event_type(event) != RD_KAFKA_EVENT_LOG ||
        rd_kafka_event_log(event, &facility, &text, &level) != 0) {
      return false;
    }
    const std::string_view about(facility);
    if (about != "FATAL" && about != "TXNERR" && about != "ADDPARTS") {
      return false;
    }
    log::debug("transaction failed", {{"facility", about}, {"text", text}});
    return true;
  }

  void serveDeliveries(rd_kafka_event_t* event) {
    while (const rd_kafka_message_t* message = rd_kafka_event_message_next(event)) {
      const auto token =
          static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(message->_private));
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        state_.onAnswer();
        if (options_.onAppended) {
          const Timestamp time(
              std::chrono::milliseconds(rd_kafka_message_timestamp(message, nullptr)));
          options_.onAppended({token, message->partition, message->offset, time});
        }
        continue;
      }
      // Purged ones are those of an abort: they say nothing about why.
      const bool purged = message->err == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
                          message->err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT;
      const std::lock_guard lock(mutex_);
      if (!purged && !failed_) {
        failed_ = FailedDelivery{
            token, mapTopicError(message->err, rd_kafka_topic_name(message->rkt), "delivering to")};
      }
    }
  }

  rd_kafka_t* const handle_;
  const TransactionalOptions options_;
  ConnectionState state_;
  TransactionRemedy remedy_ = TransactionRemedy::kRetry;
  bool inTransaction_ = false;
  mutable std::mutex mutex_;
  std::optional<FailedDelivery> failed_;
  QueuePtr mainQueue_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

Result<void> TransactionalClient::Impl::produce(const Record& record, std::uint64_t token) {
  const std::string topic(record.topic);
  std::array<rd_kafka_vu_t, 8> fields;  // NOLINT(*-member-init): filled up to the count
  std::size_t count = 0;
  const auto next = [&](rd_kafka_vtype_t type) -> rd_kafka_vu_t& {
    fields[count].vtype = type;
    return fields[count++];
  };
  const auto bytes = [&](rd_kafka_vtype_t type, std::string_view text) {
    // librdkafka takes a null pointer for null, and an empty view may have one.
    auto& field = next(type);
    field.u.mem.ptr = const_cast<char*>(text.empty() ? "" : text.data());
    field.u.mem.size = text.size();
  };
  next(RD_KAFKA_VTYPE_TOPIC).u.cstr = topic.c_str();
  next(RD_KAFKA_VTYPE_MSGFLAGS).u.i = RD_KAFKA_MSG_F_COPY;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): the opaque pointer carries the token
  next(RD_KAFKA_VTYPE_OPAQUE).u.ptr = reinterpret_cast<void*>(static_cast<std::uintptr_t>(token));
  if (record.key) {
    bytes(RD_KAFKA_VTYPE_KEY, *record.key);
  }
  if (record.value) {
    bytes(RD_KAFKA_VTYPE_VALUE, *record.value);
  }
  if (record.partition) {
    next(RD_KAFKA_VTYPE_PARTITION).u.i32 = *record.partition;
  }
  if (record.timestamp) {
    next(RD_KAFKA_VTYPE_TIMESTAMP).u.i64 = record.timestamp->time_since_epoch().count();
  }
  // Names that need not end in a zero go through librdkafka's list, which takes lengths.
  rd_kafka_headers_t* headers = rd_kafka_headers_new(record.headers.size());
  for (const auto& [name, value] : record.headers) {
    const char* data = !value ? nullptr : value->empty() ? "" : value->data();
    rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()), data,
                        value ? static_cast<ssize_t>(value->size()) : 0);
  }
  next(RD_KAFKA_VTYPE_HEADERS).u.headers = headers;
  const ErrorPtr error(rd_kafka_produceva(handle_, fields.data(), count));
  if (!error) {
    return {};
  }
  rd_kafka_headers_destroy(headers);
  const std::string what = fmt::format("producing to '{}'", record.topic);
  const auto code = rd_kafka_error_code(error.get());
  if (code == RD_KAFKA_RESP_ERR__STATE || code == RD_KAFKA_RESP_ERR__FATAL ||
      code == RD_KAFKA_RESP_ERR__FENCED) {
    // The transaction has failed meanwhile: how, the next call of it tells.
    remedy_ = rd_kafka_fatal_error(handle_, nullptr, 0) != RD_KAFKA_RESP_ERR_NO_ERROR
                  ? TransactionRemedy::kRebuild
                  : TransactionRemedy::kAbort;
    return fail(remedy_ == TransactionRemedy::kRebuild ? classified(error.get(), what)
                                                       : mapError(error.get(), what));
  }
  remedy_ = TransactionRemedy::kRetry;
  return fail(mapError(error.get(), what));
}

Result<std::unique_ptr<TransactionalClient>> TransactionalClient::create(
    const Settings& settings, const TransactionalOptions& options) {
  if (options.transactionalId.empty()) {
    return fail(errors::invalidArgument("transactions need a transactional id"));
  }
  ProducerSettings producer = settings.producer;
  producer.acks = Acks::kAll;
  producer.retries.reset();
  // A record that outlives its transaction is of no use; librdkafka refuses it too.
  producer.deliveryTimeout = std::min(producer.deliveryTimeout, options.transactionTimeout);
  CAAS_ASSIGN(ConfPtr conf, producerConf(settings, producer, options.purpose));
  for (const auto& [name, value] :
       {std::pair{"transactional.id", options.transactionalId},
        // librdkafka refuses a request that may outlive its transaction.
        std::pair{"socket.timeout.ms", std::to_string(std::min<std::int64_t>(
                                           options.transactionTimeout.count(), 30'000))},
        std::pair{"transaction.timeout.ms", std::to_string(options.transactionTimeout.count())}}) {
    std::array<char, 512> reason{};
    if (rd_kafka_conf_set(conf.get(), name, value.c_str(), reason.data(), reason.size()) !=
        RD_KAFKA_CONF_OK) {
      return fail(errors::invalidConfiguration(
          fmt::format("the Kafka client refuses {}: {}", name, reason.data())));
    }
  }
  CAAS_ASSIGN(rd_kafka_t* const handle, makeClient(RD_KAFKA_PRODUCER, std::move(conf)));
  return std::unique_ptr<TransactionalClient>(
      new TransactionalClient(std::make_unique<Impl>(handle, settings, options)));
}

TransactionalClient::TransactionalClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TransactionalClient::~TransactionalClient() = default;
Result<void> TransactionalClient::init(Milliseconds deadline) { return impl_->init(deadline); }
Result<void> TransactionalClient::begin() { return impl_->begin(); }
Result<void> TransactionalClient::produce(const Record& record, std::uint64_t token) {
  return impl_->produce(record, token);
}
Result<void> TransactionalClient::sendOffsets(const std::vector<TransactionOffset>& offsets,
                                              const GroupMetadata& group, Milliseconds deadline) {
  return impl_->sendOffsets(offsets, group, deadline);
}
Result<void> TransactionalClient::commit(Milliseconds deadline) { return impl_->commit(deadline); }
Result<void> TransactionalClient::abort(Milliseconds deadline) { return impl_->abort(deadline); }
TransactionRemedy TransactionalClient::remedy() const { return impl_->remedy(); }
std::optional<FailedDelivery> TransactionalClient::failedDelivery() const {
  return impl_->failedDelivery();
}
bool TransactionalClient::inTransaction() const { return impl_->inTransaction(); }

}  // namespace caas::kafka::client
