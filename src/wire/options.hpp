#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "caas/kafka/settings.hpp"

namespace caas::kafka::wire {

struct Address {
  std::string host;
  int port = 0;
  bool operator==(const Address&) const = default;
};
/// "host:port", "[v6]:port".
[[nodiscard]] std::string toString(const Address& address);
/// kInvalidConfiguration: not "host:port".
[[nodiscard]] Result<Address> parseAddress(std::string_view text);

/// Fetches a token of OAUTHBEARER (RFC 7628). Called on a thread of its own, may block; each login
/// and each re-authentication asks anew.
using TokenSource = std::function<Result<std::string>()>;

struct SaslOptions {
  std::string mechanism;  ///< Kafka's name: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER
  std::string username{};
  Secret password{};
  TokenSource token{};  ///< of OAUTHBEARER
};

struct ClientOptions {
  std::vector<Address> bootstrap;
  std::string clientId;
  /// nullopt: no TLS.
  std::optional<SslSettings> tls{};
  std::optional<SaslOptions> sasl{};

  /// From the first packet to the login's end, all addresses of a name together.
  Milliseconds setupTimeout{10'000};
  /// An unused connection is closed by us before the broker's 10 minutes are over, so that no
  /// request meets its closing.
  Milliseconds idleClose{9 * 60'000};
  /// KIP-144: doubling between these, a fifth of it by chance either way.
  Milliseconds backoffFirst{50};
  Milliseconds backoffMost{2'000};
  /// How old the list of brokers may get while it is used.
  Milliseconds brokerListAge{60'000};
};

/// kInvalidConfiguration: a broker's address that is none.
[[nodiscard]] Result<ClientOptions> clientOptions(const Settings& settings,
                                                  std::string_view purpose);

}  // namespace caas::kafka::wire
