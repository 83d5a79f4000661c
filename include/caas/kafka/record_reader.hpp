#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "caas/kafka/record.hpp"
#include "caas/kafka/settings.hpp"

namespace caas::kafka {

struct FromEarliest {};
struct FromLatest {};
/// The same offset in each partition (out-of-range ones start at the nearest).
struct FromOffset {
  std::int64_t offset = 0;
};
/// The first record at or after this time.
struct FromTime {
  Timestamp time{};
};
using ReadFrom = std::variant<FromEarliest, FromLatest, FromOffset, FromTime>;

struct ReadOptions {
  std::vector<std::string> topics;
  /// All partitions, unless given (needs a single topic and no group).
  std::vector<int> partitions{};
  /// With a group: subscribe and commit by hand (`commit`), `from` applies where the group has no
  /// offset. Without: assign, nothing is stored in Kafka.
  std::optional<std::string> group{};
  ReadFrom from = FromEarliest{};
  /// Stop at the ends that the partitions have when reading starts. Not with a group.
  bool untilEnd = false;
  /// Stop before the first record at or after this time, in each partition; one without such a
  /// record stops at the end that it has once the time has passed: at the opening if it has passed
  /// by then, else reading waits for it. By this machine's clock, and 2 s later, since records of
  /// that time may still be on their way. With `untilEnd`: at what comes first. Not with a group.
  std::optional<Timestamp> until{};
  /// Read records of open and aborted transactions too.
  bool readUncommitted = false;
};

/// A plain reader: one record after the other, in order within a partition. One thread uses it. The
/// parallel engine (consumer.hpp) is something else.
class RecordReader {
 public:
  /// Errors: kTopicNotFound (names it), kConnectionTimeout, kAuthorization, kInvalidArgument.
  [[nodiscard]] static Result<std::unique_ptr<RecordReader>> open(
      const Settings& settings, ReadOptions options, Milliseconds deadline = Milliseconds{30'000});
  ~RecordReader();
  RecordReader(const RecordReader&) = delete;
  RecordReader& operator=(const RecordReader&) = delete;

  /// The next record; nullopt when none came within `wait` or when finished().
  [[nodiscard]] Result<std::optional<ReceivedRecord>> poll(Milliseconds wait);
  /// Whether every partition has reached its stop (`untilEnd`, `until`).
  [[nodiscard]] bool finished() const;
  /// Commits the offsets of what poll has returned so far. Needs a group.
  [[nodiscard]] Result<void> commit(Milliseconds deadline = Milliseconds{10'000});
  /// Leaves the group. Bounded: a broker that hangs cannot hold it up longer than the deadline.
  [[nodiscard]] Result<void> close(Milliseconds deadline = Milliseconds{10'000});

 private:
  class Impl;
  explicit RecordReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace caas::kafka
