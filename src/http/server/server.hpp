#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "caas/kafka/result.hpp"
#include "http/gate.hpp"
#include "http/server/limits.hpp"
#include "http/server/meter.hpp"

namespace caas::kafka::http {

struct TlsFiles {
  std::filesystem::path certificate{};
  std::filesystem::path key{};
};

struct ListenOptions {
  std::string address{};  ///< host:port
  std::string setting{};  ///< whose value that is, for messages
  std::shared_ptr<const Gate> gate{};
  std::optional<TlsFiles> tls{};
};

/// An HTTP/1.1 server: one thread for all connections, others for handlers that wait. Thread-safe.
class Server {
 public:
  /// Listens. Errors: kIo (the port is in use, the address is none of this machine's, the
  /// certificate cannot be used), with the setting in it.
  [[nodiscard]] static Result<std::unique_ptr<Server>> start(
      std::vector<ListenOptions> listeners, Limits limits = {},
      std::shared_ptr<ServerMeter> meter = nullptr);
  /// Cuts off what is still under way. Waits for handlers, which their deadlines bound.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Where it listens, as it is ("127.0.0.1:43211" for port 0), in the order of the options.
  [[nodiscard]] std::vector<std::string> addresses() const;
  /// From now on requests get 503 and Connection: close, but for those of Door::kOps; streams end.
  /// Waits until what was accepted is answered. How many requests were not, at the deadline.
  [[nodiscard]] std::size_t drain(Milliseconds deadline);
  [[nodiscard]] std::size_t connections() const;

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// The addresses that "host:port" stands for on this machine. kIo: there are none.
[[nodiscard]] Result<std::vector<IpAddress>> addressesOf(std::string_view hostPort,
                                                         std::string_view setting);

}  // namespace caas::kafka::http
