#include "http/server/listener.hpp"

#include <exception>
#include <utility>

#include <boost/asio/ip/v6_only.hpp>
#include <fmt/format.h>

#include "config/values.hpp"
#include "core/errors.hpp"
#include "core/log.hpp"
#include "http/server/tls.hpp"

namespace caas::kafka::http {
namespace {

constexpr int kBacklog = 4'096;
/// When the process has no file descriptor left: others must go first.
constexpr Milliseconds kPause{100};
constexpr std::string_view kFull =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\n"
    "Content-Length: 0\r\n\r\n";

IpAddress fromAsio(const asio::ip::address& address) {
  return address.is_v4() ? IpAddress::v4(address.to_v4().to_bytes())
                         : IpAddress::v6(address.to_v6().to_bytes());
}

asio::ip::address toAsio(const IpAddress& address) {
  return asio::ip::make_address(address.text());
}

Error cannotListen(const ListenOptions& options, const IpAddress& address, std::uint16_t port,
                   const boost::system::error_code& why) {
  const bool inUse = why == asio::error::address_in_use;
  auto error = errors::io(
      "cannot listen on",
      fmt::format(fmt::runtime(address.isV4() ? "{}:{}" : "[{}]:{}"), address.text(), port),
      inUse ? "the port is in use" : why.message());
  error.hint = fmt::format(
      "{} must name an address of this machine and a free port{}", options.setting,
      inUse ? fmt::format("; `ss -ltnp 'sport = :{}'` says who has it", port) : std::string{});
  return error;
}

}  // namespace

Listener::Listener(Core& core, const ListenOptions& options,
                   std::shared_ptr<asio::ssl::context> tls)
    : core_(core),
      gate_(options.gate),
      tls_(std::move(tls)),
      acceptor_(core.io.get_executor()),
      pause_(core.io.get_executor()) {}

Result<std::vector<std::unique_ptr<Listener>>> Listener::open(Core& core,
                                                              const ListenOptions& options) {
  std::shared_ptr<asio::ssl::context> tls;
  if (options.tls) {
    CAAS_ASSIGN(tls, makeTls(*options.tls));
  }
  const auto colon = options.address.rfind(':');
  const auto port = config::parseInteger(std::string_view(options.address).substr(colon + 1));
  CAAS_ASSIGN(const auto addresses, addressesOf(options.address, options.setting));
  std::vector<std::unique_ptr<Listener>> opened;
  for (const auto& address : addresses) {
    std::unique_ptr<Listener> listener(new Listener(core, options, tls));
    CAAS_TRY(listener->bind(address, static_cast<std::uint16_t>(port.value_or(0)), options));
    opened.push_back(std::move(listener));
    if (port == 0) {
      break;  // each address would get another one
    }
  }
  return opened;
}

Result<void> Listener::bind(const IpAddress& address, std::uint16_t port,
                            const ListenOptions& options) {
  const asio::ip::tcp::endpoint endpoint(toAsio(address), port);
  boost::system::error_code failed;
  acceptor_.open(endpoint.protocol(), failed);
  if (!failed) {
    acceptor_.set_option(Acceptor::reuse_address(true), failed);
  }
  if (!failed && !address.isV4()) {
    acceptor_.set_option(asio::ip::v6_only(false), failed);
  }
  if (!failed) {
    acceptor_.bind(endpoint, failed);
  }
  if (!failed) {
    acceptor_.listen(kBacklog, failed);
  }
  return failed ? fail(cannotListen(options, address, port, failed)) : Result<void>{};
}

void Listener::close() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

std::string Listener::address() const {
  boost::system::error_code ignored;
  const auto endpoint = acceptor_.local_endpoint(ignored);
  return fmt::format(fmt::runtime(endpoint.address().is_v4() ? "{}:{}" : "[{}]:{}"),
                     endpoint.address().to_string(), endpoint.port());
}

Task<void> Listener::run() {
  while (acceptor_.is_open()) {
    auto [failed, socket] = co_await acceptor_.async_accept(kAwait);
    if (!failed) {
      try {
        take(std::move(socket));
      } catch (const std::exception& error) {
        log::error("a connection could not be taken", {{"why", error.what()}});
      }
      continue;
    }
    if (failed == asio::error::operation_aborted) {
      co_return;
    }
    if (!std::exchange(troubleSaid_, true)) {
      log::error("cannot take connections, will go on trying", {{"why", failed.message()}});
    }
    pause_.expires_after(kPause);
    const auto [woken] = co_await pause_.async_wait(kAwait);
    static_cast<void>(woken);
  }
}

void Listener::take(Socket socket) {
  boost::system::error_code failed;
  const auto endpoint = socket.remote_endpoint(failed);
  if (failed) {
    return;
  }
  const auto address = fromAsio(endpoint.address());
  if (!gate_->letsIn(address)) {
    core_.meter->refused("network");
    return;
  }
  if (!hasRoom(address)) {
    core_.meter->refused("connections");
    if (!tls_) {
      // If it does not fit into an empty socket's buffer it is not worth waiting for.
      socket.non_blocking(true, failed);
      socket.write_some(asio::buffer(kFull.data(), kFull.size()), failed);
    }
    return;
  }
  socket.set_option(asio::ip::tcp::no_delay(true), failed);
  socket.set_option(asio::socket_base::keep_alive(true), failed);
  serve(core_, *gate_, tls_.get(), std::move(socket), address);
}

bool Listener::hasRoom(const IpAddress& address) {
  const auto mine = core_.perAddress.find(address.subscriber());
  if (mine != core_.perAddress.end() && mine->second >= core_.limits.mostConnectionsPerAddress &&
      !gate_->isProxy(address)) {
    return false;
  }
  if (core_.connections.size() < core_.limits.mostConnections) {
    return true;
  }
  if (core_.idle.empty()) {
    return false;
  }
  // It leaves the list once its coroutine has seen it; until then the next one must not choose it.
  auto* longest = core_.idle.front();
  core_.idle.splice(core_.idle.end(), core_.idle, core_.idle.begin());
  longest->expire();
  return true;
}

}  // namespace caas::kafka::http
