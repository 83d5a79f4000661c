#include "http/server/wire.hpp"

#include <utility>

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

namespace caas::kafka::http {

struct Wire::Tls {
  asio::ssl::stream<Socket> stream;
};

Wire::Wire(Socket socket, asio::ssl::context* tls) {
  if (tls != nullptr) {
    tls_ = std::make_unique<Tls>(asio::ssl::stream<Socket>(std::move(socket), *tls));
  } else {
    plain_ = std::make_unique<Socket>(std::move(socket));
  }
}

Wire::~Wire() = default;

Socket& Wire::socket() { return tls_ ? tls_->stream.next_layer() : *plain_; }

Task<Wire::Done> Wire::handshake() {
  return tls_->stream.async_handshake(asio::ssl::stream_base::server, kAwait);
}

Task<Wire::Done> Wire::waitReadable() { return socket().async_wait(Socket::wait_read, kAwait); }

Task<Wire::Moved> Wire::readSome(std::span<char> room) {
  const auto buffer = asio::buffer(room.data(), room.size());
  return tls_ ? tls_->stream.async_read_some(buffer, kAwait)
              : plain_->async_read_some(buffer, kAwait);
}

Task<Wire::Moved> Wire::writeSome(const std::array<asio::const_buffer, 2>& buffers) {
  return tls_ ? tls_->stream.async_write_some(buffers, kAwait)
              : plain_->async_write_some(buffers, kAwait);
}

Task<Wire::Done> Wire::shutdownTls() { return tls_->stream.async_shutdown(kAwait); }

Task<Wire::Moved> Wire::readRaw(std::span<char> room) {
  return socket().async_read_some(asio::buffer(room.data(), room.size()), kAwait);
}

void Wire::cancel() {
  boost::system::error_code ignored;
  socket().cancel(ignored);
}

void Wire::shutdownSend() {
  boost::system::error_code ignored;
  socket().shutdown(Socket::shutdown_send, ignored);
}

void Wire::close() {
  boost::system::error_code ignored;
  socket().close(ignored);
}

}  // namespace caas::kafka::http
