#include "topics/create.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "core/errors.hpp"
#include "core/log.hpp"
#include "topics/requests.hpp"
#include "topics/tenant_log.hpp"

namespace caas::kafka::topics {
namespace {

/// The rounds of one requestTopics.
class Creation {
 public:
  Creation(const Context& context, const std::vector<client::NewTopic>& topics)
      : context_(context), open_(topics) {}

  CreateOutcome run(const Deadline& deadline) {
    Backoff backoff(Milliseconds{100}, Milliseconds{1'000});
    while (!open_.empty()) {
      round(deadline);
      if (deadline.passed()) {
        break;
      }
      if (!open_.empty()) {
        backoff.wait(context_.clock, deadline);
      }
    }
    for (const client::NewTopic& topic : open_) {
      outcome_.failed.push_back({topic.name, lastError_[topic.name]});
    }
    return std::move(outcome_);
  }

 private:
  void round(const Deadline& deadline) {
    const auto answer = context_.admin.createTopics(open_, deadline.call());
    if (!answer) {
      if (answer.error().retriable) {
        log::warn("creating topics is tried again", {{"reason", answer.error().message}});
        // It may have been carried out: "exists" in the next round then means that it was us.
        for (const client::NewTopic& topic : open_) {
          unanswered_.insert(topic.name);
          lastError_[topic.name] = answer.error();
        }
        // See retryingAnywhere(): the controller that the client knows may be dead.
        static_cast<void>(context_.admin.metadata(deadline.slice(kRefresh)));
      } else {
        failAll(answer.error());
      }
      return;
    }
    for (const client::NamedResult& item : *answer) {
      settle(item);
    }
  }

  void settle(const client::NamedResult& item) {
    if (!item.error) {
      outcome_.created.insert(item.name);
    } else if (item.error->code == ErrorCode::kTopicAlreadyExists) {
      if (unanswered_.contains(item.name)) {
        outcome_.created.insert(item.name);
      }
    } else if (item.error->retriable && item.error->code != ErrorCode::kNotEnoughReplicas) {
      // The controller may have begun it (REQUEST_TIMED_OUT says nothing about the outcome).
      unanswered_.insert(item.name);
      lastError_[item.name] = *item.error;
      return;
    } else {
      outcome_.failed.push_back({item.name, explained(item)});
    }
    std::erase_if(open_, [&](const client::NewTopic& topic) { return topic.name == item.name; });
  }

  /// Kafka's "invalid replication factor" in numbers: how many brokers there are and are needed.
  Error explained(const client::NamedResult& item) {
    if (item.error->code != ErrorCode::kNotEnoughReplicas) {
      return *item.error;
    }
    const auto topic = std::ranges::find(open_, item.name, &client::NewTopic::name);
    const auto cluster =
        context_.admin.describeCluster({.timeout = Milliseconds{3'000}, .broker = {}});
    if (!cluster || topic == open_.end()) {
      return *item.error;
    }
    return errors::notEnoughReplicas(item.name, static_cast<int>(cluster->brokers.size()),
                                     topic->replicationFactor);
  }

  void failAll(const Error& error) {
    for (const client::NewTopic& topic : open_) {
      outcome_.failed.push_back({topic.name, error});
    }
    open_.clear();
  }

  const Context& context_;
  std::vector<client::NewTopic> open_;
  std::set<std::string, std::less<>> unanswered_;
  std::map<std::string, Error, std::less<>> lastError_;
  CreateOutcome outcome_;
};

std::vector<client::NewTopic> toNewTopics(const std::vector<WantedTopic>& wanted, int brokers) {
  std::vector<client::NewTopic> topics;
  topics.reserve(wanted.size());
  for (const WantedTopic& topic : wanted) {
    topics.push_back(toNewTopic(topic, brokers));
  }
  return topics;
}

struct Ensured {
  CreateOutcome outcome;
  UsableTopics usable;
};

/// Creates the missing ones of `wanted` and waits until all of them are usable.
Result<Ensured> ensureAll(const Context& context, std::string_view what,
                          const std::vector<WantedTopic>& wanted,
                          const client::ClusterMetadata& metadata, const Deadline& deadline) {
  const auto missing =
      toNewTopics(missingFrom(metadata, wanted), static_cast<int>(metadata.brokers.size()));
  Ensured ensured;
  ensured.outcome = requestTopics(context, missing, deadline);
  if (!ensured.outcome.failed.empty()) {
    return fail(creationError(what, namesOf(wanted), ensured.outcome.failed));
  }
  ensured.usable =
      waitUntilUsable(context, expectationOf(namesOf(wanted), missing, ensured.outcome), deadline);
  if (!ensured.usable.pending.empty()) {
    return fail(stillPending(what, ensured.usable.pending, deadline.total(),
                             "The topics were asked for and nothing is lost; a second call "
                             "completes it"));
  }
  return ensured;
}

TenantTopicSet topicSetOf(const TenantId& tenant, const std::vector<WantedTopic>& wanted,
                          const Ensured& ensured) {
  TenantTopicSet set;
  set.tenantId = tenant.str();
  for (const WantedTopic& topic : wanted) {
    const auto& description = ensured.usable.topics.at(topic.topic);
    set.topics.push_back({.entry = topic.definition->entry,
                          .topic = topic.topic,
                          .partitions = static_cast<int>(description.partitions.size()),
                          .created = ensured.outcome.created.contains(topic.topic)});
  }
  return set;
}

}  // namespace

CreateOutcome requestTopics(const Context& context, const std::vector<client::NewTopic>& topics,
                            const Deadline& deadline) {
  return Creation(context, topics).run(deadline);
}

Error creationError(std::string_view what, const std::vector<std::string>& all,
                    const std::vector<client::NamedResult>& failed) {
  std::vector<std::string> exist;
  std::ranges::copy_if(all, std::back_inserter(exist), [&](const std::string& name) {
    return std::ranges::find(failed, name, &client::NamedResult::name) == failed.end();
  });
  if (exist.empty() && failed.front().error) {
    Error error = *failed.front().error;
    error.message = fmt::format("{}: {}", what, error.message);
    return error;
  }
  return partialFailure(what, exist, failed,
                        "What exists stays and is right; a second call completes the rest");
}

ExpectedTopics expectationOf(const std::vector<std::string>& all,
                             const std::vector<client::NewTopic>& asked,
                             const CreateOutcome& outcome) {
  ExpectedTopics expected;
  for (const std::string& topic : all) {
    expected.emplace(topic, 1);
  }
  for (const client::NewTopic& topic : asked) {
    if (outcome.created.contains(topic.name)) {
      expected[topic.name] = topic.partitions;
    }
  }
  return expected;
}

Result<TenantTopicSet> createTenantTopics(const Context& context, std::string_view tenantId,
                                          Milliseconds limit) {
  CAAS_ASSIGN(const TenantId tenant, TenantId::parse(tenantId));
  const Deadline deadline(context.clock, limit);
  const auto wanted = wantedOfTenant(context.catalog, tenant);
  CAAS_ASSIGN(const auto metadata, readMetadata(context, deadline));
  if (!missingFrom(metadata, wanted).empty()) {
    CAAS_TRY(context.log.refuseIfReserved(context.admin, metadata, tenant, deadline));
  }
  CAAS_ASSIGN(const Ensured ensured,
              ensureAll(context, fmt::format("creating the topics of tenant '{}'", tenant.str()),
                        wanted, metadata, deadline));
  if (!ensured.outcome.created.empty()) {
    log::info("tenant created",
              {{"tenant", tenant.str()}, {"topics", ensured.outcome.created.size()}});
    context.log.announceCreated(metadata, {tenant}, deadline);
  }
  return topicSetOf(tenant, wanted, ensured);
}

Result<std::vector<std::string>> createPlatformTopics(const Context& context, Milliseconds limit) {
  const Deadline deadline(context.clock, limit);
  CAAS_ASSIGN(const auto metadata, readMetadata(context, deadline));
  CAAS_ASSIGN(const Ensured ensured,
              ensureAll(context, "creating the platform's topics",
                        wantedOfPlatform(context.catalog), metadata, deadline));
  return std::vector<std::string>(ensured.outcome.created.begin(), ensured.outcome.created.end());
}

Result<void> ensureTopic(const Context& context, const TopicDefinition& definition,
                         const Deadline& deadline) {
  CAAS_ASSIGN(const auto metadata, readMetadata(context, deadline));
  CAAS_TRY(ensureAll(context, fmt::format("creating topic '{}'", definition.pattern),
                     {{definition.pattern, &definition, std::nullopt}}, metadata, deadline));
  return {};
}

}  // namespace caas::kafka::topics
