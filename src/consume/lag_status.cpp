#include "consume/lag_status.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace caas::kafka::consume {
namespace {

std::string seconds(Milliseconds time) {
  return fmt::format("{:.0f} s", std::chrono::duration<double>(time).count());
}

/// Ok where there is nothing to do, whatever the series says.
std::optional<LagVerdict> nothingToDo(const PartitionLag& partition, Milliseconds grace) {
  if (partition.error) {
    return LagVerdict{LagState::kUnknown, partition.error->message};
  }
  if (!partition.committed) {
    return partition.withoutCommit == 0
               ? LagVerdict{LagState::kOk, "empty"}
               : LagVerdict{LagState::kUnknown, "the group never committed here"};
  }
  if (partition.records.value_or(0) == 0) {
    return LagVerdict{LagState::kOk, partition.beyondEnd
                                         ? "the commit lies behind the end: the topic was made anew"
                                         : "nothing is left to read"};
  }
  if (partition.retry && partition.age && *partition.age <= grace) {
    return LagVerdict{LagState::kOk, *partition.age == Milliseconds{0}
                                         ? "its records wait for their time"
                                         : "overdue by less than the grace"};
  }
  return std::nullopt;
}

LagVerdict nobody(const PartitionLag& partition) {
  return {LagState::kStopped, partition.retry ? "records are overdue, and the group has no members"
                                              : "the group has no members"};
}

/// Rule 2: the index of a look that went back and has not been made up for; 0: none.
std::size_t rewoundAt(std::span<const LagLook> looks) {
  for (std::size_t i = 1; i < looks.size(); ++i) {
    if (looks[i].committed < looks[i - 1].committed) {
      const auto before = looks[i - 1].committed;
      const bool recovered = std::ranges::any_of(
          looks.subspan(i), [&](const LagLook& look) { return look.committed >= before; });
      if (!recovered) {
        return i;
      }
    }
  }
  return 0;
}

/// The last look at which the commit had moved on; 0: it never did.
std::size_t lastAdvance(std::span<const LagLook> looks) {
  for (std::size_t i = looks.size() - 1; i > 0; --i) {
    if (looks[i].committed > looks[i - 1].committed) {
      return i;
    }
  }
  return 0;
}

/// Rule 3: no commit for longer than commits had been seen before it.
bool quiet(std::span<const LagLook> looks, std::size_t advance, int minSamples) {
  if (advance == 0) {
    return true;
  }
  const auto since = looks.back().time - looks[advance].time;
  return looks.size() - 1 - advance >= static_cast<std::size_t>(minSamples) &&
         since > looks[advance].time - looks.front().time;
}

/// Rule 5, and it has to have grown: a lag that stays the same is a consumer that keeps up.
bool grows(std::span<const LagLook> looks) {
  return std::ranges::is_sorted(looks, {}, &LagLook::records) &&
         looks.back().records > looks.front().records;
}

}  // namespace

LagVerdict judgeOnce(const PartitionLag& partition, std::optional<int> members,
                     Milliseconds overdueGrace) {
  if (auto done = nothingToDo(partition, overdueGrace)) {
    return *std::move(done);
  }
  if (members == 0) {
    return nobody(partition);
  }
  return {LagState::kUnknown, "one look cannot tell"};
}

LagVerdict judgeSeries(std::span<const LagLook> looks, const PartitionLag& partition,
                       std::optional<int> members, const LagTrackerOptions& options) {
  if (auto done = nothingToDo(partition, options.overdueGrace)) {
    return *std::move(done);
  }
  const int minSamples = std::max(options.minSamples, 2);
  if (std::ssize(looks) < minSamples || looks.back().time - looks.front().time < options.minSpan) {
    return members == 0 ? nobody(partition)
                        : LagVerdict{LagState::kUnknown,
                                     fmt::format("{} of {} looks", looks.size(), minSamples)};
  }
  const auto span = seconds(looks.back().time - looks.front().time);
  // A retry topic holds offsets for as long as records wait: what was zero says nothing there.
  if (!partition.retry &&
      std::ranges::any_of(looks, [](const LagLook& look) { return look.records == 0; })) {
    return {LagState::kOk, fmt::format("caught up within the last {}", span)};
  }
  if (const auto at = rewoundAt(looks); at > 0) {
    return {LagState::kRewound, fmt::format("the committed offset went from {} back to {}",
                                            looks[at - 1].committed, looks[at].committed)};
  }
  const auto advance = lastAdvance(looks);
  if (quiet(looks, advance, minSamples)) {
    const auto still = seconds(looks.back().time - looks[advance].time);
    if (members == 0) {
      return {LagState::kStopped, fmt::format("no commit for {}, and no members", still)};
    }
    const bool moves = looks.back().end > looks[advance].end;
    return !members && moves
               ? LagVerdict{LagState::kStopped,
                            fmt::format("no commit for {}, and the end moves on", still)}
               : LagVerdict{LagState::kStalled,
                            fmt::format("the commit has not advanced for {}", still)};
  }
  if (partition.retry) {
    return {LagState::kWarning, "records are run later than they are due"};
  }
  if (grows(looks)) {
    return {LagState::kWarning, fmt::format("the lag grew from {} to {} within {}",
                                            looks.front().records, looks.back().records, span)};
  }
  return {LagState::kOk, fmt::format("commits advance, and the lag does not grow over {}", span)};
}

std::optional<InterpolatedAge> interpolateAge(std::span<const LagLook> looks,
                                              std::int64_t committed) {
  if (looks.empty() || looks.back().end <= committed) {
    return std::nullopt;
  }
  const Timestamp now = looks.back().time;
  if (looks.front().end > committed) {
    return InterpolatedAge{now - looks.front().time, AgeSource::kAtLeast};
  }
  // Ends never fall while a topic lives; from the newest back, so that one made anew does not
  // mislead.
  for (std::size_t i = looks.size() - 1; i > 0; --i) {
    const LagLook& after = looks[i];
    const LagLook& before = looks[i - 1];
    if (before.end > committed) {
      continue;
    }
    const double part =
        static_cast<double>(committed - before.end) / static_cast<double>(after.end - before.end);
    const auto written =
        before.time +
        std::chrono::duration_cast<Milliseconds>(std::chrono::duration<double, std::milli>(
            part * static_cast<double>((after.time - before.time).count())));
    return InterpolatedAge{now - written, AgeSource::kInterpolated};
  }
  return std::nullopt;
}

}  // namespace caas::kafka::consume
