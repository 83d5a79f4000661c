#include "http/idempotency/key_claims.hpp"

#include <utility>

#include <fmt/format.h>

#include "client/admin.hpp"
#include "core/errors.hpp"
#include "core/log.hpp"

namespace caas::kafka::http {
namespace {

using std::chrono::steady_clock;

constexpr std::string_view kEntry = "internal.idempotency";
constexpr Milliseconds kAsk{5'000};
constexpr Milliseconds kOpen{10'000};
constexpr Milliseconds kSlice{100};
constexpr Milliseconds kBetweenTries{1'000};
/// A claim that is not read back by then: its partition has no leader, or somebody's transaction
/// holds it up.
constexpr Milliseconds kReadBackWithin{25'000};
constexpr Milliseconds kClockSlack{60'000};
constexpr std::size_t kMostKnownTopics = 100'000;

Response replayed(const KeptAnswer& answer) {
  Response response{.status = answer.status, .body = answer.body};
  response.headers.set("Content-Type", answer.contentType);
  response.headers.set("Idempotency-Replayed", "true");
  return response;
}

Answer answerOf(const ClaimVerdict& verdict) {
  switch (verdict.kind) {
    case ClaimVerdict::Kind::kDone: return replayed(*verdict.answer);
    case ClaimVerdict::Kind::kOther:
      return fail({.code = ErrorCode::kConflict,
                   .message = "this Idempotency-Key came with another request before",
                   .hint = "Make a key of its own for each request"});
    case ClaimVerdict::Kind::kInProgress:
    case ClaimVerdict::Kind::kMine: break;
  }
  return fail({.code = ErrorCode::kConflict,
               .message = "a request with this Idempotency-Key is being published",
               .hint = "Send it again in a moment: the answer is that of the first one then",
               .retriable = true});
}

Error takenIn(Error error) {
  // What cannot be reached may be there later; nothing was published.
  error.retriable = true;
  return error;
}

}  // namespace

KeyClaims::KeyClaims(std::shared_ptr<KafkaService> service)
    : service_(std::move(service)),
      claimer_([this](const std::stop_token& stop) { claimAll(stop); }) {}

KeyClaims::~KeyClaims() {
  claimer_.request_stop();
  claimer_.join();
  follower_ = {};
  publisher_.reset();
  producer_.reset();
  const auto error = errors::shutdown("the service");
  for (const auto& request : arrived_) {
    request.responder.answer(fail(error));
  }
  for (const auto& [claim, pending] : pending_) {
    pending.request.responder.answer(fail(error));
  }
}

void KeyClaims::take(KeyedRequest request) {
  {
    const std::lock_guard lock(mutex_);
    if (arrived_.size() + pending_.size() < kMostWaiting) {
      arrived_.push_back(std::move(request));
      arrivedSome_.notify_one();
      return;
    }
  }
  request.responder.answer(fail(sendAgain("too many requests with an Idempotency-Key wait")));
}

void KeyClaims::claimAll(const std::stop_token& stop) {
  for (;;) {
    std::unique_lock lock(mutex_);
    if (!arrivedSome_.wait(lock, stop, [this] { return !arrived_.empty(); })) {
      return;
    }
    auto request = std::move(arrived_.front());
    arrived_.pop_front();
    lock.unlock();
    auto may = publisher_ ? Result<void>{} : start();
    if (may) {
      may = checkTopics(request.records);
    }
    if (may) {
      claim(std::move(request));
    } else {
      request.responder.answer(fail(std::move(may).error()));
    }
  }
}

Result<void> KeyClaims::start() {
  CAAS_ASSIGN(settings_, service_->settings());
  CAAS_ASSIGN(const auto catalog, service_->catalog());
  const auto* entry = catalog->find(kEntry);
  if (entry == nullptr) {
    return fail(errors::invalidConfiguration(
        fmt::format("the catalog has no entry '{}', which idempotency keys need", kEntry),
        "Add it as config/topics.yaml has it, or send no Idempotency-Key"));
  }
  topic_ = entry->pattern;
  // Its own topic, too: without it no claim would ever come back.
  OwnedRecord own;
  own.topic = topic_;
  if (auto there = checkTopics({own}); !there) {
    auto error = std::move(there).error();
    if (error.code == ErrorCode::kTopicNotFound) {
      error = {.code = ErrorCode::kUnavailable,
               .message = fmt::format("topic '{}', where idempotency keys are kept, does not exist",
                                      topic_),
               .hint = "`caas-kafka init` creates it",
               .retriable = true};
    }
    return fail(std::move(error));
  }
  if (!producer_) {
    CAAS_ASSIGN(producer_, Producer::create(*settings_));
  }
  publisher_ = std::make_unique<OncePublisher>(
      *settings_, topic_, [this](const ClaimedRequest& request, bool nothingWritten) {
        onFailed(request, nothingWritten);
      });
  follower_ = std::jthread([this](const std::stop_token& stop) { follow(stop); });
  return {};
}

Result<void> KeyClaims::checkTopics(const std::vector<OwnedRecord>& records) {
  std::set<std::string> unknown;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& record : records) {
      if (!knownTopics_.contains(record.topic)) {
        unknown.insert(record.topic);
      }
    }
  }
  if (unknown.empty()) {
    return {};
  }
  // A transaction would wait for a topic that is not there, and hold up all that share it.
  CAAS_ASSIGN(const auto admin, client::AdminClient::create(*settings_, "idempotency"));
  auto described = admin->describeTopics({unknown.begin(), unknown.end()}, {.timeout = kAsk});
  if (!described) {
    return fail(takenIn(std::move(described).error()));
  }
  for (const auto& topic : *described) {
    if (topic.error) {
      return fail(topic.error->code == ErrorCode::kTopicNotFound ? errors::topicNotFound(topic.name)
                                                                 : *topic.error);
    }
  }
  const std::lock_guard lock(mutex_);
  if (knownTopics_.size() > kMostKnownTopics) {
    knownTopics_.clear();
  }
  knownTopics_.merge(unknown);
  return {};
}

void KeyClaims::claim(KeyedRequest request) {
  const auto key = request.key;
  const auto claim = makeId(systemClock(), systemRandom());
  const auto value = claimValue(
      {.kind = ClaimRecord::Kind::kClaim, .claim = claim, .fingerprint = request.fingerprint});
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = log_.known(key, request.fingerprint)) {
      request.responder.answer(answerOf(*known));
      return;
    }
    if (log_.bytes() > kMostKeptBytes) {
      request.responder.answer(
          fail(sendAgain("too many idempotency keys of the last ten minutes")));
      return;
    }
    pending_.emplace(claim, ClaimedRequest{std::move(request), claim, steady_clock::now()});
  }
  const auto failed = [this, claim](const Error& error) {
    if (const auto pending = takePending(claim)) {
      // The claim may be in the log, and then it is void after a while.
      pending->request.responder.answer(fail(takenIn(error)));
    }
  };
  const auto sent = producer_->send({.topic = topic_, .key = key, .value = value},
                                    [failed](const DeliveryReport& report) {
                                      if (!report.delivered()) {
                                        failed(*report.error);
                                      }
                                    });
  if (!sent) {
    failed(sent.error());
  }
}

void KeyClaims::follow(const std::stop_token& stop) {
  std::unique_ptr<RecordReader> reader;
  auto swept = steady_clock::now();
  while (!stop.stop_requested()) {
    if (steady_clock::now() - swept > kBetweenTries) {
      swept = steady_clock::now();
      forgetOld();
    }
    if (!reader) {
      auto opened = openReader();
      if (!opened) {
        log::warn("idempotency keys cannot be read", {{"error", opened.error().describe()}});
        std::this_thread::sleep_for(kSlice);
        continue;
      }
      reader = *std::move(opened);
    }
    auto record = reader->poll(kSlice);
    if (!record) {
      // From the beginning again: what is read twice changes nothing.
      log::warn("reading idempotency keys failed", {{"error", record.error().describe()}});
      reader.reset();
      std::this_thread::sleep_for(kSlice);
    } else if (*record) {
      onRecord(**record);
    }
  }
}

Result<std::unique_ptr<RecordReader>> KeyClaims::openReader() const {
  const auto from = systemClock().now() - ClaimLog::kMemory - ClaimLog::kLease - kClockSlack;
  // read_committed: what is done is done, and every transaction before a claim has ended when the
  // claim is read.
  return RecordReader::open(*settings_, {.topics = {topic_}, .from = FromTime{from}}, kOpen);
}

void KeyClaims::onRecord(const ReceivedRecord& record) {
  const auto read = record.value
                        ? readClaim(*record.value)
                        : Result<ClaimRecord>(fail(errors::invalidArgument("a tombstone")));
  if (!read || !record.key) {
    log::warn(
        "a record that is no idempotency key's was passed over",
        {{"topic", record.topic}, {"partition", record.partition}, {"offset", record.offset}});
    return;
  }
  const std::unique_lock lock(mutex_);
  const auto verdict = log_.apply(*record.key, *read, record.timestamp);
  if (read->kind != ClaimRecord::Kind::kClaim) {
    return;
  }
  const auto found = pending_.find(read->claim);
  if (found == pending_.end()) {
    return;
  }
  auto claimed = std::move(found->second);
  pending_.erase(found);
  if (verdict.kind == ClaimVerdict::Kind::kMine) {
    publisher_->publish(std::move(claimed));
  } else {
    claimed.request.responder.answer(answerOf(verdict));
  }
}

void KeyClaims::forgetOld() {
  std::vector<ClaimedRequest> late;
  {
    const std::lock_guard lock(mutex_);
    log_.forget(systemClock().now());
    for (auto each = pending_.begin(); each != pending_.end();) {
      if (steady_clock::now() - each->second.since > kReadBackWithin) {
        late.push_back(std::move(each->second));
        each = pending_.erase(each);
      } else {
        ++each;
      }
    }
  }
  for (const auto& each : late) {
    each.request.responder.answer(
        fail(sendAgain("Kafka did not show the claim of this Idempotency-Key in time")));
  }
}

std::optional<ClaimedRequest> KeyClaims::takePending(const std::string& claim) {
  const std::lock_guard lock(mutex_);
  const auto found = pending_.find(claim);
  if (found == pending_.end()) {
    return std::nullopt;
  }
  auto taken = std::move(found->second);
  pending_.erase(found);
  return taken;
}

void KeyClaims::onFailed(const ClaimedRequest& request, bool nothingWritten) {
  {
    // It may be that one of them is gone.
    const std::lock_guard lock(mutex_);
    for (const auto& record : request.request.records) {
      knownTopics_.erase(record.topic);
    }
  }
  if (!nothingWritten) {
    return;
  }
  const auto value = claimValue({.kind = ClaimRecord::Kind::kReleased, .claim = request.claim});
  // If it is lost, the claim is void after a while.
  static_cast<void>(producer_->send({.topic = topic_, .key = request.request.key, .value = value}));
}

}  // namespace caas::kafka::http
