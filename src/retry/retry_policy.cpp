#include "caas/kafka/retry_policy.hpp"

#include <fmt/format.h>

#include "core/errors.hpp"

namespace caas::kafka {

std::string_view toString(RetryMode mode) {
  switch (mode) {
    case RetryMode::kDivert: return "divert";
    case RetryMode::kBlock: return "block";
    case RetryMode::kNone: return "none";
  }
  return "unknown";
}

std::vector<RetryTier> defaultRetryTiers() {
  using std::chrono::minutes;
  return {{"internal.retry", Milliseconds{1'000}},
          {"internal.retry.1min", minutes{1}},
          {"internal.retry.5min", minutes{5}},
          {"internal.retry.30min", minutes{30}}};
}

std::string_view toString(DlqReason reason) {
  switch (reason) {
    case DlqReason::kExhausted: return "exhausted";
    case DlqReason::kRejected: return "rejected";
    case DlqReason::kUndecodable: return "undecodable";
    case DlqReason::kOversize: return "oversize";
  }
  return "unknown";
}

Result<DlqReason> parseDlqReason(std::string_view text) {
  for (const auto reason : {DlqReason::kExhausted, DlqReason::kRejected, DlqReason::kUndecodable,
                            DlqReason::kOversize}) {
    if (toString(reason) == text) {
      return reason;
    }
  }
  return fail(
      errors::invalidArgument(fmt::format("'{}' is no reason of a DLQ entry", text),
                              "The reasons are exhausted, rejected, undecodable and oversize"));
}

}  // namespace caas::kafka
