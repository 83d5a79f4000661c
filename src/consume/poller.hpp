#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "caas/kafka/catalog.hpp"
#include "client/group_client.hpp"
#include "consume/dispatcher.hpp"
#include "consume/intake.hpp"
#include "consume/waker.hpp"

namespace caas::kafka::consume {

struct PollerOptions {
  client::GroupClientOptions client{};
  Milliseconds commitInterval{500};
  Milliseconds drainTimeout{10'000};
  /// Taken from a partition before it is the next one's turn.
  std::int64_t maxPollRecords = 500;
  /// False: a transaction commits the offsets.
  bool commits = true;
};

/// An assigned partition as the poll thread sees it.
struct PartitionReader {
  Partition* partition = nullptr;
  std::unique_ptr<client::PartitionQueue> queue;
  bool listed = false;    ///< belongs to the waker's lock
  bool readable = false;  ///< in the round
  bool closing = false;
  // The newest record that came.
  std::int64_t lastOffset = -1;
  Timestamp lastTimestamp{};
};

/// The one thread that owns the client: serves the group's rebalances, takes records from the
/// partitions in turn, commits. It never waits for a handler.
class Poller {
 public:
  Poller(const Settings& settings, PollerOptions options, std::shared_ptr<Dispatcher> dispatcher,
         std::shared_ptr<Intake> intake, std::shared_ptr<const Catalog> catalog);
  ~Poller();  ///< stop(now), if it was not called
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  /// Who is told that the group is left: when that begins, by when it is to be done, and once
  /// everything has drained.
  struct Leaving {
    std::function<void(std::chrono::steady_clock::time_point)> begins;
    std::function<void()> drained;
  };
  [[nodiscard]] Result<void> start(Leaving leaving = {});
  /// Any thread, between start and the end of `drained`.
  [[nodiscard]] client::GroupMetadata groupMetadata() const { return client_->groupMetadata(); }
  /// Replaces the subscription. Any thread.
  void subscribe(std::vector<std::string> topics);
  void wake() { waker_.wake(); }
  [[nodiscard]] std::optional<Error> failure() const;
  /// Lets what is at work finish, commits and leaves the group, all until the deadline.
  [[nodiscard]] Result<void> stop(std::chrono::steady_clock::time_point deadline);

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Revocation {
    std::vector<client::TopicPartition> partitions;
    Time drainUntil;
    std::optional<Time> commitUntil{};
  };
  struct Commit {
    CommitPlan plan;
    Time sentAt;
  };

  void run();
  void applySubscription();
  void serveGroup();
  void onAssigned(const std::vector<client::TopicPartition>& partitions);
  void tryAssign();
  void openPartition(const client::GroupOffset& committed);
  void onRevoked(const client::GroupRevoked& revoked);
  void advanceRevocation();
  void finishRevocation();
  void closePartitions(const std::vector<client::TopicPartition>& partitions);
  void onCommitAnswered(const client::CommitAnswered& answer);
  void commitIfDue();
  /// False when there is nothing to commit.
  bool commit(const std::vector<Partition*>& partitions);
  [[nodiscard]] std::vector<Partition*> partitionsOf(
      const std::vector<client::TopicPartition>& ids) const;
  [[nodiscard]] std::vector<Partition*> allPartitions() const;
  /// True when there may be more to read at once.
  bool readRound();
  void readSome(PartitionReader& reader);
  [[nodiscard]] Task* taskOf(PartitionReader& reader, const client::FetchedRecord& record);
  void reopen(PartitionReader& reader, std::int64_t offset);
  void reportSlowHandlers();
  void leave();
  void fail(Error error);

  const Settings settings_;
  const PollerOptions options_;
  const std::shared_ptr<Dispatcher> dispatcher_;
  const std::shared_ptr<Intake> intake_;
  const std::shared_ptr<const Catalog> catalog_;
  Waker waker_;
  std::unique_ptr<client::GroupClient> client_;
  Leaving leaving_;

  mutable std::mutex mutex_;
  std::optional<std::vector<std::string>> wanted_;  ///< a subscription to be made
  std::optional<Error> failure_;
  std::optional<Time> stopAt_;
  Result<void> left_{};

  std::map<client::TopicPartition, std::unique_ptr<PartitionReader>> readers_;
  std::vector<client::TopicPartition> assigning_;
  std::optional<Revocation> revocation_;
  std::optional<Commit> commit_;
  std::deque<PartitionReader*> round_;
  std::vector<PartitionReader*> stalled_;
  std::vector<PartitionReader*> becameReadable_;
  std::vector<Arrival> arrivals_;
  Time nextCommit_{};
  Time nextSlowReport_{};
  Time nextRoom_{};
  std::jthread thread_;
};

}  // namespace caas::kafka::consume
