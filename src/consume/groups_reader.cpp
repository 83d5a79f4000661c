#include "consume/groups_reader.hpp"

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include <fmt/format.h>

#include "core/errors.hpp"

namespace caas::kafka::consume {
namespace {

template <class Call>
auto asked(const GroupAsk& ask, Call&& call) -> decltype(call()) {
  return topics::retryingAnywhere(ask.clock, ask.admin, ask.deadline, std::forward<Call>(call));
}

/// Kafka's answer for a name that it does not know, under the classic protocol.
bool unknown(const client::GroupDescription& group) {
  return group.error ? group.error->code == ErrorCode::kGroupNotFound
                     : group.state == "Dead" && group.members.empty();
}

/// A coordinator that moves or loads is told in the group's own item: such groups are asked again.
Result<void> describeSome(const GroupAsk& ask, std::vector<std::string> groups,
                          std::vector<client::GroupDescription>& all) {
  topics::Backoff backoff(Milliseconds{100}, Milliseconds{1'000});
  for (;;) {
    CAAS_ASSIGN(auto described,
                asked(ask, [&] { return ask.admin.describeGroups(groups, ask.deadline.call()); }));
    groups.clear();
    const bool last = ask.deadline.passed();
    for (auto& group : described) {
      if (group.error && group.error->retriable && !last) {
        groups.push_back(std::move(group.id));
      } else if (!unknown(group)) {
        all.push_back(std::move(group));
      }
    }
    if (groups.empty()) {
      return {};
    }
    backoff.wait(ask.clock, ask.deadline);
  }
}

/// A leader that has just moved is told in the item: once more for those.
Result<std::vector<client::PartitionOffset>> offsetsOfSome(
    const GroupAsk& ask,
    std::vector<std::pair<client::TopicPartition, client::OffsetSpec>> partitions,
    bool readCommitted) {
  const auto list = [&] {
    auto options = ask.deadline.call();
    options.readCommitted = readCommitted;
    return ask.admin.listOffsets(partitions, options);
  };
  CAAS_ASSIGN(auto offsets, asked(ask, list));
  const auto moved = [](const client::PartitionOffset& offset) {
    return offset.error && offset.error->retriable;
  };
  if (std::ranges::none_of(offsets, moved) || ask.deadline.passed()) {
    return offsets;
  }
  std::set<client::TopicPartition> again;
  for (const auto& offset : offsets) {
    if (moved(offset)) {
      again.insert(offset.partition);
    }
  }
  std::erase_if(partitions, [&](const auto& item) { return !again.contains(item.first); });
  std::erase_if(offsets, moved);
  ask.clock.sleepFor(std::min(ask.deadline.left(), Milliseconds{200}));
  CAAS_ASSIGN(const auto second, asked(ask, list));
  offsets.insert(offsets.end(), second.begin(), second.end());
  return offsets;
}

}  // namespace

Result<std::vector<client::GroupInfo>> listGroups(const GroupAsk& ask) {
  return asked(ask, [&] { return ask.admin.listGroups(ask.deadline.call()); });
}

Result<std::vector<client::GroupDescription>> describeGroups(
    const GroupAsk& ask, const std::vector<std::string>& groups) {
  std::vector<client::GroupDescription> all;
  for (std::size_t at = 0; at < groups.size(); at += kDescribeAtOnce) {
    const std::vector<std::string> chunk(
        groups.begin() + static_cast<std::ptrdiff_t>(at),
        groups.begin() +
            static_cast<std::ptrdiff_t>(std::min(at + kDescribeAtOnce, groups.size())));
    CAAS_TRY(describeSome(ask, chunk, all));
  }
  return all;
}

Result<std::vector<client::CommittedOffset>> committedOf(const GroupAsk& ask,
                                                         const std::string& group) {
  auto committed = asked(ask, [&] { return ask.admin.listCommitted(group, ask.deadline.call()); });
  if (!committed && committed.error().code == ErrorCode::kGroupNotFound) {
    return std::vector<client::CommittedOffset>{};
  }
  return committed;
}

Result<EndsMap> partitionsOf(const GroupAsk& ask, const std::vector<std::string>& topics) {
  EndsMap ends;
  if (topics.empty()) {
    return ends;
  }
  CAAS_ASSIGN(const auto described,
              asked(ask, [&] { return ask.admin.describeTopics(topics, ask.deadline.call()); }));
  for (const client::TopicDescription& topic : described) {
    if (topic.error) {
      ends[{topic.name, -1}].error = topic.error;
      continue;
    }
    for (const client::PartitionInfo& partition : topic.partitions) {
      auto& entry = ends[{topic.name, partition.id}];
      if (!partition.leader) {
        entry.error = Error{
            .code = ErrorCode::kUnavailable,
            .message = fmt::format("partition {} of '{}' has no leader", partition.id, topic.name),
            .hint = "`caas-kafka topics health` says why",
            .retriable = true};
      }
    }
  }
  return ends;
}

Result<OffsetMap> offsetsOf(const GroupAsk& ask, const std::vector<GroupPartition>& partitions,
                            client::OffsetSpec spec, bool readCommitted) {
  OffsetMap offsets;
  for (std::size_t at = 0; at < partitions.size(); at += kPartitionsAtOnce) {
    std::vector<std::pair<client::TopicPartition, client::OffsetSpec>> chunk;
    for (std::size_t i = at; i < std::min(at + kPartitionsAtOnce, partitions.size()); ++i) {
      chunk.emplace_back(client::TopicPartition{partitions[i].topic, partitions[i].partition},
                         spec);
    }
    CAAS_ASSIGN(auto answers, offsetsOfSome(ask, std::move(chunk), readCommitted));
    for (auto& answer : answers) {
      GroupPartition id{answer.partition.topic, answer.partition.partition};
      offsets.insert_or_assign(std::move(id), std::move(answer));
    }
  }
  return offsets;
}

Result<void> readEnds(const GroupAsk& ask, EndsMap& ends, bool readCommitted) {
  std::vector<GroupPartition> readable;
  for (const auto& [id, entry] : ends) {
    if (!entry.error) {
      readable.push_back(id);
    }
  }
  CAAS_ASSIGN(const auto starts,
              offsetsOf(ask, readable, client::OffsetSpec::earliest(), readCommitted));
  CAAS_ASSIGN(const auto latest,
              offsetsOf(ask, readable, client::OffsetSpec::latest(), readCommitted));
  for (const GroupPartition& id : readable) {
    auto& entry = ends[id];
    const auto start = starts.find(id);
    const auto end = latest.find(id);
    if (start == starts.end() || end == latest.end()) {
      entry.error = errors::internal(
          fmt::format("no offsets came for partition {} of '{}'", id.partition, id.topic));
    } else if (start->second.error || end->second.error) {
      entry.error = start->second.error ? start->second.error : end->second.error;
    } else {
      entry.start = start->second.offset;
      entry.end = end->second.offset;
    }
  }
  return {};
}

void sideBySide(std::size_t count, int width, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  const auto run = [&] {
    for (std::size_t i = next++; i < count; i = next++) {
      work(i);
    }
  };
  std::vector<std::jthread> helpers;
  for (std::size_t i = 1; i < std::min(count, static_cast<std::size_t>(width)); ++i) {
    helpers.emplace_back(run);
  }
  run();
}

Error groupNotFound(std::string_view group) {
  return {.code = ErrorCode::kGroupNotFound,
          .message = fmt::format("there is no consumer group '{}'", group),
          .hint = "`caas-kafka groups list` shows the groups there are"};
}

GroupType groupTypeOf(std::string_view text) {
  return text == "Classic"    ? GroupType::kClassic
         : text == "Consumer" ? GroupType::kConsumer
                              : GroupType::kUnknown;
}

std::vector<std::string> memberNames(const client::GroupDescription& group) {
  std::vector<std::string> names;
  for (const client::GroupMember& member : group.members) {
    names.push_back(fmt::format("{} at {} ({})", member.clientId, member.host, member.memberId));
  }
  return names;
}

}  // namespace caas::kafka::consume
