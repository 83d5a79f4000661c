#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "caas/kafka/result.hpp"

namespace caas::kafka::catalog {

/// What is wrong with a catalog, all of it, so that one reading of the message is enough to mend
/// it.
class Problems {
 public:
  explicit Problems(std::string_view origin) : origin_(origin) {}

  /// `line` counts from 1; 0: nowhere in particular. `entry` may be empty.
  void add(int line, std::string_view entry, std::string_view problem);
  [[nodiscard]] bool empty() const { return lines_.empty(); }
  [[nodiscard]] Error toError() const;

 private:
  std::string origin_;
  std::vector<std::string> lines_;
};

}  // namespace caas::kafka::catalog
