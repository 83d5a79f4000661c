#include "http/server/session.hpp"

#include <algorithm>
#include <array>
#include <exception>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "core/log.hpp"

namespace caas::kafka::http {
namespace {

/// Beyond the head: what comes of a body in one piece.
constexpr std::size_t kLeastBuffer = 32 * 1024;
constexpr std::size_t kHeadSlack = 1'024;

}  // namespace

Session::Session(Core& core, const Gate& gate, asio::ssl::context* tls, Socket socket,
                 const IpAddress& address)
    : core_(core),
      gate_(gate),
      peer_{.address = address, .tls = tls != nullptr},
      wire_(std::move(socket), tls),
      buffer_(std::max(kLeastBuffer, core.limits.mostHeadBytes + kHeadSlack)),
      place_(core.connections.insert(core.connections.end(), this)),
      streamTimer_(core.io.get_executor()) {
  ++core_.perAddress[address.subscriber()];
  ++core_.open;
  core_.meter->opened();
}

Session::~Session() {
  core_.connections.erase(place_);
  if (const auto at = core_.perAddress.find(peer_.address.subscriber()); --at->second == 0) {
    core_.perAddress.erase(at);
  }
  --core_.open;
  core_.meter->closed();
}

void serve(Core& core, const Gate& gate, asio::ssl::context* tls, Socket socket,
           const IpAddress& address) {
  const auto session = std::make_shared<Session>(core, gate, tls, std::move(socket), address);
  asio::co_spawn(core.io.get_executor(), session->run(), asio::detached);
}

Task<void> Session::run() {
  const auto self = shared_from_this();
  try {
    co_await serveAll();
  } catch (const std::exception& error) {
    log::error("a connection failed", {{"why", error.what()}});
  }
  wire_.close();
}

Task<void> Session::serveAll() {
  if (wire_.isTls()) {
    arm(core_.limits.handshakeTime);
    const auto [failed] = co_await wire_.handshake();
    if (failed) {
      core_.meter->refused("tls");
      co_return;
    }
  }
  for (bool stays = true; stays && !core_.stopping;) {
    stays = co_await waitForRequest();
    if (stays) {
      stays = co_await serveOne();
    }
  }
  if (!gone_ && !aborted_) {
    co_await goodbye();
  }
}

void Session::arm(Milliseconds time) {
  expired_ = false;
  deadline = std::chrono::steady_clock::now() + time;
}

void Session::expire() {
  expired_ = true;
  disarm();
  wire_.cancel();
}

void Session::abort() {
  aborted_ = true;
  wire_.close();
  endStream();
  if (answerTimer_ != nullptr) {
    answerTimer_->cancel();
  }
}

Task<bool> Session::waitForRequest() {
  if (!buffer_.empty()) {
    co_return true;
  }
  buffer_.release();
  const auto place = core_.idle.insert(core_.idle.end(), this);
  arm(core_.limits.idleTime);
  bool came = false;
  if (wire_.isTls()) {
    came = co_await fill();
  } else {
    const auto [failed] = co_await wire_.waitReadable();
    came = !failed;
  }
  core_.idle.erase(place);
  gone_ = gone_ || !came;  // there is no answer that closing could lose
  co_return came;
}

Task<bool> Session::fill() {
  const auto room = buffer_.room();
  const auto [failed, bytes] = co_await wire_.readSome(room);
  if (failed) {
    gone_ = !expired_;
    co_return false;
  }
  buffer_.filled(bytes);
  co_return true;
}

Task<bool> Session::write(std::string_view head, std::string_view body) {
  const auto latest = std::chrono::steady_clock::now() + core_.limits.answerTime;
  std::array<asio::const_buffer, 2> buffers{asio::buffer(head.data(), head.size()),
                                            asio::buffer(body.data(), body.size())};
  while (buffers[0].size() + buffers[1].size() > 0) {
    const auto left =
        std::chrono::duration_cast<Milliseconds>(latest - std::chrono::steady_clock::now());
    arm(std::min(core_.limits.writeTime, left));
    const auto [failed, bytes] = co_await wire_.writeSome(buffers);
    if (failed) {
      gone_ = true;
      co_return false;
    }
    const auto ofHead = std::min(bytes, buffers[0].size());
    buffers[0] += ofHead;
    buffers[1] += bytes - ofHead;
  }
  disarm();
  co_return true;
}

/// A client that is still sending when we close would be told "connection reset", and might lose
/// the answer: so what it sends is read for a while.
Task<void> Session::goodbye() {
  arm(core_.limits.lingerTime);
  if (wire_.isTls()) {
    const auto [done] = co_await wire_.shutdownTls();
    static_cast<void>(done);
  }
  wire_.shutdownSend();
  std::array<char, 4'096> discarded{};
  for (std::size_t all = 0; all < core_.limits.mostLingerBytes && !expired_ && !aborted_;) {
    const auto [failed, bytes] = co_await wire_.readRaw(discarded);
    if (failed) {
      break;
    }
    all += bytes;
  }
}

}  // namespace caas::kafka::http
