#pragma once

#include <cstdint>
#include <optional>

#include "caas/kafka/groups.hpp"

// What a reset does to one partition. Pure.

namespace caas::kafka::consume {

/// What is known of a partition to be reset.
struct ResetFacts {
  std::optional<std::int64_t> committed{};
  std::int64_t start = 0;
  std::int64_t end = 0;
  /// Of ResetToTime: the first offset of that time; unset: no record is that young.
  std::optional<std::int64_t> atTime{};
};

/// nullopt: nothing can be done (a shift without a commit).
[[nodiscard]] std::optional<ResetStep> resetStep(const GroupPartition& id,
                                                 const ResetTarget& target,
                                                 const ResetFacts& facts);

}  // namespace caas::kafka::consume
