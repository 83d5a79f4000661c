#pragma once

// What stands between a request's head and its handler: who may come in at all, under which name,
// from which page, with which token, to which route. No network in here.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "http/message.hpp"
#include "http/network.hpp"
#include "http/router.hpp"
#include "http/tokens.hpp"

namespace caas::kafka::http {

struct GateOptions {
  std::shared_ptr<const Router> router{};
  /// Null: nobody needs a token, and everybody is "local" with every right. Only for loopback.
  std::shared_ptr<const Tokens> tokens{};
  Networks allowed{};  ///< none: everybody
  Networks proxies{};
  /// Only they (and this machine) connect: TLS ends there, and tokens would travel in the clear.
  bool onlyProxies = false;
  /// The names that it is called by, beside those of loopback. None and not on loopback: any name.
  std::vector<std::string> hosts{};
  bool loopback = true;
  /// Probes and metrics alone: a neighbour on this machine is always let in.
  bool ops = false;
};

/// The other end of the connection.
struct Peer {
  IpAddress address{};
  bool tls = false;
};

/// A request's line, as it came.
struct RequestLine {
  std::string_view method{};
  std::string_view target{};
  int version = 11;  ///< 10 or 11
};

/// What goes to the handler, once the body is there.
struct Admitted {
  const Route* route = nullptr;
  bool headOnly = false;
};

/// Why not, and which word the metrics have for it: "network", "host", "token", "syntax", "size";
/// "" for what a route refused.
struct Turned {
  Refusal refusal{};
  std::string_view reason{};
};

class Gate {
 public:
  explicit Gate(GateOptions options) : options_(std::move(options)) {}

  /// Whether its connection is taken.
  [[nodiscard]] bool letsIn(const IpAddress& address) const;
  [[nodiscard]] bool isProxy(const IpAddress& address) const {
    return options_.proxies.contains(address);
  }

  /// Fills in all of `request` but the body, whose headers stand in it already. Its id, client and
  /// path are there also when it is turned away. A Response: OPTIONS.
  [[nodiscard]] std::variant<Admitted, Turned, Response> admit(const RequestLine& line,
                                                               const Peer& peer,
                                                               Request& request) const;
  [[nodiscard]] const Router& router() const { return *options_.router; }

 private:
  [[nodiscard]] std::optional<Turned> checkSender(std::string_view method, std::string_view host,
                                                  const Request& request) const;
  [[nodiscard]] std::optional<Turned> checkToken(Request& request) const;
  [[nodiscard]] std::optional<IpAddress> clientOf(const Peer& peer, const Headers& headers) const;
  [[nodiscard]] bool isOurName(std::string_view host) const;
  [[nodiscard]] bool isAllowed(const IpAddress& client) const;

  GateOptions options_;
};

/// The caller's X-Request-Id if it is one (1 to 128 letters, digits and . _ : -), else a new one.
[[nodiscard]] std::string requestId(const Headers& headers);

}  // namespace caas::kafka::http
