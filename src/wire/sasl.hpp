#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "caas/kafka/result.hpp"
#include "wire/options.hpp"

namespace caas::kafka::wire {

/// One login's exchange of messages, from the client's side.
class SaslExchange {
 public:
  virtual ~SaslExchange() = default;
  [[nodiscard]] virtual std::string first() = 0;
  /// What to answer to the broker's message; nullopt: it is over and well. kAuthentication: the
  /// broker is not who it should be, or talks nonsense.
  [[nodiscard]] virtual Result<std::optional<std::string>> next(std::string_view message) = 0;
};

/// `token` is OAUTHBEARER's. kInvalidConfiguration: a mechanism that we do not know.
[[nodiscard]] Result<std::unique_ptr<SaslExchange>> makeSaslExchange(const SaslOptions& options,
                                                                     std::string_view token);

}  // namespace caas::kafka::wire
