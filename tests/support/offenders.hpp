#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace caas::kafka::test {

/// One thing that must never be, and where it was.
struct OffenderList {
  std::string_view name;
  const std::vector<std::string>* offenders;
};

[[nodiscard]] bool noneOf(const std::vector<OffenderList>& lists);
/// A line for each list that has any, and the first ten of them below it.
[[nodiscard]] std::string describe(const std::vector<OffenderList>& lists);

}  // namespace caas::kafka::test
