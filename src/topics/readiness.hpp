#pragma once

// Created means usable. Kafka answers CreateTopics when the controller has decided, before the
// brokers have heard of it; and with metadata on all of them, the first ListOffsets still found
// partitions without a ready leader for 300 ms. So: every living broker is asked for the topics,
// and then every partition for its end.

#include <map>
#include <string>
#include <vector>

#include "client/admin.hpp"
#include "topics/context.hpp"
#include "topics/deadline.hpp"
#include "topics/failures.hpp"

namespace caas::kafka::topics {

/// Topic → partitions that it must have at least.
using ExpectedTopics = std::map<std::string, int, std::less<>>;

struct UsableTopics {
  std::map<std::string, client::TopicDescription, std::less<>> topics;
  /// What was not usable when the deadline passed; empty: all of it is.
  Pending pending;
};

/// Waits until every living broker serves all of `expected`. A broker that dies meanwhile is no
/// longer asked, one that comes back is asked again.
[[nodiscard]] UsableTopics waitUntilUsable(const Context& context, const ExpectedTopics& expected,
                                           const Deadline& deadline);

/// Waits until no living broker knows any of them; returns what some broker still knows.
[[nodiscard]] Pending waitUntilGone(const Context& context, const std::vector<std::string>& topics,
                                    const Deadline& deadline);

/// What one broker's answer lacks. Pure.
[[nodiscard]] Pending lacking(int broker, const ExpectedTopics& expected,
                              const std::vector<client::TopicDescription>& answer);

}  // namespace caas::kafka::topics
