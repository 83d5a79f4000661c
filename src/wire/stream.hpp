#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "caas/kafka/result.hpp"
#include "wire/asio.hpp"
#include "wire/options.hpp"
#include "wire/types.hpp"

namespace caas::kafka::wire {

/// The certificates and rules of all connections of a client. kInvalidConfiguration: a file that
/// cannot be used; names it.
[[nodiscard]] Result<std::unique_ptr<asio::ssl::context>> makeTlsContext(const SslSettings& tls);

/// Bytes to and from one address, through TLS where that is wanted. For the thread of its executor.
class Stream {
 public:
  /// `tls` may be null; else it must outlive this.
  Stream(const asio::any_io_executor& executor, asio::ssl::context* tls);

  /// Tries every address that the name resolves to, one after the other, each with its share of the
  /// time. Then TLS: the certificate must be valid and made out to that host. kConnectionTimeout
  /// says what each address answered; kAuthentication: TLS refused.
  Task<Result<void>> connect(const Address& address, TimePoint deadline);
  /// All of `to`. What ends it is in the error code: eof is the other side's goodbye.
  Task<BoostError> read(std::span<std::uint8_t> to);
  Task<BoostError> write(const std::vector<Bytes>& pieces);
  /// Ends everything that waits here. Idempotent.
  void close();
  [[nodiscard]] bool isOpen() const { return open_; }

 private:
  Task<Result<std::vector<tcp::endpoint>>> resolve(const Address& address, TimePoint deadline);
  Task<BoostError> connectTo(tcp::endpoint endpoint, TimePoint deadline);
  Task<Result<void>> handshake(const Address& address, TimePoint deadline);
  void cut();

  asio::any_io_executor executor_;
  asio::ssl::context* tls_;
  tcp::socket socket_;
  tcp::resolver resolver_;
  asio::steady_timer watchdog_;
  std::optional<asio::ssl::stream<tcp::socket&>> secured_;
  bool open_ = false;
};

}  // namespace caas::kafka::wire
