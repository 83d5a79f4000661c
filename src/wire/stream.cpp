#include "wire/stream.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/errors.hpp"

namespace caas::kafka::wire {
namespace {

Error noConnection(const Address& address, std::string_view why) {
  return {.code = ErrorCode::kConnectionTimeout,
          .message = fmt::format("no connection to {}: {}", toString(address), why),
          .hint =
              "Check that the broker runs, and that KAFKA_BROKERS and its advertised listeners "
              "name it",
          .retriable = true};
}

/// Closes the stream when time is up, unless it is destroyed before.
class TimeLimit {
 public:
  template <class Expire>
  TimeLimit(asio::steady_timer& timer, TimePoint deadline, Expire expire) : timer_(timer) {
    timer_.expires_at(deadline);
    timer_.async_wait([fired = fired_, expire](BoostError error) {
      if (!error && !*fired) {
        *fired = true;
        expire();
      }
    });
  }
  ~TimeLimit() { stop(); }
  TimeLimit(const TimeLimit&) = delete;
  TimeLimit& operator=(const TimeLimit&) = delete;
  /// Whether time was up.
  bool stop() {
    const bool was = *fired_;
    *fired_ = true;  // a handler that is already on its way does nothing
    timer_.cancel();
    return was;
  }

 private:
  asio::steady_timer& timer_;
  std::shared_ptr<bool> fired_ = std::make_shared<bool>(false);
};

Error badFile(std::string_view what, const std::filesystem::path& path, const BoostError& error) {
  return errors::invalidConfiguration(
      fmt::format("{} '{}' cannot be used: {}", what, path.string(), error.message()),
      "Check KAFKA_SSL_CA_LOCATION, KAFKA_SSL_CERT_LOCATION, KAFKA_SSL_KEY_LOCATION and "
      "KAFKA_SSL_KEY_PASSWORD");
}

}  // namespace

Result<std::unique_ptr<asio::ssl::context>> makeTlsContext(const SslSettings& tls) {
  using asio::ssl::context;
  auto made = std::make_unique<context>(context::tls_client);
  BoostError error;
  made->set_options(context::default_workarounds | context::no_tlsv1 | context::no_tlsv1_1, error);
  made->set_verify_mode(asio::ssl::verify_peer, error);
  if (tls.caLocation.empty()) {
    made->set_default_verify_paths(error);
  } else if (made->load_verify_file(tls.caLocation.string(), error); error) {
    return fail(badFile("the CA file", tls.caLocation, error));
  }
  if (!tls.keyPassword.empty()) {
    made->set_password_callback([password = tls.keyPassword.reveal()](
                                    std::size_t, context::password_purpose) { return password; },
                                error);
  }
  if (!tls.certLocation.empty()) {
    if (made->use_certificate_chain_file(tls.certLocation.string(), error); error) {
      return fail(badFile("the certificate", tls.certLocation, error));
    }
  }
  if (!tls.keyLocation.empty()) {
    if (made->use_private_key_file(tls.keyLocation.string(), context::pem, error); error) {
      return fail(badFile("the key", tls.keyLocation, error));
    }
  }
  return made;
}

Stream::Stream(const asio::any_io_executor& executor, asio::ssl::context* tls)
    : executor_(executor), tls_(tls), socket_(executor), resolver_(executor), watchdog_(executor) {}

Task<Result<void>> Stream::connect(const Address& address, TimePoint deadline) {
  open_ = true;
  auto endpoints = co_await resolve(address, deadline);
  if (!endpoints) {
    close();
    co_return fail(std::move(endpoints).error());
  }
  std::vector<std::string> answers;
  for (std::size_t i = 0; i < endpoints->size() && open_; ++i) {
    const auto now = std::chrono::steady_clock::now();
    const auto share = (deadline - now) / static_cast<std::int64_t>(endpoints->size() - i);
    const tcp::endpoint endpoint = (*endpoints)[i];
    const BoostError error = co_await connectTo(endpoint, now + share);
    if (!error) {
      Result<void> secured;
      if (tls_ != nullptr) {
        secured = co_await handshake(address, deadline);
      }
      if (!secured) {
        close();
      }
      co_return secured;
    }
    answers.push_back(fmt::format("{}: {}", endpoint.address().to_string(), error.message()));
  }
  close();
  co_return fail(noConnection(address, fmt::format("{}", fmt::join(answers, "; "))));
}

Task<Result<std::vector<tcp::endpoint>>> Stream::resolve(const Address& address,
                                                         TimePoint deadline) {
  std::vector<tcp::endpoint> endpoints;
  BoostError error;
  const auto literal = asio::ip::make_address(address.host, error);
  if (!error) {
    endpoints.emplace_back(literal, static_cast<std::uint16_t>(address.port));
    co_return endpoints;
  }
  TimeLimit limit(watchdog_, deadline, [this] { resolver_.cancel(); });
  auto [failed, results] =
      co_await resolver_.async_resolve(address.host, std::to_string(address.port), kAwait);
  const bool late = limit.stop();
  if (failed || results.empty()) {
    co_return fail(noConnection(
        address, late ? std::string("its name was not resolved in time")
                      : fmt::format("its name cannot be resolved ({})", failed.message())));
  }
  for (const auto& result : results) {
    endpoints.push_back(result.endpoint());
  }
  co_return endpoints;
}

Task<BoostError> Stream::connectTo(tcp::endpoint endpoint, TimePoint deadline) {
  BoostError ignored;
  socket_.close(ignored);
  TimeLimit limit(watchdog_, deadline, [this] { cut(); });
  auto [error] = co_await socket_.async_connect(endpoint, kAwait);
  if (limit.stop()) {
    co_return asio::error::timed_out;
  }
  if (!error && !open_) {
    co_return asio::error::operation_aborted;
  }
  if (!error) {
    // A request goes out at once, and a peer that vanished is noticed while nothing is sent.
    socket_.set_option(tcp::no_delay(true), ignored);
    socket_.set_option(asio::socket_base::keep_alive(true), ignored);
  }
  co_return error;
}

Task<Result<void>> Stream::handshake(const Address& address, TimePoint deadline) {
  secured_.emplace(socket_, *tls_);
  BoostError error;
  asio::ip::make_address(address.host, error);
  if (error) {  // a name, not an address: it is asked for by SNI
    SSL_set_tlsext_host_name(secured_->native_handle(), address.host.c_str());
  }
  secured_->set_verify_callback(asio::ssl::host_name_verification(address.host), error);
  TimeLimit limit(watchdog_, deadline, [this] { cut(); });
  auto [failed] = co_await secured_->async_handshake(asio::ssl::stream_base::client, kAwait);
  const bool late = limit.stop();
  if (!failed) {
    co_return Result<void>{};
  }
  const auto verdict = SSL_get_verify_result(secured_->native_handle());
  if (late) {
    co_return fail(noConnection(address, "it accepts connections and does not begin TLS"));
  }
  if (failed.category() != asio::error::get_ssl_category()) {
    co_return fail(noConnection(
        address, fmt::format("it ended the connection during TLS ({})", failed.message())));
  }
  const std::string why =
      verdict == X509_V_OK
          ? failed.message()
          : fmt::format("its certificate: {}", X509_verify_cert_error_string(verdict));
  co_return fail(Error{
      .code = ErrorCode::kAuthentication,
      .message = fmt::format("TLS with {} failed: {}", toString(address), why),
      .hint = "Check KAFKA_SSL_CA_LOCATION, that the certificate names this host, and that the "
              "listener speaks TLS"});
}

Task<BoostError> Stream::read(std::span<std::uint8_t> to) {
  const auto buffer = asio::buffer(to.data(), to.size());
  if (secured_) {
    auto [error, count] = co_await asio::async_read(*secured_, buffer, kAwait);
    // Kafka's brokers close without TLS's goodbye.
    co_return error == asio::ssl::error::stream_truncated ? BoostError(asio::error::eof) : error;
  }
  auto [error, count] = co_await asio::async_read(socket_, buffer, kAwait);
  co_return error;
}

Task<BoostError> Stream::write(const std::vector<Bytes>& pieces) {
  std::vector<asio::const_buffer> buffers;
  buffers.reserve(pieces.size());
  for (const Bytes piece : pieces) {
    buffers.emplace_back(piece.data(), piece.size());
  }
  if (secured_) {
    auto [error, count] = co_await asio::async_write(*secured_, buffers, kAwait);
    co_return error;
  }
  auto [error, count] = co_await asio::async_write(socket_, buffers, kAwait);
  co_return error;
}

void Stream::cut() {
  BoostError ignored;
  socket_.close(ignored);
}

void Stream::close() {
  open_ = false;
  resolver_.cancel();
  watchdog_.cancel();
  cut();
}

}  // namespace caas::kafka::wire
