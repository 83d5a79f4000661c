#include "wire/sasl.hpp"

#include <fmt/format.h>

#include "core/errors.hpp"
#include "wire/scram.hpp"

namespace caas::kafka::wire {
namespace {

/// PLAIN and OAUTHBEARER: all is said in the first message.
class OneMessage final : public SaslExchange {
 public:
  explicit OneMessage(std::string message) : message_(std::move(message)) {}
  std::string first() override { return message_; }
  Result<std::optional<std::string>> next(std::string_view message) override {
    if (message.empty()) {
      return std::nullopt;
    }
    if (refused_.empty()) {
      // RFC 7628, 3.2.3: an error comes as JSON, and wants a ^A before the broker refuses us.
      refused_ = std::string(message.substr(0, kMostShown));
      return std::string("\x01");
    }
    return fail(Error{.code = ErrorCode::kAuthentication,
                      .message = fmt::format("the broker refuses the token: {}", refused_),
                      .hint = "Check the token's source, and the broker's clock"});
  }

 private:
  static constexpr std::size_t kMostShown = 300;
  std::string message_;
  std::string refused_;
};

}  // namespace

Result<std::unique_ptr<SaslExchange>> makeSaslExchange(const SaslOptions& options,
                                                       std::string_view token) {
  using namespace std::string_literals;
  const auto& password = options.password.reveal();
  if (options.mechanism == "PLAIN") {
    return std::make_unique<OneMessage>("\0"s + options.username + "\0"s + password);
  }
  if (options.mechanism == "OAUTHBEARER") {
    return std::make_unique<OneMessage>(
        fmt::format("n,,\x01"
                    "auth=Bearer {}\x01\x01",
                    token));
  }
  const auto hash = scramHashOf(options.mechanism);
  if (!hash) {
    return fail(errors::invalidConfiguration(
        fmt::format("SASL mechanism '{}' is not known", options.mechanism),
        "PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 and OAUTHBEARER are"));
  }
  return std::make_unique<ScramExchange>(*hash, options.username, password, makeNonce());
}

}  // namespace caas::kafka::wire
