// needs: core/*.cpp produce/trace_context.cpp produce/event_rules.cpp produce/events.cpp
// needs: produce/event_json_write.cpp produce/event_fields.cpp
#include <string_view>

#include "produce/trace_context.hpp"
#include "target.hpp"

namespace caas::kafka::fuzz {
namespace {

bool run(std::string_view input) {
  if (!accepted(produce::checkTraceparent(input))) {
    return false;
  }
  constexpr std::string_view kHex = "0123456789abcdef";
  constexpr std::size_t kIdsEnd = 55;
  check(input.size() >= kIdsEnd, "a traceparent has its four parts");
  check(input.substr(0, kIdsEnd).find_first_not_of("-0123456789abcdef") == std::string_view::npos,
        "in lower case");
  for (const auto& [from, size] : {std::pair{0, 2}, {3, 32}, {36, 16}, {53, 2}}) {
    check(input.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(size))
                  .find_first_not_of(kHex) == std::string_view::npos,
          "each of hex digits");
  }
  check(input.size() == kIdsEnd || (input[kIdsEnd] == '-' && !input.starts_with("00")),
        "and only a later version goes on");
  return true;
}

const Target kTarget{"traceparent", run};

}  // namespace
}  // namespace caas::kafka::fuzz
