#include "support/fake_http_server.hpp"

#include <list>
#include <mutex>
#include <thread>
#include <utility>

#include <boost/asio.hpp>
#include <boost/beast.hpp>
#include <fmt/core.h>

namespace caas::kafka::test {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

}  // namespace

class FakeHttpServer::Impl {
 public:
  explicit Impl(std::function<FakeResponse(const FakeRequest&)> handler)
      : handler_(std::move(handler)),
        acceptor_(context_, {asio::ip::make_address("127.0.0.1"), 0}) {
    thread_ = std::jthread([this] { run(); });
  }
  ~Impl() {
    stopping_ = true;
    // Wakes the accept; the connections end when their sockets are shut.
    beast::error_code ignored;
    tcp::socket knock(context_);
    knock.connect(acceptor_.local_endpoint(), ignored);
    thread_.join();
    const std::lock_guard lock(mutex_);
    for (auto& connection : connections_) {
      connection.socket.shutdown(tcp::socket::shutdown_both, ignored);
    }
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  [[nodiscard]] int port() const { return acceptor_.local_endpoint().port(); }

 private:
  struct Connection {
    tcp::socket socket;
    std::jthread thread{};
  };

  void run() {
    for (;;) {
      beast::error_code problem;
      tcp::socket socket(context_);
      acceptor_.accept(socket, problem);
      if (stopping_ || problem) {
        return;
      }
      const std::lock_guard lock(mutex_);
      auto& connection = connections_.emplace_back(std::move(socket));
      connection.thread = std::jthread([this, &connection] { serve(connection.socket); });
    }
  }

  void serve(tcp::socket& socket) {
    beast::flat_buffer buffer;
    beast::error_code problem;
    while (!problem) {
      http::request<http::string_body> request;
      http::read(socket, buffer, request, problem);
      if (problem) {
        break;
      }
      const auto answer = handler_({.method = std::string(request.method_string()),
                                    .target = std::string(request.target()),
                                    .authorization = std::string(request["Authorization"]),
                                    .body = request.body()});
      if (!answer.raw.empty()) {
        asio::write(socket, asio::buffer(answer.raw), problem);
        socket.shutdown(tcp::socket::shutdown_both, problem);
        return;
      }
      http::response<http::string_body> response(static_cast<http::status>(answer.status),
                                                 request.version());
      response.set(http::field::content_type, answer.contentType);
      response.body() = answer.body;
      response.prepare_payload();
      http::write(socket, response, problem);
    }
  }

  const std::function<FakeResponse(const FakeRequest&)> handler_;
  asio::io_context context_;
  tcp::acceptor acceptor_;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  std::list<Connection> connections_;
  std::jthread thread_;
};

FakeHttpServer::FakeHttpServer(std::function<FakeResponse(const FakeRequest&)> handler)
    : impl_(std::make_unique<Impl>(std::move(handler))) {}
FakeHttpServer::~FakeHttpServer() = default;

std::string FakeHttpServer::url() const {
  return fmt::format("http://127.0.0.1:{}", impl_->port());
}

std::string deadUrl() {
  asio::io_context context;
  const tcp::acceptor free(context, {asio::ip::make_address("127.0.0.1"), 0});
  return fmt::format("http://127.0.0.1:{}", free.local_endpoint().port());
}

}  // namespace caas::kafka::test
