#include "support/fake_http_server.hpp"

#include <atomic>
#include <list>
#include <mutex>
#include <thread>
#include <utility>

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast.hpp>
#include <fmt/core.h>

namespace caas::kafka::test {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using std::string_view_literals::operator""sv;

}  // namespace

class FakeHttpServer::Impl {
 public:
  Impl(std::function<FakeResponse(const FakeRequest&)> handler,
       const std::optional<FakeIdentity>& identity)
      : handler_(std::move(handler)),
        acceptor_(context_, {asio::ip::make_address("127.0.0.1"), 0}) {
    if (identity) {
      tls_.emplace(asio::ssl::context::tls_server);
      tls_->use_certificate_chain(asio::buffer(identity->certificate));
      tls_->use_private_key(asio::buffer(identity->key), asio::ssl::context::pem);
    }
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
  [[nodiscard]] std::string url() const {
    return fmt::format("{}://127.0.0.1:{}", tls_ ? "https" : "http", port());
  }

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
      connection.thread = std::jthread([this, &connection] { talk(connection.socket); });
    }
  }

  void talk(tcp::socket& socket) {
    if (!tls_) {
      if (speaksTls(socket)) {
        // As real servers do.
        beast::error_code ignored;
        asio::write(socket, asio::buffer("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"sv),
                    ignored);
        socket.shutdown(tcp::socket::shutdown_both, ignored);
        return;
      }
      return serve(socket, socket);
    }
    asio::ssl::stream<tcp::socket&> stream(socket, *tls_);
    beast::error_code problem;
    stream.handshake(asio::ssl::stream_base::server, problem);
    if (!problem) {
      serve(stream, socket);
    }
  }

  static bool speaksTls(tcp::socket& socket) {
    constexpr unsigned char kHandshake = 0x16;
    unsigned char first = 0;
    beast::error_code problem;
    socket.receive(asio::buffer(&first, 1), tcp::socket::message_peek, problem);
    return !problem && first == kHandshake;
  }

  template <class Stream>
  void serve(Stream& stream, tcp::socket& socket) {
    beast::flat_buffer buffer;
    beast::error_code problem;
    while (!problem) {
      http::request<http::string_body> request;
      http::read(stream, buffer, request, problem);
      if (problem) {
        break;
      }
      const auto answer = handler_({.method = std::string(request.method_string()),
                                    .target = std::string(request.target()),
                                    .authorization = std::string(request["Authorization"]),
                                    .body = request.body()});
      if (!answer.raw.empty()) {
        asio::write(stream, asio::buffer(answer.raw), problem);
        socket.shutdown(tcp::socket::shutdown_both, problem);
        return;
      }
      http::response<http::string_body> response(static_cast<http::status>(answer.status),
                                                 request.version());
      response.set(http::field::content_type, answer.contentType);
      response.body() = answer.body;
      response.prepare_payload();
      http::write(stream, response, problem);
    }
  }

  const std::function<FakeResponse(const FakeRequest&)> handler_;
  std::optional<asio::ssl::context> tls_;
  asio::io_context context_;
  tcp::acceptor acceptor_;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  std::list<Connection> connections_;
  std::jthread thread_;
};

FakeHttpServer::FakeHttpServer(std::function<FakeResponse(const FakeRequest&)> handler,
                               std::optional<FakeIdentity> identity)
    : impl_(std::make_unique<Impl>(std::move(handler), identity)) {}
FakeHttpServer::~FakeHttpServer() = default;

std::string FakeHttpServer::url() const { return impl_->url(); }
int FakeHttpServer::port() const { return impl_->port(); }

std::string deadUrl() {
  asio::io_context context;
  const tcp::acceptor free(context, {asio::ip::make_address("127.0.0.1"), 0});
  return fmt::format("http://127.0.0.1:{}", free.local_endpoint().port());
}

}  // namespace caas::kafka::test
