#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace caas::kafka::test {

/// Stands between a client and a broker on 127.0.0.1 and does to their bytes what networks do: cuts
/// a connection after some of them, holds them up, or changes them.
class TamperingProxy {
 public:
  struct Rules {
    /// Both sides are cut off after that many bytes in that direction; negative: never.
    std::int64_t cutToBrokerAfter = -1;
    std::int64_t cutToClientAfter = -1;
    /// Bytes to the broker are swallowed: it seems to hang.
    bool swallow = false;
    /// Called on each piece to the broker before it goes on.
    std::function<void(std::string&)> toBroker{};
  };

  explicit TamperingProxy(int brokerPort);
  ~TamperingProxy();
  TamperingProxy(const TamperingProxy&) = delete;
  TamperingProxy& operator=(const TamperingProxy&) = delete;

  [[nodiscard]] int port() const;
  /// For connections from now on.
  void setRules(Rules rules);
  /// Ends all connections that there are.
  void cutAll();
  [[nodiscard]] int connections() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// A port of 127.0.0.1 where nothing listens.
[[nodiscard]] int deadPort();

}  // namespace caas::kafka::test
