#include "support/consume_judge.hpp"

// How long nothing went on, and how late retries were.

#include <algorithm>
#include <tuple>

#include <fmt/core.h>

namespace caas::kafka::test {
namespace {

using std::chrono::duration_cast;

Milliseconds percentile(const std::vector<Milliseconds>& sorted, std::size_t percent) {
  return sorted.empty() ? Milliseconds{0}
                        : sorted[std::min(sorted.size() * percent / 100, sorted.size() - 1)];
}

}  // namespace

void ConsumeJudge::judgeRetryTimes() {
  std::vector<Milliseconds> lateness;
  for (const auto& run : history_.runs_) {
    if (!run.notBefore || !known(run.record)) {
      continue;
    }
    const auto late = run.start - Instant{run.notBefore->time_since_epoch()};
    if (late < late.zero()) {
      verdict_.early.push_back(fmt::format("{}: by {} us", name(run), -late.count()));
    }
    lateness.push_back(duration_cast<Milliseconds>(late));
  }
  std::ranges::sort(lateness);
  verdict_.timedRetries = std::ssize(lateness);
  verdict_.latenessP50 = percentile(lateness, 50);
  verdict_.latenessP99 = percentile(lateness, 99);
  verdict_.latenessMax = percentile(lateness, 100);
}

void ConsumeJudge::measureStalls() {
  verdict_.longestStall = longestStall(-1).first;
  std::vector<int> partitions;
  for (const auto& record : history_.produced_) {
    partitions.push_back(record.partition);
  }
  std::ranges::sort(partitions);
  partitions.erase(std::ranges::unique(partitions).begin(), partitions.end());
  for (const int partition : partitions) {
    const auto [length, from] = longestStall(partition);
    if (partition >= 0 && length > verdict_.longestPartitionStall) {
      verdict_.longestPartitionStall = length;
      verdict_.stalledWhen =
          fmt::format("{} from {}", partition, from.time_since_epoch().count() % 1'000'000'000);
    }
  }
}

std::pair<Milliseconds, Instant> ConsumeJudge::longestStall(int partition) const {
  struct Event {
    Instant at;
    int waiting;  ///< +1: there is one more to begin with
  };
  std::vector<Event> events;
  for (Id id = 0; id < fates_.size(); ++id) {
    const auto& record = history_.produced_[id];
    if (!record.deliveredAt || (partition >= 0 && record.partition != partition)) {
      continue;
    }
    auto came = *record.deliveredAt;
    for (std::size_t n = 0; n < fates_[id].runs.size(); ++n) {
      const auto start = history_.runs_[fates_[id].runs[n]].start;
      came = std::min(came, start);  // a handler may be quicker than the report
      events.push_back({start, n == 0 ? -1 : 0});
    }
    events.push_back({came, 1});
  }
  std::ranges::sort(events, [](const Event& a, const Event& b) {
    return std::tuple(a.at, -a.waiting) < std::tuple(b.at, -b.waiting);
  });
  std::pair<Milliseconds, Instant> longest{};
  std::int64_t waiting = 0;
  Instant since{};
  for (const auto& event : events) {
    if (event.waiting <= 0) {
      const auto gap = duration_cast<Milliseconds>(event.at - since);
      if (waiting > 0 && gap > longest.first) {
        longest = {gap, since};
      }
      since = event.at;
    } else if (waiting == 0) {
      since = event.at;
    }
    waiting += event.waiting;
  }
  return longest;
}

}  // namespace caas::kafka::test
