#pragma once

#include <string_view>

#include "caas/kafka/clock.hpp"
#include "consume/failure_route.hpp"
#include "retry/failure_headers.hpp"
#include "retry/retry_steps.hpp"

namespace caas::kafka::retry {

// What a failure does to a record's failure headers; for the router, and for the test kit's
// stand-in.

/// Whether these headers are of this very record's way so far. Anybody who may write to a source
/// topic can write headers like ours there; those begin no way in the middle.
[[nodiscard]] bool continuesWay(const ParsedFailureHeaders& parsed, const ConsumedRecord& record,
                                std::string_view group);

/// The headers of a first failure: all that is written once, but for the origin's topic id.
[[nodiscard]] FailureHeaders beginWay(const ConsumedRecord& record, std::string_view group,
                                      Clock& clock, Random& random);

/// Where the policy sends this failure; `headers` say so from now on.
[[nodiscard]] NextStep goOn(FailureHeaders& headers, const consume::FailedRecord& failed,
                            const RetryPolicy& policy, Clock& clock, Random& random);

}  // namespace caas::kafka::retry
