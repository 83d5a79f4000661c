#include "topics/readiness.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "topics/requests.hpp"

namespace caas::kafka::topics {
namespace {

// Of one broker's answer: one that hangs must not take the whole deadline.
constexpr Milliseconds kBrokerAnswer{3'000};

// Brokers need a few hundred milliseconds: a longer pause would be most of the wait.
Backoff betweenRounds() { return Backoff(Milliseconds{20}, Milliseconds{200}); }

Pending allPending(const ExpectedTopics& expected, const std::string& why) {
  Pending pending;
  for (const auto& [topic, partitions] : expected) {
    pending.emplace(topic, why);
  }
  return pending;
}

/// The state of one wait, over its rounds.
class UsableWait {
 public:
  UsableWait(const Context& context, const ExpectedTopics& expected, const Deadline& deadline)
      : context_(context), expected_(expected), deadline_(deadline) {
    for (const auto& [topic, partitions] : expected) {
      names_.push_back(topic);
    }
  }

  UsableTopics run() {
    Backoff backoff = betweenRounds();
    while (!(brokersAgree() && partitionsAnswer()) && !deadline_.passed()) {
      backoff.wait(context_.clock, deadline_);
    }
    return {std::move(topics_), std::move(pending_)};
  }

 private:
  bool brokersAgree() {
    const auto cluster = askForBrokers(context_, deadline_);
    if (!cluster) {
      pending_ = allPending(expected_, cluster.error().message);
      return false;
    }
    forgetDeadBrokers(cluster->brokers);
    Pending pending;
    for (const client::BrokerInfo& broker : cluster->brokers) {
      if (!agreed_.contains(broker.id)) {
        pending.merge(ask(broker.id));
      }
    }
    pending_ = std::move(pending);
    return pending_.empty() && !cluster->brokers.empty();
  }

  void forgetDeadBrokers(const std::vector<client::BrokerInfo>& living) {
    std::erase_if(agreed_, [&](int id) {
      return std::ranges::find(living, id, &client::BrokerInfo::id) == living.end();
    });
  }

  Pending ask(int broker) {
    auto answer = context_.admin.describeTopics(
        names_, {.timeout = deadline_.slice(kBrokerAnswer), .broker = broker});
    if (!answer) {
      return allPending(expected_, fmt::format("broker {}: {}", broker, answer.error().message));
    }
    Pending pending = lacking(broker, expected_, *answer);
    for (client::TopicDescription& topic : *answer) {
      if (!pending.contains(topic.name)) {
        topics_.insert_or_assign(topic.name, std::move(topic));
      }
    }
    if (pending.empty()) {
      agreed_.insert(broker);
    }
    return pending;
  }

  bool partitionsAnswer() {
    std::vector<std::pair<client::TopicPartition, client::OffsetSpec>> ends;
    for (const auto& [name, topic] : topics_) {
      for (const client::PartitionInfo& partition : topic.partitions) {
        client::TopicPartition id{name, partition.id};
        if (!answered_.contains(id)) {
          ends.emplace_back(std::move(id), client::OffsetSpec::latest());
        }
      }
    }
    if (ends.empty()) {
      return true;
    }
    const auto offsets = context_.admin.listOffsets(ends, deadline_.call());
    if (!offsets) {
      pending_ = allPending(expected_, offsets.error().message);
      return false;
    }
    for (const client::PartitionOffset& end : *offsets) {
      if (end.error) {
        pending_.insert_or_assign(
            end.partition.topic,
            fmt::format("partition {}: {}", end.partition.partition, end.error->message));
      } else {
        answered_.insert(end.partition);
      }
    }
    return pending_.empty();
  }

  const Context& context_;
  const ExpectedTopics& expected_;
  const Deadline& deadline_;
  std::vector<std::string> names_;
  std::set<int> agreed_;
  std::set<client::TopicPartition> answered_;
  std::map<std::string, client::TopicDescription, std::less<>> topics_;
  Pending pending_;
};

/// Topics that one broker still knows; nullopt when it did not answer.
Result<std::vector<std::string>> stillKnown(const Context& context, int broker,
                                            const std::vector<std::string>& topics,
                                            const Deadline& deadline) {
  CAAS_ASSIGN(const auto answer,
              context.admin.describeTopics(
                  topics, {.timeout = deadline.slice(kBrokerAnswer), .broker = broker}));
  std::vector<std::string> known;
  for (const client::TopicDescription& topic : answer) {
    if (!topic.error || topic.error->code != ErrorCode::kTopicNotFound) {
      known.push_back(topic.name);
    }
  }
  return known;
}

Pending knownSomewhere(const Context& context, const std::vector<std::string>& topics,
                       const Deadline& deadline) {
  Pending pending;
  const auto addAll = [&](const std::string& why) {
    for (const std::string& topic : topics) {
      pending.emplace(topic, why);
    }
  };
  const auto cluster = askForBrokers(context, deadline);
  if (!cluster || cluster->brokers.empty()) {
    addAll(cluster ? "no broker is known" : cluster.error().message);
    return pending;
  }
  for (const client::BrokerInfo& broker : cluster->brokers) {
    const auto known = stillKnown(context, broker.id, topics, deadline);
    if (!known) {
      addAll(fmt::format("broker {}: {}", broker.id, known.error().message));
      continue;
    }
    for (const std::string& topic : *known) {
      pending.emplace(topic, fmt::format("broker {} still knows it", broker.id));
    }
  }
  return pending;
}

}  // namespace

Pending lacking(int broker, const ExpectedTopics& expected,
                const std::vector<client::TopicDescription>& answer) {
  Pending pending;
  for (const auto& [topic, partitions] : expected) {
    pending.emplace(topic, fmt::format("broker {} does not know it", broker));
  }
  for (const client::TopicDescription& topic : answer) {
    const auto wanted = expected.find(topic.name);
    if (wanted == expected.end()) {
      continue;
    }
    const auto leaderless = std::ranges::count_if(
        topic.partitions, [](const client::PartitionInfo& p) { return !p.leader; });
    const int known = static_cast<int>(topic.partitions.size());
    if (topic.error) {
      pending[topic.name] = fmt::format("broker {}: {}", broker, topic.error->message);
    } else if (known < wanted->second) {
      pending[topic.name] =
          fmt::format("broker {} knows {} of {} partitions", broker, known, wanted->second);
    } else if (leaderless > 0) {
      pending[topic.name] =
          fmt::format("broker {}: {} partitions have no leader", broker, leaderless);
    } else {
      pending.erase(topic.name);
    }
  }
  return pending;
}

UsableTopics waitUntilUsable(const Context& context, const ExpectedTopics& expected,
                             const Deadline& deadline) {
  if (expected.empty()) {
    return {};
  }
  return UsableWait(context, expected, deadline).run();
}

Pending waitUntilGone(const Context& context, const std::vector<std::string>& topics,
                      const Deadline& deadline) {
  Backoff backoff = betweenRounds();
  for (;;) {
    Pending pending = knownSomewhere(context, topics, deadline);
    if (pending.empty() || deadline.passed()) {
      return pending;
    }
    backoff.wait(context.clock, deadline);
  }
}

}  // namespace caas::kafka::topics
