#pragma once

// A decoder that is fed with what nobody expects. A file in fuzz/targets/ is one; fuzz/README.md.

#include <string>
#include <string_view>
#include <vector>

#include "caas/kafka/result.hpp"

namespace caas::kafka::fuzz {

/// Known by its name as long as the program runs: `const Target kTarget{"dotenv", run};`
class Target {
 public:
  /// Takes any bytes, and says whether they were read: seeds of which none is would prove nothing.
  /// What it finds wrong ends the process.
  using Run = bool (*)(std::string_view input);

  Target(std::string_view name, Run run);

  std::string_view name;
  Run run;
};

/// All that are linked in, by name.
[[nodiscard]] const std::vector<Target>& targets();

/// Ends the process, with these words, when a property does not hold.
void check(bool holds, std::string_view property);
/// What every refusal owes: words, and words that JSON and a terminal can show.
void checkError(const Error& error);

/// Whether it was read; what was refused is checked to be refused properly.
template <class T>
[[nodiscard]] bool accepted(const Result<T>& result) {
  if (!result) {
    checkError(result.error());
  }
  return result.has_value();
}

/// An input that is several things: they stand between lines of four dashes. `count` of them, the
/// missing ones empty; the last one is all that is left.
[[nodiscard]] std::vector<std::string_view> parts(std::string_view input, std::size_t count);
/// Up to `most` parts, as many as there are.
[[nodiscard]] std::vector<std::string_view> partsUpTo(std::string_view input, std::size_t most);

}  // namespace caas::kafka::fuzz
