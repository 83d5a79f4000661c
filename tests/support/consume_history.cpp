#include "support/consume_history.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <utility>

#include <fmt/core.h>

#include "support/consume_judge.hpp"
#include "support/offenders.hpp"

namespace caas::kafka::test {
namespace {

std::vector<OffenderList> offenderLists(const ConsumeVerdict& verdict) {
  return {{"lost", &verdict.lost},
          {"unknown", &verdict.unknown},
          {"out of order", &verdict.reordered},
          {"two of a key at once", &verdict.overlapping},
          {"run again for no reason", &verdict.doubled},
          {"early", &verdict.early},
          {"committed too soon", &verdict.committedTooSoon},
          {"commits that went back", &verdict.commitsWentBack},
          {"wrong copies", &verdict.wrongCopies},
          {"without a result", &verdict.withoutResult},
          {"with more than one result", &verdict.doubledResults}};
}

}  // namespace

Instant instantNow() {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

std::string_view toString(Disturbance::Kind kind) {
  switch (kind) {
    case Disturbance::Kind::kCrash: return "crash";
    case Disturbance::Kind::kLostSession: return "lost session";
    case Disturbance::Kind::kRebalance: return "rebalance";
    case Disturbance::Kind::kBroker: return "broker";
  }
  return "";
}

bool ConsumeVerdict::holds() const { return noneOf(offenderLists(*this)); }

std::int64_t ConsumeVerdict::reruns() const {
  return std::accumulate(explainedReruns.begin(), explainedReruns.end(), std::ssize(doubled),
                         [](std::int64_t sum, const auto& entry) { return sum + entry.second; });
}

std::string ConsumeVerdict::describe() const {
  auto text = fmt::format(
      "delivered {}, runs {} (acked {}), retry copies {}, dead letters {}, outputs {}, run again "
      "{}",
      delivered, runs, acked, retryCopies, deadLettered, outputs, reruns());
  for (const auto& [why, count] : explainedReruns) {
    text += fmt::format(", {} {}", why, count);
  }
  if (reruns() > 0) {
    text += fmt::format(" ({} had been acked)", rerunsOfAcked);
  }
  text +=
      fmt::format(", longest stall {} ms, of one partition {} ms ({}), commits seen {}",
                  longestStall.count(), longestPartitionStall.count(), stalledWhen, commitsSeen);
  if (timedRetries > 0) {
    text += fmt::format(", {} retries late by p50 {} ms, p99 {} ms, max {} ms", timedRetries,
                        latenessP50.count(), latenessP99.count(), latenessMax.count());
  }
  return text + test::describe(offenderLists(*this));
}

ConsumeHistory::Id ConsumeHistory::produced(std::string_view key, std::int64_t sequence) {
  const std::lock_guard lock(mutex_);
  produced_.push_back({.key = std::string(key), .sequence = sequence});
  return static_cast<Id>(produced_.size() - 1);
}

void ConsumeHistory::delivered(Id id, int partition, std::int64_t offset, Instant at) {
  const std::lock_guard lock(mutex_);
  auto& record = produced_.at(id);
  record.deliveredAt = at;
  record.partition = partition;
  record.offset = offset;
}

void ConsumeHistory::run(HandlerRun run) {
  const std::lock_guard lock(mutex_);
  runs_.push_back(std::move(run));
}

void ConsumeHistory::copy(FailureCopy copy) {
  const std::lock_guard lock(mutex_);
  copies_.push_back(std::move(copy));
}

void ConsumeHistory::output(SeenOutput output) {
  const std::lock_guard lock(mutex_);
  outputs_.push_back(std::move(output));
}

void ConsumeHistory::committed(SeenCommit commit) {
  const std::lock_guard lock(mutex_);
  commits_.push_back(std::move(commit));
}

void ConsumeHistory::disturbed(Disturbance disturbance) {
  const std::lock_guard lock(mutex_);
  disturbances_.push_back(std::move(disturbance));
}

void ConsumeHistory::reassigned(std::string_view process, Instant at) {
  const std::lock_guard lock(mutex_);
  reassigned_[std::string(process)].push_back(at);
}

ConsumeVerdict ConsumeHistory::check(const ConsumeRules& rules) const {
  const std::lock_guard lock(mutex_);
  return ConsumeJudge(*this, rules).judge();
}

std::size_t ConsumeHistory::size() const {
  const std::lock_guard lock(mutex_);
  return produced_.size();
}

std::optional<ConsumeHistory::Produced> ConsumeHistory::find(Id id) const {
  const std::lock_guard lock(mutex_);
  return id < produced_.size() ? std::optional(produced_[id]) : std::nullopt;
}

std::string ConsumeHistory::value(Id id, std::size_t bytes) {
  auto text = fmt::format("{}|", id);
  text.resize(std::max(bytes, text.size()), '.');
  return text;
}

std::optional<ConsumeHistory::Id> ConsumeHistory::idOf(std::string_view value) {
  Id id = 0;
  const auto* end = value.data() + value.size();
  const auto [rest, error] = std::from_chars(value.data(), end, id);
  return error == std::errc{} && rest != end && *rest == '|' ? std::optional(id) : std::nullopt;
}

}  // namespace caas::kafka::test
