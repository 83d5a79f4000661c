#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <boost/unordered/unordered_flat_map.hpp>

#include "client/admin.hpp"
#include "consume/offset_ledger.hpp"
#include "consume/task.hpp"
#include "consume/topic_counts.hpp"

namespace caas::kafka::consume {

/// The records of one key (of one hash, to be exact: two keys that share it wait for each other,
/// which costs time and never order).
struct Lane {
  std::uint64_t key = 0;
  TaskQueue waiting;
  int ahead = 0;         ///< ready or at work: later ones wait until these are done
  Lane* next = nullptr;  ///< in the pool
};

/// Who shares the capacity with others: a tenant, or a topic that belongs to none.
struct Source {
  std::string name;
  TaskQueue ready;
  bool queued = false;  ///< in the ring of those that have something ready
  std::int64_t records = 0;
  std::int64_t bytes = 0;
  int partitions = 0;
  Source* next = nullptr;  ///< in the ring
};

/// A partition from its assignment until it is given away. Being assigned again makes another one,
/// so a late result is never taken for the new one's.
struct Partition {
  enum class State {
    kActive,
    kDraining,  ///< to be given away: what is at work may finish, nothing new begins
    kGone,      ///< results are dropped
  };
  client::TopicPartition id;
  std::uint64_t epoch = 0;  ///< unlike any other's
  std::string entry;
  std::string tenant;
  Source* source = nullptr;
  TopicCounts* counts = nullptr;
  State state = State::kActive;
  /// Made at the first record, where the group had no offset.
  std::optional<OffsetLedger> ledger;
  CompletedOffsets restored;  ///< what the last commit's metadata told
  boost::unordered_flat_map<std::uint64_t, Lane*> lanes;
  std::int64_t nextOffset = -1;  ///< the record after the newest taken one
  std::size_t tasks = 0;         ///< that exist
  std::size_t atWork = 0;        ///< in a handler or being copied
  std::uint64_t changes = 0;     ///< of what a commit would say
  std::uint64_t committedChanges = 0;
};

}  // namespace caas::kafka::consume
