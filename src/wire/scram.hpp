#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wire/sasl.hpp"

namespace caas::kafka::wire {

enum class ScramHash { kSha256, kSha512 };
/// nullopt: no SCRAM mechanism.
[[nodiscard]] std::optional<ScramHash> scramHashOf(std::string_view mechanism);

[[nodiscard]] std::string makeNonce();

/// SCRAM (RFC 5802, RFC 7677) without channel binding. The broker proves too that it knows the
/// password. A broker that asks for more iterations than kMostIterations is refused: it could hold
/// us up for hours.
class ScramExchange final : public SaslExchange {
 public:
  static constexpr int kFewestIterations = 4'096;  // RFC 7677; Kafka's own floor too
  static constexpr int kMostIterations = 1'000'000;

  ScramExchange(ScramHash hash, std::string username, std::string password, std::string nonce);
  std::string first() override;
  Result<std::optional<std::string>> next(std::string_view message) override;

 private:
  Result<std::string> finalMessage(std::string_view serverFirst);
  Result<void> verify(std::string_view serverFinal) const;

  enum class Step { kServerFirst, kServerFinal, kOver };
  Step step_ = Step::kServerFirst;
  ScramHash hash_;
  std::string username_;
  std::string password_;
  std::string nonce_;
  std::string firstBare_;
  std::string expectedSignature_;
};

}  // namespace caas::kafka::wire
