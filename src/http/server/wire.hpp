#pragma once

#include <array>
#include <memory>
#include <span>
#include <tuple>
#include <variant>

#include <boost/asio/buffer.hpp>

#include "http/server/core.hpp"

namespace caas::kafka::http {

/// A connection's bytes, with TLS or without.
class Wire {
 public:
  using Done = std::tuple<boost::system::error_code>;
  using Moved = std::tuple<boost::system::error_code, std::size_t>;

  /// `tls`: null for a plain one.
  Wire(Socket socket, asio::ssl::context* tls);
  ~Wire();
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  [[nodiscard]] bool isTls() const { return tls_ != nullptr; }
  [[nodiscard]] Task<Done> handshake();
  /// Until there is something to read, with nothing allocated. Not with TLS, whose own buffer may
  /// hold it already.
  [[nodiscard]] Task<Done> waitReadable();
  [[nodiscard]] Task<Moved> readSome(std::span<char> room);
  [[nodiscard]] Task<Moved> writeSome(const std::array<asio::const_buffer, 2>& buffers);
  /// Says goodbye: with TLS the other end answers.
  [[nodiscard]] Task<Done> shutdownTls();
  /// Reads what still comes, below TLS.
  [[nodiscard]] Task<Moved> readRaw(std::span<char> room);

  void cancel();
  void shutdownSend();
  void close();

 private:
  struct Tls;
  [[nodiscard]] Socket& socket();

  std::unique_ptr<Tls> tls_;
  std::unique_ptr<Socket> plain_;
};

}  // namespace caas::kafka::http
