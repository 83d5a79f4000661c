#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "caas/kafka/topic_manager.hpp"
#include "client/admin.hpp"
#include "topics/context.hpp"
#include "topics/deadline.hpp"
#include "topics/readiness.hpp"
#include "topics/wanted.hpp"

namespace caas::kafka::topics {

/// What became of the topics that were asked for. One that existed already is in neither set.
struct CreateOutcome {
  std::set<std::string, std::less<>> created;
  std::vector<client::NamedResult> failed;
};

/// One CreateTopics request for all of `topics`, again for those whose error is retriable, until
/// the deadline. A topic that exists is success. Never an error as a whole: what could not be done
/// is in `failed`.
[[nodiscard]] CreateOutcome requestTopics(const Context& context,
                                          const std::vector<client::NewTopic>& topics,
                                          const Deadline& deadline);

/// The error of a creation that did not succeed: the topic's own when nothing of the set exists,
/// else kPartialFailure. `what` is e.g. "creating the topics of tenant 'acme'".
[[nodiscard]] Error creationError(std::string_view what, const std::vector<std::string>& all,
                                  const std::vector<client::NamedResult>& failed);

/// Partitions to wait for: what was asked for where we created the topic; at least one where it was
/// there already, with as many as somebody gave it.
[[nodiscard]] ExpectedTopics expectationOf(const std::vector<std::string>& all,
                                           const std::vector<client::NewTopic>& asked,
                                           const CreateOutcome& outcome);

[[nodiscard]] Result<TenantTopicSet> createTenantTopics(const Context& context,
                                                        std::string_view tenantId,
                                                        Milliseconds limit);
[[nodiscard]] Result<std::vector<std::string>> createPlatformTopics(const Context& context,
                                                                    Milliseconds limit);
/// The one topic of that definition (not a tenant's), usable at return.
[[nodiscard]] Result<void> ensureTopic(const Context& context, const TopicDefinition& definition,
                                       const Deadline& deadline);

}  // namespace caas::kafka::topics
