#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wire/types.hpp"

namespace caas::kafka::wire::test {

[[nodiscard]] std::string toHex(Bytes bytes);
[[nodiscard]] inline std::string toHex(std::string_view text) {
  return toHex(Bytes{reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}
/// Of an even number of lower-case digits.
[[nodiscard]] Buffer fromHex(std::string_view hex);

/// Runs a class of tests/integration/java on `input` and returns its output's lines; throws when it
/// fails.
[[nodiscard]] std::vector<std::string> askJava(const std::string& javaClass,
                                               const std::string& input);

}  // namespace caas::kafka::wire::test
