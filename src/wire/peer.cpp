#include "wire/peer.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/errors.hpp"
#include "wire/backoff.hpp"
#include "wire/generated/headers.hpp"

namespace caas::kafka::wire {
namespace {

constexpr std::size_t kSizeBytes = 4;

std::array<std::uint8_t, kSizeBytes> sizeBytes(std::size_t size) {
  return {static_cast<std::uint8_t>(size >> 24), static_cast<std::uint8_t>(size >> 16),
          static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size)};
}

Error connectionEnded(const Address& address, std::string_view why) {
  return {.code = ErrorCode::kUnavailable,
          .message = fmt::format("the connection to {} ended: {}", toString(address), why),
          .hint = "Try again; the broker's log says more when it goes on",
          .retriable = true};
}

Error noAnswer(const Address& address, Api api, std::string_view before = {}) {
  return {.code = ErrorCode::kTimeout,
          .message = fmt::format("{} has not answered {} in time{}{}", toString(address),
                                 toString(api), before.empty() ? "" : "; before that: ", before),
          .hint = "Try again, or allow more time; `caas-kafka health` says which broker is slow",
          .retriable = true};
}

}  // namespace

Peer::Peer(const asio::any_io_executor& executor, const ClientOptions& options, Address address,
           asio::ssl::context* tls)
    : executor_(executor),
      options_(options),
      address_(std::move(address)),
      tls_(tls),
      wanted_(executor),
      answered_(executor),
      written_(executor),
      readerGone_(executor),
      deadlineTimer_(executor) {}

Peer::~Peer() {
  if (tokenThread_.joinable()) {
    tokenThread_.join();
  }
}

void Peer::start() {
  asio::co_spawn(executor_, [self = shared_from_this()] { return self->run(); }, asio::detached);
}

void Peer::send(Request request, TimePoint deadline, Handler handler) {
  if (stopping_ || underWay() >= kMostRequests) {
    Error why = stopping_ ? errors::shutdown("the connection to the brokers")
                          : Error{.code = ErrorCode::kQueueFull,
                                  .message = fmt::format("{} requests are under way to {}",
                                                         underWay(), toString(address_)),
                                  .hint = "Send more slowly and try again",
                                  .retriable = true};
    asio::post(executor_, [handler = std::move(handler), why = std::move(why)]() mutable {
      handler({.reply = fail(std::move(why)), .mayHaveArrived = false});
    });
    return;
  }
  watchDeadlines(deadline);
  waiting_.push_back({std::move(request), deadline, std::move(handler)});
  wanted_.notify();
}

void Peer::stop() {
  stopping_ = true;
  breakConnection(errors::shutdown("the connection to the brokers"));
}

void Peer::moveTo(Address address) {
  if (address == address_) {
    return;
  }
  breakConnection(connectionEnded(address_, "the broker is at another address now"));
  address_ = std::move(address);
  failures_ = 0;
  notBefore_ = {};
}

Task<> Peer::run() {
  while (!stopping_) {
    if (waiting_.empty()) {
      co_await wanted_.wait();
      continue;
    }
    if (resting()) {
      co_await wanted_.wait(notBefore_);
      continue;
    }
    broken_.reset();
    auto opened = co_await open();
    if (opened) {
      ready_ = true;
      lastFailure_.clear();
      co_await serve();
      ready_ = false;
    } else {
      lastFailure_ = opened.error().message;
      failWaiting(opened.error());
    }
    failures_ = broken_ ? failures_ + 1 : 0;
    notBefore_ =
        std::chrono::steady_clock::now() +
        backoffAfter(failures_, options_.backoffFirst, options_.backoffMost, systemRandom());
  }
  failWaiting(errors::shutdown("the connection to the brokers"));
  deadlineTimer_.cancel();
}

Task<Result<void>> Peer::open() {
  const TimePoint deadline = std::chrono::steady_clock::now() + options_.setupTimeout;
  stream_.emplace(executor_, tls_);
  auto opened = co_await stream_->connect(address_, deadline);
  if (opened) {
    readerRuns_ = true;
    asio::co_spawn(
        executor_, [self = shared_from_this()] { return self->readReplies(); }, asio::detached);
    opened = co_await login(deadline);
  }
  if (!opened) {
    // What broke the connection says more than what login saw of it.
    Error why = broken_ && opened.error().code == ErrorCode::kUnavailable
                    ? *broken_
                    : std::move(opened).error();
    breakConnection(why);
    while (readerRuns_) {
      co_await readerGone_.wait();
    }
    failInFlight();
    co_return fail(std::move(why));
  }
  co_return opened;
}

Task<> Peer::serve() {
  bool unused = false;
  while (stream_->isOpen() && !stopping_ && !unused) {
    if (!waiting_.empty()) {
      if (loginIsDue()) {
        const TimePoint deadline = std::chrono::steady_clock::now() + options_.setupTimeout;
        auto again = co_await authenticate(deadline);
        if (!again) {
          breakConnection(std::move(again).error());
        }
      } else {
        co_await sendNext();
      }
      continue;
    }
    const TimePoint until =
        idle() ? std::chrono::steady_clock::now() + options_.idleClose : TimePoint::max();
    co_await wanted_.wait(until);
    unused = idle() && std::chrono::steady_clock::now() >= until;
  }
  stream_->close();
  while (readerRuns_) {
    co_await readerGone_.wait();
  }
  if (inFlight_.empty() && !stopping_ && broken_ && broken_->code == ErrorCode::kUnavailable) {
    broken_.reset();  // closed while nothing was under way: no failure
  }
  failInFlight();
}

Task<> Peer::sendNext() {
  Waiting next = std::move(waiting_.front());
  waiting_.pop_front();
  const auto theirs = theirs_.find(static_cast<std::int16_t>(next.request.api));
  const auto version = chooseVersion(next.request.api, next.request.versions,
                                     theirs == theirs_.end() ? VersionRange{} : theirs->second);
  if (!version) {
    finish(std::move(next.handler), fail(version.error()), false);
    co_return;
  }
  const bool whole = co_await transmit(next.request, *version, next.deadline, next.handler);
  static_cast<void>(whole);  // else the stream is closed, and who sends sees that
}

Task<bool> Peer::transmit(Request& request, int version, TimePoint deadline, Handler& handler) {
  const int correlation = correlation_;
  correlation_ = (correlation_ + 1) & 0x7FFFFFFF;
  auto frame = encodeRequest(request, version, correlation, options_.clientId);
  if (!frame) {
    finish(std::move(handler), fail(std::move(frame).error()), false);
    co_return true;
  }
  const auto size = sizeBytes(frame->size());
  std::vector<Bytes> pieces = frame->pieces();
  pieces.insert(pieces.begin(), Bytes(size));
  inFlight_.push_back(
      {.api = request.api,
       .correlation = correlation,
       .version = version,
       .headerVersion = responseHeaderVersion(request.api, version, request.flexibleSince),
       .deadline = deadline,
       .handler = std::move(handler)});
  // The reader takes none away that is not written, and nobody else does before this has ended.
  InFlight& entry = inFlight_.back();
  watchDeadlines(deadline);
  const BoostError error = co_await stream_->write(pieces);
  if (error) {
    breakConnection(connectionEnded(address_, error.message()));
    co_return false;
  }
  if (!request.answered) {
    InFlight done = std::move(entry);
    inFlight_.pop_back();
    written_.notify();
    finish(std::move(done.handler), Reply{.version = version}, true);
    co_return true;
  }
  entry.written = true;
  written_.notify();
  co_return true;
}

Task<> Peer::readReplies() {
  bool more = true;
  while (more) {
    more = co_await readReply();
  }
  stream_->close();
  readerRuns_ = false;
  readerGone_.notify();
  wanted_.notify();
  answered_.notify();
}

Task<bool> Peer::readReply() {
  std::array<std::uint8_t, kSizeBytes> head{};
  BoostError error = co_await stream_->read(head);
  std::size_t size = 0;
  for (const std::uint8_t byte : head) {
    size = size << 8 | byte;
  }
  if (!error && (size < kSizeBytes || size > kMaxFrameBytes)) {
    breakConnection(errors::internal(fmt::format(
        "{} sends {} bytes as one answer, and {} are the most: is it a Kafka broker, and does the "
        "listener want TLS?",
        toString(address_), size, kMaxFrameBytes)));
    co_return false;
  }
  Buffer frame(error ? 0 : size);
  if (!error) {
    error = co_await stream_->read(frame);
  }
  if (error) {
    breakConnection(connectionEnded(
        address_, error == asio::error::eof ? "the broker closed it" : error.message()));
    co_return false;
  }
  while (!inFlight_.empty() && !inFlight_.front().written && stream_->isOpen()) {
    co_await written_.wait();
  }
  if (!stream_->isOpen()) {
    co_return false;
  }
  if (inFlight_.empty()) {
    breakConnection(errors::internal(
        fmt::format("{} sends an answer that nobody asked for", toString(address_))));
    co_return false;
  }
  const int headerVersion = inFlight_.front().headerVersion;
  Decoder decoder(frame, headerVersion >= ResponseHeader::kFlexibleSince);
  ResponseHeader header;
  ResponseHeader::visit(decoder, header, headerVersion);
  if (!decoder.ok() || header.correlationId != inFlight_.front().correlation) {
    breakConnection(errors::internal(
        fmt::format("{} answers something else than it was asked", toString(address_))));
    co_return false;
  }
  InFlight done = std::move(inFlight_.front());
  inFlight_.pop_front();
  const std::size_t bodyAt = frame.size() - decoder.left();
  finish(std::move(done.handler),
         Reply{.version = done.version, .frame = std::move(frame), .bodyAt = bodyAt}, true);
  if (idle()) {
    wanted_.notify();  // from now on it is unused
  }
  co_return true;
}

void Peer::watchDeadlines(TimePoint deadline) {
  if (deadline >= watched_) {
    return;
  }
  watched_ = deadline;
  deadlineTimer_.expires_at(deadline);
  deadlineTimer_.async_wait([self = weak_from_this()](BoostError error) {
    if (const auto peer = self.lock(); peer && !error) {
      peer->expire();
    }
  });
}

void Peer::expire() {
  watched_ = TimePoint::max();
  const TimePoint now = std::chrono::steady_clock::now();
  std::deque<Waiting> kept;
  for (auto& waiting : std::exchange(waiting_, {})) {
    if (waiting.deadline <= now) {
      finish(std::move(waiting.handler),
             fail(noAnswer(address_, waiting.request.api, lastFailure_)), false);
    } else {
      watchDeadlines(waiting.deadline);
      kept.push_back(std::move(waiting));
    }
  }
  // Those that came meanwhile stand behind.
  std::ranges::move(waiting_, std::back_inserter(kept));
  waiting_ = std::move(kept);
  const auto late =
      std::ranges::find_if(inFlight_, [&](const InFlight& entry) { return entry.deadline <= now; });
  if (late != inFlight_.end()) {
    breakConnection(noAnswer(address_, late->api));
    return;
  }
  for (const auto& entry : inFlight_) {
    watchDeadlines(entry.deadline);
  }
}

void Peer::breakConnection(Error why) {
  if (!broken_) {
    broken_ = std::move(why);
  }
  if (stream_) {
    stream_->close();
  }
  wanted_.notify();
  written_.notify();
  answered_.notify();
}

void Peer::finish(Handler handler, Result<Reply> reply, bool mayHaveArrived) {
  handler({.reply = std::move(reply), .mayHaveArrived = mayHaveArrived});
}

void Peer::failWaiting(const Error& why) {
  for (auto& waiting : std::exchange(waiting_, {})) {
    finish(std::move(waiting.handler), fail(why), false);
  }
}

void Peer::failInFlight() {
  const TimePoint now = std::chrono::steady_clock::now();
  const Error why = broken_.value_or(connectionEnded(address_, "it was not in use"));
  for (auto& entry : std::exchange(inFlight_, {})) {
    const bool late = entry.deadline <= now;
    finish(std::move(entry.handler), fail(late ? noAnswer(address_, entry.api) : why), true);
  }
}

}  // namespace caas::kafka::wire
