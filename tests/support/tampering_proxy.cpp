#include "support/tampering_proxy.hpp"

#include <array>
#include <mutex>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace caas::kafka::test {
namespace {

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

int boundPort(int socket) {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

int listening() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = loopback(0);
  if (bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      listen(socket, 16) != 0) {
    throw std::runtime_error("no port for the proxy");
  }
  return socket;
}

bool sendAll(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

}  // namespace

class TamperingProxy::Impl {
 public:
  explicit Impl(int brokerPort) : brokerPort_(brokerPort), listener_(listening()) {
    thread_ = std::thread([this] { accept(); });
  }
  ~Impl() {
    stopping_ = true;
    shutdown(listener_, SHUT_RDWR);
    cutAll();
    thread_.join();
    for (auto& pair : pairs_) {
      pair.join();
    }
    close(listener_);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  int port() const { return boundPort(listener_); }
  int connections() const { return connections_; }
  void setRules(Rules rules) {
    const std::lock_guard lock(mutex_);
    rules_ = std::move(rules);
  }
  void cutAll() {
    const std::lock_guard lock(mutex_);
    for (const int socket : sockets_) {
      shutdown(socket, SHUT_RDWR);
    }
  }

 private:
  void accept() {
    while (!stopping_) {
      const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (client < 0) {
        continue;
      }
      const int broker = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      const auto address = loopback(brokerPort_);
      if (connect(broker, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
        close(client);
        close(broker);
        continue;
      }
      ++connections_;
      const std::lock_guard lock(mutex_);
      sockets_.insert(sockets_.end(), {client, broker});
      pairs_.emplace_back([this, client, broker, rules = rules_] { pump(client, broker, rules); });
    }
  }

  /// One thread for both directions.
  void pump(int client, int broker, const Rules& rules) {
    std::int64_t toBroker = rules.cutToBrokerAfter;
    std::int64_t toClient = rules.cutToClientAfter;
    bool open = true;
    while (open && !stopping_) {
      std::array<pollfd, 2> ready{{{client, POLLIN, 0}, {broker, POLLIN, 0}}};
      constexpr int kLookMs = 200;
      poll(ready.data(), ready.size(), kLookMs);
      if (ready[0].revents != 0) {
        open = move(client, broker, toBroker, rules, true);
      }
      if (open && ready[1].revents != 0) {
        open = move(broker, client, toClient, rules, false);
      }
    }
    const std::lock_guard lock(mutex_);
    std::erase_if(sockets_, [&](int socket) { return socket == client || socket == broker; });
    close(client);
    close(broker);
  }

  static bool move(int from, int to, std::int64_t& left, const Rules& rules, bool toBroker) {
    std::string bytes(64 * 1024, '\0');
    const auto got = recv(from, bytes.data(), bytes.size(), 0);
    if (got <= 0) {
      return false;
    }
    bytes.resize(static_cast<std::size_t>(got));
    if (toBroker && rules.swallow) {
      return true;
    }
    if (toBroker && rules.toBroker) {
      rules.toBroker(bytes);
    }
    const bool cut = left >= 0 && got >= left;
    if (cut) {
      bytes.resize(static_cast<std::size_t>(left));
    } else if (left >= 0) {
      left -= got;
    }
    return sendAll(to, bytes) && !cut;
  }

  int brokerPort_;
  int listener_;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> connections_ = 0;
  std::mutex mutex_;
  Rules rules_;
  std::vector<int> sockets_;
  std::vector<std::thread> pairs_;
  std::thread thread_;
};

TamperingProxy::TamperingProxy(int brokerPort) : impl_(std::make_unique<Impl>(brokerPort)) {}
TamperingProxy::~TamperingProxy() = default;
int TamperingProxy::port() const { return impl_->port(); }
void TamperingProxy::setRules(Rules rules) { impl_->setRules(std::move(rules)); }
void TamperingProxy::cutAll() { impl_->cutAll(); }
int TamperingProxy::connections() const { return impl_->connections(); }

int deadPort() {
  const int socket = listening();
  const int port = boundPort(socket);
  close(socket);
  return port;
}

}  // namespace caas::kafka::test
