#include "retry/failure_router.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/errors.hpp"
#include "retry/failure_way.hpp"
#include "retry/origin_ids.hpp"

namespace caas::kafka::retry {
namespace {

using consume::FailedRecord;
using consume::FailureOutcome;

// Of a record that is too large itself; the rest of its key and headers is at its origin.
constexpr std::size_t kPointerKeyBytes = 32UL * 1024;
constexpr std::size_t kPointerHeaderBytes = 32UL * 1024;
/// For our headers and the record's framing.
constexpr std::int64_t kHeaderRoom = 16LL * 1024;

std::size_t sizeOf(const HeaderView& header) {
  return header.name.size() + header.value.value_or("").size();
}

/// Of the record as it was published: without our headers.
std::int64_t originBytes(const ConsumedRecord& record) {
  std::size_t bytes = record.key.value_or("").size() + record.value.value_or("").size();
  for (const auto& header : record.headers) {
    bytes += isFailureHeader(header.name) ? 0 : sizeOf(header);
  }
  return static_cast<std::int64_t>(bytes);
}

std::vector<HeaderView> headersThatFit(std::span<const HeaderView> headers) {
  std::vector<HeaderView> fitting;
  std::size_t bytes = 0;
  for (const auto& header : headers) {
    if (bytes + sizeOf(header) <= kPointerHeaderBytes) {
      bytes += sizeOf(header);
      fitting.push_back(header);
    }
  }
  return fitting;
}

/// One failed record on its way. Its views live until `done` was called.
struct Copy {
  FailedRecord failed;
  consume::FailureRoute::Done done;
  consume::FailureRoute::Prepared prepared{};  ///< set: to be handed over instead of sent
  FailureHeaders headers{};
  std::string topic{};

  [[nodiscard]] const ConsumedRecord& record() const { return *failed.record; }
  [[nodiscard]] bool isPointer() const { return headers.originBytes.has_value(); }
  void finish() const {
    done(headers.reason ? FailureOutcome::kDeadLettered : FailureOutcome::kRetryLater);
  }
  void finish(Error error) const {
    error.message =
        fmt::format("copying partition {} offset {} of '{}' to '{}': {}", record().partition,
                    record().offset, record().topic, topic, error.message);
    done(fail(std::move(error)));
  }
};
using CopyPtr = std::shared_ptr<Copy>;

}  // namespace

Settings copySettings(const Settings& settings) {
  Settings copying = settings;
  ProducerSettings& producer = copying.producer;
  producer.acks = Acks::kAll;
  producer.retries.reset();
  producer.maxRecordBytes = kMaxCopyBytes;
  producer.queueMaxBytes = std::max(producer.queueMaxBytes, 4 * kMaxCopyBytes);
  producer.queueFullWait = Milliseconds{0};
  return copying;
}

class FailureRouter::Impl {
 public:
  Impl(FailureRouterOptions options, Clock& clock, Random& random)
      : options_(std::move(options)), clock_(clock), random_(random) {}
  ~Impl() { static_cast<void>(close(Milliseconds{5'000})); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<void> connect(const Settings& settings) {
    CAAS_ASSIGN(producer_, Producer::create(copySettings(settings)));
    CAAS_ASSIGN(ids_, OriginIds::create(settings, clock_));
    return {};
  }

  void divert(const FailedRecord& failed, Done&& done) {
    begin(std::make_shared<Copy>(Copy{.failed = failed, .done = std::move(done)}));
  }

  void prepare(const FailedRecord& failed, Prepared&& done) {
    // Handed over means done; `done` itself is for what fails before.
    auto failing = [done](const Result<FailureOutcome>& outcome) {
      if (!outcome) {
        done(fail(outcome.error()));
      }
    };
    begin(std::make_shared<Copy>(
        Copy{.failed = failed, .done = std::move(failing), .prepared = std::move(done)}));
  }

  Result<ShutdownReport> close(Milliseconds deadline) {
    return producer_ ? producer_->close(deadline) : Result<ShutdownReport>{};
  }

 private:
  void begin(const CopyPtr& copy) {
    const ConsumedRecord& record = copy->record();
    if (const auto circle = checkRetryPolicy(options_.policy, {std::string(record.topic)});
        !circle) {
      copy->done(fail(circle.error()));
      return;
    }
    const auto parsed = parseFailureHeaders(record.headers);
    if (continuesWay(parsed, record, options_.group)) {
      copy->headers = parsed.headers;
      send(copy);
      return;
    }
    copy->headers = beginWay(record, options_.group, clock_, random_);
    ids_->lookUp(record.topic, [this, copy](Result<std::string> id) {
      if (!id) {
        copy->finish(id.error());
        return;
      }
      copy->headers.origin.topicId = *std::move(id);
      send(copy);
    });
  }

  void send(const CopyPtr& copy) {
    copy->topic = goOn(copy->headers, copy->failed, options_.policy, clock_, random_).topic;
    const auto& record = copy->record();
    if (copy->prepared && originBytes(record) > kMaxCopyBytes - kHeaderRoom) {
      sendPointer(copy);
      return;
    }
    produce(copy, record.key, record.value, record.headers);
  }

  /// An entry that says where the record is, instead of a copy.
  void sendPointer(const CopyPtr& copy) {
    const auto& record = copy->record();
    copy->topic = options_.policy.dlqTopic;
    copy->headers.reason = DlqReason::kOversize;
    copy->headers.attempt = record.attempt;
    copy->headers.originBytes = originBytes(record);
    const bool keyFits = record.key && record.key->size() <= kPointerKeyBytes;
    produce(copy, keyFits ? record.key : std::nullopt, std::nullopt,
            headersThatFit(record.headers));
  }

  void produce(const CopyPtr& copy, std::optional<std::string_view> key,
               std::optional<std::string_view> value, std::span<const HeaderView> own) {
    const CopyHeaders headers(own, copy->headers);
    if (copy->prepared) {
      handOver(*copy, key, value, headers.views());
      return;
    }
    auto sent = producer_->send(
        {.topic = copy->topic, .key = key, .value = value, .headers = headers.views()},
        [this, copy](const DeliveryReport& report) {
          if (report.delivered()) {
            copy->finish();
          } else {
            onError(copy, *report.error);
          }
        });
    if (!sent) {
      onError(copy, sent.error());
    }
  }

  void handOver(const Copy& copy, std::optional<std::string_view> key,
                std::optional<std::string_view> value, std::span<const HeaderView> headers) {
    consume::FailureCopy out;
    out.outcome = copy.headers.reason ? FailureOutcome::kDeadLettered : FailureOutcome::kRetryLater;
    out.record.topic = copy.topic;
    out.record.key = key;
    out.record.value = value;
    for (const auto& header : headers) {
      out.record.headers.push_back(
          {std::string(header.name),
           header.value ? std::optional<std::string>(*header.value) : std::nullopt});
    }
    copy.prepared(std::move(out));
  }

  void onError(const CopyPtr& copy, const Error& error) {
    if (error.code == ErrorCode::kRecordTooLarge && !copy->isPointer()) {
      sendPointer(copy);
    } else {
      copy->finish(error);
    }
  }

  const FailureRouterOptions options_;
  Clock& clock_;
  Random& random_;
  std::unique_ptr<Producer> producer_;
  // Goes first: it hands on to the producer.
  std::unique_ptr<OriginIds> ids_;
};

Result<std::unique_ptr<FailureRouter>> FailureRouter::create(const Settings& settings,
                                                             FailureRouterOptions options,
                                                             Clock& clock, Random& random) {
  CAAS_TRY(checkRetryPolicy(options.policy, options.sources));
  if (options.group.empty() || options.group.size() > kMaxGroupBytes) {
    return fail(errors::invalidArgument(
        options.group.empty() ? std::string("a consumer with retries needs a group")
                              : fmt::format("the group's name has {} bytes", options.group.size()),
        fmt::format("Use a group with a name of at most {} bytes: retried records carry it",
                    kMaxGroupBytes)));
  }
  auto impl = std::make_unique<Impl>(std::move(options), clock, random);
  CAAS_TRY(impl->connect(settings));
  return std::unique_ptr<FailureRouter>(new FailureRouter(std::move(impl)));
}

FailureRouter::FailureRouter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
FailureRouter::~FailureRouter() = default;
void FailureRouter::divert(const consume::FailedRecord& failed, Done done) {
  impl_->divert(failed, std::move(done));
}
void FailureRouter::prepare(const consume::FailedRecord& failed, Prepared done) {
  impl_->prepare(failed, std::move(done));
}
Result<ShutdownReport> FailureRouter::close(Milliseconds deadline) {
  return impl_->close(deadline);
}

}  // namespace caas::kafka::retry
