#pragma once

// Failed records made without a consumer: what the engine hands to the failure route.

#include <cstdint>
#include <string>
#include <vector>

#include "caas/kafka/dlq.hpp"
#include "retry/failure_headers.hpp"
#include "retry/failure_router.hpp"
#include "support/cluster.hpp"

namespace caas::kafka::test {

/// Diverts one record and waits for its outcome.
[[nodiscard]] Result<consume::FailureOutcome> divertAndWait(
    retry::FailureRouter& router, const ConsumedRecord& record,
    HandlerResult::Kind kind = HandlerResult::Kind::kRetry, std::string_view code = "busy",
    std::string_view message = "not now",
    consume::FailureStage stage = consume::FailureStage::kHandle);

/// Rejects records 0 … count-1 of partition 0 of `topic` in `group`, all of which end in `dlq`.
void seedDlq(const std::string& topic, const std::string& group, int count,
             const std::string& dlq = "internal.dlq");

[[nodiscard]] retry::ParsedFailureHeaders failureHeadersOf(const ReceivedRecord& record);

/// How many committed copies `retryTopic` holds for each origin offset of this group.
[[nodiscard]] std::map<std::int64_t, int> copiesByOffset(const std::string& retryTopic,
                                                         const std::string& group);

/// Sum of a topic's end offsets, as a read_committed reader sees them.
[[nodiscard]] std::int64_t committedEnds(const std::string& topic);
/// How far the log goes on behind those: what an open transaction has written.
[[nodiscard]] std::int64_t openRecords(const std::string& topic);

}  // namespace caas::kafka::test
