#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "caas/kafka/record.hpp"
#include "caas/kafka/settings.hpp"
#include "client/admin.hpp"
#include "client/group_metadata.hpp"

namespace caas::kafka::client {

struct GroupClientOptions {
  std::string purpose = "consumer";
  std::string group;
  bool readUncommitted = false;
  /// Read ahead of a partition at most.
  std::int64_t prefetchBytesPerPartition = 1'000'000;
  /// How long a broker may hold a fetch that has nothing to give.
  Milliseconds fetchWait{500};
};

/// A record as it lies in the client's memory: the views live until the queue's next call.
struct FetchedRecord {
  std::int64_t offset = -1;
  Timestamp timestamp{};
  std::optional<std::string_view> key{};
  std::optional<std::string_view> value{};
  std::span<const HeaderView> headers{};
};

/// One assigned partition's records. Each partition has a queue of its own: one that is not asked
/// holds nobody up and throws nothing away, which is what pause() would do.
class PartitionQueue {
 public:
  PartitionQueue() = default;
  virtual ~PartitionQueue() = default;
  PartitionQueue(const PartitionQueue&) = delete;
  PartitionQueue& operator=(const PartitionQueue&) = delete;
  /// The next record, nullptr if there is none now. Errors of the partition are logged and skipped.
  [[nodiscard]] virtual const FetchedRecord* next() = 0;
  /// Since the last call: the end of the partition was reached, and the next record will have this
  /// offset (transaction markers have offsets and never arrive).
  [[nodiscard]] virtual std::optional<std::int64_t> takeEnd() = 0;
};

/// Where a partition starts: `offset` < 0 where the group has none.
struct GroupOffset {
  TopicPartition partition;
  std::int64_t offset = -1;
  std::string metadata{};
};

struct GroupAssigned {
  std::vector<TopicPartition> partitions;
};
struct GroupRevoked {
  std::vector<TopicPartition> partitions;
  bool lost = false;  ///< they are another member's already: nothing may be committed
};
/// The answer to commit(); partitions with their own errors.
struct CommitAnswered {
  std::optional<Error> error{};
  std::vector<PartitionOffset> failed{};
};
using GroupEvent = std::variant<GroupAssigned, GroupRevoked, CommitAnswered, Error>;

/// One librdkafka consumer as a member of a group, for the parallel engine. Nothing is committed,
/// assigned or given away by itself. One thread calls it; `wake` comes from the client's threads.
class GroupClient {
 public:
  /// `wake` is called when nextEvent() has something; it must be quick and not call back.
  [[nodiscard]] static Result<std::unique_ptr<GroupClient>> create(
      const Settings& settings, const GroupClientOptions& options, std::function<void()> wake);
  ~GroupClient();  ///< without close(): leaves the group unheard, its session times out
  GroupClient(const GroupClient&) = delete;
  GroupClient& operator=(const GroupClient&) = delete;

  /// Replaces the subscription.
  [[nodiscard]] Result<void> subscribe(const std::vector<std::string>& topics);
  /// Does not wait. Must be called often enough for max.poll.interval.ms (5 min).
  [[nodiscard]] std::optional<GroupEvent> nextEvent();
  /// Where the group stands, with the commits' metadata. Waits.
  [[nodiscard]] Result<std::vector<GroupOffset>> committed(
      const std::vector<TopicPartition>& partitions, Milliseconds deadline);
  /// Before assign: takes the partition's queue out of the common one. `wake` is called when
  /// records come in after next() had none.
  [[nodiscard]] std::unique_ptr<PartitionQueue> open(const TopicPartition& partition,
                                                     std::function<void()> wake);
  /// The answer to GroupAssigned. Partitions with offset < 0 start at auto.offset.reset.
  [[nodiscard]] Result<void> assign(const std::vector<GroupOffset>& partitions);
  /// The answer to GroupRevoked, whose partitions it takes.
  [[nodiscard]] Result<void> unassign(const std::vector<TopicPartition>& partitions);
  /// Answered by CommitAnswered; one at a time.
  [[nodiscard]] Result<void> commit(const std::vector<GroupOffset>& offsets);
  /// For a transaction's offsets. Any thread.
  [[nodiscard]] GroupMetadata groupMetadata() const;
  /// Whether the assignment has gone to others although nobody told us yet.
  [[nodiscard]] bool assignmentLost() const;
  /// Leaves the group, serving its last rebalance; gives up waiting at the deadline. No
  /// PartitionQueue may live any more.
  [[nodiscard]] Result<void> close(Milliseconds deadline);

 private:
  class Impl;
  explicit GroupClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace caas::kafka::client
