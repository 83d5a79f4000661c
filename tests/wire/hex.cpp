#include "wire/hex.hpp"

#include <stdexcept>

#include <fmt/format.h>

#include "support/cluster.hpp"
#include "support/process.hpp"
#include "wire/message_visitors.hpp"

namespace caas::kafka::wire::test {

std::string toHex(Bytes bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

Buffer fromHex(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  Buffer bytes;
  bytes.reserve(hex.size() / 2);
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(digit(hex[i]) << 4 | digit(hex[i + 1])));
  }
  return bytes;
}

std::string base64(Bytes bytes, bool forUrls) {
  const std::string_view alphabet =
      forUrls ? "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
              : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t here = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      bits = bits << 8 | (k < here ? bytes[i + k] : 0);
    }
    for (std::size_t k = 0; k <= here; ++k) {
      text += alphabet[bits >> (18 - 6 * k) & 63];
    }
    text.append(forUrls ? 0 : 3 - here, '=');
  }
  return text;
}

std::vector<std::string> askJava(const std::string& javaClass, const std::string& input) {
  const auto root = kafka::test::projectRoot();
  const auto source = root / "tests/integration/java" / (javaClass + ".java");
  const auto result =
      kafka::test::runProcess({root / "tests/support/run-java", source, root / ".cache/kafka/libs"},
                              {}, input, Milliseconds{240'000});
  if (result.exitCode != 0) {
    throw std::runtime_error(fmt::format("{}.java failed: {}", javaClass, result.err));
  }
  std::vector<std::string> lines;
  for (std::size_t from = 0; from < result.out.size();) {
    const auto to = result.out.find('\n', from);
    lines.push_back(result.out.substr(from, to - from));
    from = to == std::string::npos ? result.out.size() : to + 1;
  }
  return lines;
}

}  // namespace caas::kafka::wire::test
