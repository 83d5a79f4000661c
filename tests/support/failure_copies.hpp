#pragma once

#include <string>
#include <vector>

#include "caas/kafka/record.hpp"
#include "caas/kafka/retry_policy.hpp"
#include "support/consume_history.hpp"

namespace caas::kafka::test {

/// What the copies of failed records are to look like.
struct CopyRules {
  std::string topic;  ///< where the records were published
  std::string group;
  bool block = false;
  int blockAttempts = 10;
  std::vector<RetryTier> tiers{};
  int doomOneIn = 0;
  int rejectOneIn = 0;
};

/// Reads a record of a retry topic or, `dead`, of the DLQ for the history; `problem` says what of
/// its headers or its bytes is not as it must be.
[[nodiscard]] FailureCopy copyOf(const ReceivedRecord& record, bool dead, const CopyRules& rules,
                                 const ConsumeHistory& history);

}  // namespace caas::kafka::test
