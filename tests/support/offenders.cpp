#include "support/offenders.hpp"

#include <algorithm>

#include <fmt/core.h>

namespace caas::kafka::test {

bool noneOf(const std::vector<OffenderList>& lists) {
  return std::ranges::all_of(lists, [](const auto& list) { return list.offenders->empty(); });
}

std::string describe(const std::vector<OffenderList>& lists) {
  constexpr std::size_t kShown = 10;
  std::string text;
  for (const auto& [name, offenders] : lists) {
    if (offenders->empty()) {
      continue;
    }
    text += fmt::format("\n  {}: {}", name, offenders->size());
    for (std::size_t i = 0; i < std::min(kShown, offenders->size()); ++i) {
      text += "\n    " + (*offenders)[i];
    }
  }
  return text;
}

}  // namespace caas::kafka::test
