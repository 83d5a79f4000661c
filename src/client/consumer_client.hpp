#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "caas/kafka/record.hpp"
#include "caas/kafka/settings.hpp"
#include "client/admin.hpp"

namespace caas::kafka::client {

struct ConsumerClientOptions {
  std::string purpose = "consumer";
  std::optional<std::string> group{};  ///< unset: assign only
  bool readUncommitted = false;
  /// With a group: where an assigned partition starts for which the group has no offset; those not
  /// named here start at auto.offset.reset.
  std::map<TopicPartition, std::int64_t> startOffsets{};
};

/// What one poll brings. At most one of the fields is set; none: the wait passed.
struct ConsumerEvent {
  std::optional<ReceivedRecord> record{};
  /// The end of a partition was reached (the offset is where the next record will be).
  std::optional<PartitionOffset> partitionEnd{};
  std::optional<Error> error{};
  /// Partitions that went to another member: what was read of them is theirs now.
  std::vector<TopicPartition> revoked{};
};

/// One librdkafka consumer, read record by record from its event queue (batch consuming together
/// with seek, pause and rebalance has lost records). Offsets are neither stored nor committed by
/// itself. Owned and polled by one thread.
class ConsumerClient {
 public:
  [[nodiscard]] static Result<std::unique_ptr<ConsumerClient>> create(
      const Settings& settings, const ConsumerClientOptions& options);
  ~ConsumerClient();
  ConsumerClient(const ConsumerClient&) = delete;
  ConsumerClient& operator=(const ConsumerClient&) = delete;

  /// Joins the group for these topics. Rebalances are served inside poll: assigned partitions start
  /// at the group's offsets, else as `startOffsets` says.
  [[nodiscard]] Result<void> subscribe(const std::vector<std::string>& topics);
  /// Takes exactly these partitions, at these offsets.
  [[nodiscard]] Result<void> assign(const std::vector<PartitionOffset>& partitions);
  [[nodiscard]] Result<ConsumerEvent> poll(Milliseconds wait);
  /// Commits `offset` as the next one to read, for each, and waits.
  [[nodiscard]] Result<void> commit(const std::vector<PartitionOffset>& offsets,
                                    Milliseconds deadline);
  /// Partitions owned now.
  [[nodiscard]] std::vector<TopicPartition> assignment() const;
  /// Leaves the group through the close queue; gives up waiting at the deadline.
  [[nodiscard]] Result<void> close(Milliseconds deadline);

 private:
  class Impl;
  explicit ConsumerClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace caas::kafka::client
