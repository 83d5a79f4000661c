#include "produce/trace_context.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/errors.hpp"
#include "produce/event_rules.hpp"

namespace caas::kafka::produce {
namespace {

constexpr std::size_t kVersion00Length = 55;

bool lowerHex(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}
bool allZero(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c == '0'; });
}

bool valid(std::string_view value) {
  if (value.size() < kVersion00Length || value[2] != '-' || value[35] != '-' || value[52] != '-') {
    return false;
  }
  const auto version = value.substr(0, 2);
  const auto traceId = value.substr(3, 32);
  const auto parentId = value.substr(36, 16);
  if (!lowerHex(version) || version == "ff" || !lowerHex(traceId) || allZero(traceId) ||
      !lowerHex(parentId) || allZero(parentId) || !lowerHex(value.substr(53, 2))) {
    return false;
  }
  if (value.size() == kVersion00Length) {
    return true;
  }
  return version != "00" && value[kVersion00Length] == '-';
}

}  // namespace

Result<void> checkTraceparent(std::string_view value) {
  if (!valid(value)) {
    return fail(errors::invalidArgument(
        fmt::format("traceparent {} is not W3C trace context", shown(value)),
        "Allowed is 00-<32 hex digits>-<16 hex digits>-<2 hex digits> in lower case, no id all "
        "zero"));
  }
  return {};
}

}  // namespace caas::kafka::produce
