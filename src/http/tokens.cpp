#include "http/tokens.hpp"

#include <algorithm>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "config/small_file.hpp"
#include "config/values.hpp"
#include "core/errors.hpp"

namespace caas::kafka::http {
namespace {

constexpr std::size_t kMostFileBytes = 1'000'000;
constexpr std::size_t kMostProblems = 20;
constexpr std::size_t kLongestName = 64;
constexpr std::size_t kLongestToken = 512;
/// So that one that was pasted into a public place can be recognised.
constexpr std::string_view kTokenPrefix = "caas_";

std::array<std::uint8_t, 32> sha256(std::string_view text) {
  std::array<std::uint8_t, 32> hash{};
  EVP_Digest(text.data(), text.size(), hash.data(), nullptr, EVP_sha256(), nullptr);
  return hash;
}

std::string hexOf(std::span<const std::uint8_t> bytes) {
  return fmt::format("{:02x}", fmt::join(bytes, ""));
}

int hexDigit(char c) {
  return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool readHex(std::string_view text, std::array<std::uint8_t, 32>& out) {
  if (text.size() != out.size() * 2) {
    return false;
  }
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int high = hexDigit(text[2 * i]);
    const int low = hexDigit(text[2 * i + 1]);
    if (high < 0 || low < 0) {
      return false;
    }
    out[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return true;
}

bool isName(std::string_view name) {
  return !name.empty() && name.size() <= kLongestName && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-' || c == '@';
  });
}

std::string_view takePart(std::string_view& rest, char separator) {
  const auto end = std::min(rest.find(separator), rest.size());
  const auto part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return config::trim(part);
}

}  // namespace

Result<Tokens> Tokens::load(const std::filesystem::path& file) {
  CAAS_ASSIGN(const auto text,
              config::readSmallFile("cannot read the tokens", file, kMostFileBytes));
  return parse(text, file.string());
}

Result<Tokens> Tokens::parse(std::string_view text, std::string_view origin) {
  Tokens made;
  std::vector<std::string> wrong;
  for (int number = 1; !text.empty(); ++number) {
    auto line = takePart(text, '\n');
    if (line.empty() || line.starts_with('#')) {
      continue;
    }
    const auto name = takePart(line, ':');
    const auto role = parseRole(takePart(line, ':'));
    Entry entry{.principal = {.name = std::string(name), .role = role.value_or(Role::kViewer)}};
    const bool hash = readHex(config::trim(line), entry.hash);
    const auto* what = !isName(name) ? "the name must be 1 to 64 letters, digits and . _ - @"
                       : !role       ? "the role must be viewer, operator or admin"
                       : !hash       ? "the hash must be 64 hex digits in small letters"
                                     : nullptr;
    if (what != nullptr) {
      wrong.push_back(fmt::format("{}:{}: {}", origin, number, what));
    } else {
      made.entries_.push_back(std::move(entry));
    }
  }
  if (!wrong.empty()) {
    wrong.resize(std::min(wrong.size(), kMostProblems));
    return fail(errors::invalidConfiguration(
        fmt::format("{}", fmt::join(wrong, "; ")),
        "A line is name:role:sha256hex, as `caas-kafka tokens create` prints it"));
  }
  return made;
}

std::optional<Principal> Tokens::find(std::string_view token) const {
  if (token.empty() || token.size() > kLongestToken) {
    return std::nullopt;
  }
  const auto hash = sha256(token);
  const Entry* found = nullptr;
  for (const auto& entry : entries_) {
    if (CRYPTO_memcmp(entry.hash.data(), hash.data(), hash.size()) == 0) {
      found = &entry;
    }
  }
  return found != nullptr ? std::optional(found->principal) : std::nullopt;
}

Result<NewToken> makeToken(std::string_view name, Role role) {
  if (!isName(name)) {
    return fail(
        errors::invalidArgument(fmt::format("'{}' is no name for a token", config::quotable(name)),
                                "It must be 1 to 64 letters, digits and . _ - @"));
  }
  std::array<std::uint8_t, 32> random{};
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) {
    return fail(errors::internal("the machine gives no random bytes"));
  }
  NewToken made;
  made.token = std::string(kTokenPrefix) + hexOf(random);
  made.line = fmt::format("{}:{}:{}", name, toString(role), hexOf(sha256(made.token)));
  return made;
}

}  // namespace caas::kafka::http
