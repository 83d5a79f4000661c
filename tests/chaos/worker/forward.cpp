#include "chaos/worker/forward.hpp"

#include <array>
#include <csignal>
#include <memory>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/core.h>

namespace caas::kafka::test {
namespace {

namespace asio = boost::asio;
using Stream = asio::generic::stream_protocol;
using Tcp = asio::ip::tcp;
using Local = asio::local::stream_protocol;
using Socket = std::shared_ptr<Stream::socket>;

bool isPath(const std::string& text) { return text.starts_with('/'); }

Tcp::endpoint tcpEndpoint(const std::string& text) {
  const auto colon = text.rfind(':');
  return {asio::ip::make_address(text.substr(0, colon)),
          static_cast<unsigned short>(std::stoi(text.substr(colon + 1)))};
}

Stream::endpoint endpointOf(const std::string& text) {
  return isPath(text) ? Stream::endpoint(Local::endpoint(text))
                      : Stream::endpoint(tcpEndpoint(text));
}

/// Small requests must not wait for more; sockets of a folder have no such thing.
void sendAtOnce(Stream::socket& socket) {
  boost::system::error_code ignored;
  socket.set_option(Tcp::no_delay(true), ignored);
}

asio::awaitable<void> pump(Socket from, Socket to) {
  std::array<char, 65536> buffer{};
  boost::system::error_code error;
  while (!error) {
    const auto got = co_await from->async_read_some(
        asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
    if (!error) {
      co_await asio::async_write(*to, asio::buffer(buffer, got),
                                 asio::redirect_error(asio::use_awaitable, error));
    }
  }
  boost::system::error_code ignored;
  from->shutdown(Stream::socket::shutdown_both, ignored);
  to->shutdown(Stream::socket::shutdown_both, ignored);
}

asio::awaitable<void> connectOn(Socket client, Stream::endpoint target) {
  const auto context = co_await asio::this_coro::executor;
  auto server = std::make_shared<Stream::socket>(context);
  boost::system::error_code error;
  co_await server->async_connect(target, asio::redirect_error(asio::use_awaitable, error));
  if (error) {
    co_return;
  }
  sendAtOnce(*client);
  sendAtOnce(*server);
  asio::co_spawn(context, pump(client, server), asio::detached);
  asio::co_spawn(context, pump(server, client), asio::detached);
}

template <class Protocol>
asio::awaitable<void> accept(typename Protocol::acceptor acceptor, Stream::endpoint target) {
  for (;;) {
    typename Protocol::socket accepted = co_await acceptor.async_accept(asio::use_awaitable);
    auto client = std::make_shared<Stream::socket>(std::move(accepted));
    asio::co_spawn(acceptor.get_executor(), connectOn(client, target), asio::detached);
  }
}

void listen(asio::io_context& context, const std::string& at, const std::string& target) {
  if (isPath(at)) {
    asio::co_spawn(context,
                   accept<Local>(Local::acceptor(context, Local::endpoint(at)), endpointOf(target)),
                   asio::detached);
  } else {
    asio::co_spawn(context,
                   accept<Tcp>(Tcp::acceptor(context, tcpEndpoint(at)), endpointOf(target)),
                   asio::detached);
  }
}

}  // namespace

int forward(const std::vector<std::string>& ways) {
  asio::io_context context;
  // main() has blocked them for everybody.
  sigset_t stops;
  sigemptyset(&stops);
  sigaddset(&stops, SIGTERM);
  sigaddset(&stops, SIGINT);
  pthread_sigmask(SIG_UNBLOCK, &stops, nullptr);
  asio::signal_set signals(context, SIGTERM, SIGINT);
  signals.async_wait([&](const auto&, int) { context.stop(); });
  try {
    for (const auto& way : ways) {
      const auto equals = way.find('=');
      listen(context, way.substr(0, equals), way.substr(equals + 1));
    }
    fmt::print("forwarding\n");
    std::fflush(stdout);
    context.run();
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
  return 0;
}

}  // namespace caas::kafka::test
