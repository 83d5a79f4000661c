#include "support/failure_copies.hpp"

#include <limits>

#include <fmt/core.h>

#include "retry/failure_headers.hpp"

namespace caas::kafka::test {
namespace {

using retry::FailureHeaders;

bool chosen(std::uint32_t id, int oneOf) {
  return oneOf > 0 && static_cast<int>(id % static_cast<std::uint32_t>(oneOf)) == oneOf - 1;
}

std::string originProblem(const FailureHeaders& headers, const ConsumeHistory::Produced& sent,
                          const CopyRules& rules) {
  const auto& origin = headers.origin;
  if (origin.topic != rules.topic || origin.group != rules.group || origin.topicId.empty()) {
    return fmt::format("its origin is '{}' ({}) of group '{}'", origin.topic, origin.topicId,
                       origin.group);
  }
  // A record that was not reported as delivered has no place in the history.
  if (sent.deliveredAt && (origin.partition != sent.partition || origin.offset != sent.offset)) {
    return fmt::format("its origin is {}/{}", origin.partition, origin.offset);
  }
  return {};
}

std::string retryProblem(const FailureHeaders& headers, const ReceivedRecord& record,
                         const CopyRules& rules) {
  const auto tier = static_cast<std::size_t>(headers.tier);
  if (headers.reason) {
    return "a retry copy with a DLQ reason";
  }
  if (tier < 1 || tier > rules.tiers.size() || rules.tiers[tier - 1].topic != record.topic) {
    return fmt::format("tier {} in {}", tier, record.topic);
  }
  if (headers.attempt != headers.tier + 1) {
    return fmt::format("attempt {} in tier {}", headers.attempt, tier);
  }
  // The due time is taken just before the time of the failure is.
  const auto delay = headers.notBefore - headers.lastFailedAt;
  if (delay < rules.tiers[tier - 1].delay - Milliseconds{1'000}) {
    return fmt::format("due {} ms after its failure", delay.count());
  }
  return {};
}

std::string deadProblem(const FailureHeaders& headers, std::uint32_t id, const CopyRules& rules) {
  if (!headers.reason) {
    return "a DLQ entry without a reason";
  }
  const int attempts = rules.block ? rules.blockAttempts : static_cast<int>(rules.tiers.size()) + 1;
  const bool rejected = chosen(id, rules.rejectOneIn);
  const auto reason = rejected ? DlqReason::kRejected : DlqReason::kExhausted;
  if (*headers.reason != reason || (!rejected && headers.attempt != attempts)) {
    return fmt::format("{} at attempt {}", toString(*headers.reason), headers.attempt);
  }
  const auto* const code = rejected                      ? "chaos_reject"
                           : chosen(id, rules.doomOneIn) ? "chaos_doomed"
                                                         : "chaos_chance";
  return headers.error.code == code ? std::string{}
                                    : fmt::format("its error is '{}'", headers.error.code);
}

}  // namespace

FailureCopy copyOf(const ReceivedRecord& record, bool dead, const CopyRules& rules,
                   const ConsumeHistory& history) {
  const auto id = ConsumeHistory::idOf(record.value.value_or(""));
  const auto sent = id ? history.find(*id) : std::nullopt;
  if (!sent) {
    return {.record = std::numeric_limits<std::uint32_t>::max(), .at = record.timestamp};
  }
  FailureCopy copy{.record = *id, .at = record.timestamp, .dead = dead};
  const auto views = retry::viewsOf(record.headers);
  const auto parsed = retry::parseFailureHeaders(views);
  copy.tier = parsed.headers.tier;
  if (parsed.state != retry::FailureHeadersState::kCurrent) {
    copy.problem = "headers: " + parsed.problem;
  } else if (record.key != sent->key) {
    copy.problem = "another key";
  } else {
    copy.problem = originProblem(parsed.headers, *sent, rules);
  }
  if (copy.problem.empty()) {
    copy.problem = dead ? deadProblem(parsed.headers, *id, rules)
                        : retryProblem(parsed.headers, record, rules);
  }
  if (!copy.problem.empty()) {
    copy.problem =
        fmt::format("{} {}/{}: {}", record.topic, record.partition, record.offset, copy.problem);
  }
  return copy;
}

}  // namespace caas::kafka::test
