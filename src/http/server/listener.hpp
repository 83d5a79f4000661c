#pragma once

#include <memory>
#include <string>
#include <vector>

#include "http/server/core.hpp"
#include "http/server/server.hpp"

namespace caas::kafka::http {

/// One of the addresses that the server listens on: takes connections, and turns away those that
/// are not let in or too many.
class Listener {
 public:
  /// Every address that the option stands for. kIo says which could not be had, and why.
  [[nodiscard]] static Result<std::vector<std::unique_ptr<Listener>>> open(
      Core& core, const ListenOptions& options);

  [[nodiscard]] Task<void> run();
  void close();
  [[nodiscard]] std::string address() const;

 private:
  Listener(Core& core, const ListenOptions& options, std::shared_ptr<asio::ssl::context> tls);
  [[nodiscard]] Result<void> bind(const IpAddress& address, std::uint16_t port,
                                  const ListenOptions& options);
  void take(Socket socket);
  [[nodiscard]] bool hasRoom(const IpAddress& address);

  Core& core_;
  const std::shared_ptr<const Gate> gate_;
  const std::shared_ptr<asio::ssl::context> tls_;
  Acceptor acceptor_;
  Timer pause_;
  bool troubleSaid_ = false;
};

}  // namespace caas::kafka::http
