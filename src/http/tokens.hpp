#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "caas/kafka/result.hpp"
#include "http/principal.hpp"

namespace caas::kafka::http {

/// The tokens that are let in (HTTP_TOKENS_FILE), hashed at rest:
///
///     file := line*
///     line := blank | '#' comment | name ':' role ':' SHA-256 of the token in 64 hex digits
///     name := 1 to 64 of letters, digits, '.', '_', '-', '@'
///
/// A token is 32 random bytes, so a plain hash of it cannot be guessed back. A name may stand in
/// several lines: two tokens side by side while one is exchanged.
class Tokens {
 public:
  /// kIo, or kInvalidConfiguration with every bad line as file:line, never with its content.
  [[nodiscard]] static Result<Tokens> load(const std::filesystem::path& file);
  [[nodiscard]] static Result<Tokens> parse(std::string_view text, std::string_view origin);

  /// Whose it is. Takes the same time for every token: all hashes are compared, each whole.
  [[nodiscard]] std::optional<Principal> find(std::string_view token) const;
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  using Hash = std::array<std::uint8_t, 32>;
  struct Entry {
    Principal principal;
    Hash hash{};
  };
  std::vector<Entry> entries_;
};

/// A new token, to be shown once, and the line for the file.
struct NewToken {
  std::string token;
  std::string line;
};
/// kInvalidArgument: the name is none.
[[nodiscard]] Result<NewToken> makeToken(std::string_view name, Role role);

}  // namespace caas::kafka::http
