#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace caas::kafka {

/// Offsets from `first` up to, not including, `end`.
struct OffsetRange {
  std::int64_t first = 0;
  std::int64_t end = 0;
  [[nodiscard]] bool operator==(const OffsetRange&) const = default;
};

/// Offsets that were completed before a restart, as the commit's metadata told.
class CompletedOffsets {
 public:
  CompletedOffsets() = default;
  explicit CompletedOffsets(std::vector<OffsetRange> ranges) : ranges_(std::move(ranges)) {}
  [[nodiscard]] bool contains(std::int64_t offset) const;
  /// The first offset from `offset` on that is not in the set.
  [[nodiscard]] std::int64_t endOfRunAt(std::int64_t offset) const;
  [[nodiscard]] bool empty() const { return ranges_.empty(); }
  [[nodiscard]] const std::vector<OffsetRange>& ranges() const { return ranges_; }

 private:
  std::vector<OffsetRange> ranges_;
};

/// What of one partition is completed: taken in order, completed in any order. The lowest offset
/// that is not completed is what may be committed; what is completed above it goes into the
/// commit's metadata (ledger_metadata.hpp), so that a restart does not run it again. Pure, one
/// thread.
class OffsetLedger {
 public:
  /// Names a taken record until it is completed.
  using Ticket = std::uint64_t;

  /// `position`: the first offset that will be taken, as committed; `restored`: what the commit's
  /// metadata told to be completed above it.
  explicit OffsetLedger(std::int64_t position, CompletedOffsets restored = {})
      : restored_(std::move(restored)), next_(position) {}

  /// Whether a record was completed before the restart: it is `skip`ped and not run again.
  [[nodiscard]] bool alreadyCompleted(std::int64_t offset) const {
    return restored_.contains(offset);
  }
  /// A record was read that needs no work. A run of such records takes one place: in a retry topic
  /// other groups' records may stand by the thousand between two of ours.
  void skip(std::int64_t offset);
  /// A record was read. Offsets grow; those that are left out (compacted, transaction markers) do
  /// not exist and hold nothing up.
  [[nodiscard]] Ticket take(std::int64_t offset);
  /// A taken record is done with. Once for each ticket.
  void complete(Ticket ticket);
  /// Everything below `position` is read (an end of partition was reached, and the last offsets do
  /// not exist).
  void advanceTo(std::int64_t position);

  /// The offset to commit: the lowest that is not completed, or the next to be read.
  [[nodiscard]] std::int64_t committable() const;
  /// What is completed above committable(), ascending, not touching each other; what was restored
  /// and not yet read again too, since the next commit replaces the metadata that it came from.
  [[nodiscard]] std::vector<OffsetRange> completedAbove() const;

  /// Taken and not completed.
  [[nodiscard]] std::size_t inFlight() const { return inFlight_; }
  /// Offsets between committable() and the newest taken record: what a map has to describe.
  [[nodiscard]] std::int64_t span() const;
  /// Places taken: records in flight or completed out of order, and runs of skipped ones.
  [[nodiscard]] std::size_t size() const { return count_; }

 private:
  /// One record, or a run of them without work.
  struct Entry {
    std::int64_t offset = 0;
    std::int64_t end = 0;
    bool completed = false;
  };
  [[nodiscard]] Entry& at(std::size_t index) { return ring_[(head_ + index) & (ring_.size() - 1)]; }
  [[nodiscard]] const Entry& at(std::size_t index) const {
    return ring_[(head_ + index) & (ring_.size() - 1)];
  }
  void push(Entry entry);

  CompletedOffsets restored_;
  std::vector<Entry> ring_;  ///< its size is a power of two
  std::size_t head_ = 0;
  std::size_t count_ = 0;
  Ticket firstTicket_ = 0;  ///< of the entry at head_
  std::size_t inFlight_ = 0;
  std::int64_t next_ = 0;
};

}  // namespace caas::kafka
