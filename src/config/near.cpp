#include "config/near.hpp"

#include <algorithm>
#include <vector>

namespace caas::kafka::config {

std::size_t editDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> beforePrevious(b.size() + 1);
  std::vector<std::size_t> previous(b.size() + 1);
  std::vector<std::size_t> current(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) {
    previous[j] = j;
  }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      current[j] = std::min({previous[j] + 1, current[j - 1] + 1, previous[j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        current[j] = std::min(current[j], beforePrevious[j - 2] + 1);
      }
    }
    beforePrevious.swap(previous);
    previous.swap(current);
  }
  return previous[b.size()];
}

std::optional<Nearest> nearestOf(std::string_view text, std::span<const std::string_view> names) {
  std::optional<Nearest> best;
  for (const auto name : names) {
    const auto distance = editDistance(text, name);
    if (!best || distance < best->distance) {
      best = Nearest{name, distance};
    }
  }
  return best;
}

}  // namespace caas::kafka::config
