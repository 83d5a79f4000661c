#pragma once

#include <span>
#include <string>

#include "caas/kafka/groups.hpp"

// When a lag is a fault. Pure; the rules stand at LagTracker (groups.hpp).

namespace caas::kafka::consume {

/// One look at a partition with a commit.
struct LagLook {
  Timestamp time{};
  std::int64_t committed = 0;
  std::int64_t end = 0;
  std::int64_t records = 0;
};

struct LagVerdict {
  LagState state = LagState::kUnknown;
  std::string reason{};
};

/// What one look can tell. `members`: of the group; unset: not known, or it commits without any.
[[nodiscard]] LagVerdict judgeOnce(const PartitionLag& partition, std::optional<int> members,
                                   Milliseconds overdueGrace);
/// `looks`: the last of them is what `partition` is now; in the order of their times.
[[nodiscard]] LagVerdict judgeSeries(std::span<const LagLook> looks, const PartitionLag& partition,
                                     std::optional<int> members, const LagTrackerOptions& options);

/// How long ago the record at `committed` was written, by the ends at the looks; the time of the
/// last look is now. Nothing where the last end is not behind it.
struct InterpolatedAge {
  Milliseconds age{};
  AgeSource source = AgeSource::kNone;
};
[[nodiscard]] std::optional<InterpolatedAge> interpolateAge(std::span<const LagLook> looks,
                                                            std::int64_t committed);

}  // namespace caas::kafka::consume
