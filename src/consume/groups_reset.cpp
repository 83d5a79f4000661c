#include "consume/groups_reset.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace caas::kafka {
namespace consume {
namespace {

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};

std::int64_t saturatingAdd(std::int64_t offset, std::int64_t by) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(offset, by, &sum)) {
    return by < 0 ? 0 : std::numeric_limits<std::int64_t>::max();
  }
  return sum;
}

std::optional<std::int64_t> wantedOffset(const ResetTarget& target, const ResetFacts& facts) {
  return std::visit(
      Overloaded{
          [&](ResetToEarliest) { return std::optional(facts.start); },
          [&](ResetToLatest) { return std::optional(facts.end); },
          [&](const ResetToTime&) { return std::optional(facts.atTime.value_or(facts.end)); },
          [&](const ResetToOffset& to) { return std::optional(to.offset); },
          [&](const ResetShiftBy& by) {
            return facts.committed ? std::optional(saturatingAdd(*facts.committed, by.records))
                                   : std::nullopt;
          },
      },
      target);
}

}  // namespace

std::optional<ResetStep> resetStep(const GroupPartition& id, const ResetTarget& target,
                                   const ResetFacts& facts) {
  const auto wanted = wantedOffset(target, facts);
  if (!wanted) {
    return std::nullopt;
  }
  ResetStep step{.topic = id.topic,
                 .partition = id.partition,
                 .from = facts.committed,
                 .to = std::clamp(*wanted, facts.start, std::max(facts.start, facts.end)),
                 .startOffset = facts.start,
                 .endOffset = facts.end};
  step.clamped = step.to != *wanted;
  if (step.clamped) {
    step.note = fmt::format("{} is {} of the log", *wanted,
                            *wanted < facts.start ? "before the start" : "behind the end");
  } else if (std::holds_alternative<ResetToTime>(target) && !facts.atTime) {
    step.note = "no record is that young: the end";
  }
  if (facts.committed) {
    const auto from = std::clamp(*facts.committed, facts.start, std::max(facts.start, facts.end));
    step.reread = std::max<std::int64_t>(from - step.to, 0);
    step.skipped = std::max<std::int64_t>(step.to - from, 0);
  }
  return step;
}

}  // namespace consume

std::int64_t ResetPlan::reread() const {
  std::int64_t sum = 0;
  for (const ResetStep& step : steps) {
    sum += step.reread;
  }
  return sum;
}

std::int64_t ResetPlan::recordsSkipped() const {
  std::int64_t sum = 0;
  for (const ResetStep& step : steps) {
    sum += step.skipped;
  }
  return sum;
}

int ResetPlan::changes() const {
  return static_cast<int>(
      std::ranges::count_if(steps, [](const ResetStep& step) { return step.from != step.to; }));
}

}  // namespace caas::kafka
