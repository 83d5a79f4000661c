#include "consume/poller.hpp"

// Taking records from the partitions, in turn.

#include <algorithm>
#include <utility>

#include "core/log.hpp"

namespace caas::kafka::consume {
namespace {

using std::chrono::steady_clock;

/// Partitions visited before the group is looked after again.
constexpr int kRound = 8;
constexpr Milliseconds kRoomAgain{20};
constexpr std::chrono::seconds kSlowReport{1};

}  // namespace

bool Poller::readRound() {
  becameReadable_.clear();
  waker_.takeReadable(becameReadable_,
                      [](PartitionReader& reader) -> bool& { return reader.listed; });
  const auto now = steady_clock::now();
  if (!stalled_.empty() && now >= nextRoom_) {
    becameReadable_.insert(becameReadable_.end(), stalled_.begin(), stalled_.end());
    stalled_.clear();
  }
  for (auto* reader : becameReadable_) {
    if (!std::exchange(reader->readable, true)) {
      round_.push_back(reader);
    }
  }
  for (int visits = 0; visits < kRound && !round_.empty(); ++visits) {
    auto* const reader = round_.front();
    round_.pop_front();
    reader->readable = false;
    if (!reader->closing) {
      readSome(*reader);
    }
  }
  if (!stalled_.empty() && nextRoom_ <= now) {
    nextRoom_ = now + kRoomAgain;
  }
  return !round_.empty();
}

void Poller::readSome(PartitionReader& reader) {
  const auto room = dispatcher_->room(*reader.partition);
  if (room <= 0) {
    stalled_.push_back(&reader);
    return;
  }
  const auto most = static_cast<std::size_t>(std::min(room, options_.maxPollRecords));
  arrivals_.clear();
  while (arrivals_.size() < most) {
    const auto* record = reader.queue->next();
    if (record == nullptr) {
      break;
    }
    if (record->offset < std::max(reader.partition->nextOffset, reader.lastOffset + 1)) {
      if (record->offset == reader.lastOffset && record->timestamp == reader.lastTimestamp) {
        // At a rebalance librdkafka begins to fetch anew where the application was; between taking
        // a record and noting that, it still is at that record.
        continue;
      }
      reopen(reader, record->offset);
    }
    reader.lastOffset = record->offset;
    reader.lastTimestamp = record->timestamp;
    arrivals_.push_back({record->offset, taskOf(reader, *record)});
  }
  const bool emptied = arrivals_.size() < most;
  if (!arrivals_.empty()) {
    dispatcher_->admit(*reader.partition, arrivals_);
  }
  if (!emptied) {
    reader.readable = true;
    round_.push_back(&reader);
  } else if (const auto end = reader.queue->takeEnd()) {
    dispatcher_->reachedEnd(*reader.partition, *end);
  }
}

Task* Poller::taskOf(PartitionReader& reader, const client::FetchedRecord& record) {
  if (reader.partition->restored.contains(record.offset) || !intake_->wants(record)) {
    return nullptr;
  }
  Task* const task = makeTask(record);
  intake_->prepare(*task, *reader.partition);
  return task;
}

void Poller::reopen(PartitionReader& reader, std::int64_t offset) {
  // Offsets went back: the log was cut, or the topic is another one of the same name. What is at
  // work belongs to the old one.
  log::warn("offsets went back: reading on from there",
            {{"topic", reader.partition->id.topic},
             {"partition", reader.partition->id.partition},
             {"expected", reader.partition->nextOffset},
             {"found", offset}});
  Partition* const old = reader.partition;
  if (!arrivals_.empty()) {
    dispatcher_->admit(*old, arrivals_);
    arrivals_.clear();
  }
  reader.partition = dispatcher_->open(old->id, old->entry, old->tenant, offset, {});
  dispatcher_->retire(old);
}

void Poller::reportSlowHandlers() {
  const auto now = steady_clock::now();
  if (now < nextSlowReport_) {
    return;
  }
  nextSlowReport_ = now + kSlowReport;
  for (const auto& handler : dispatcher_->newlySlow()) {
    log::warn("a handler has been at work for long",
              {{"group", options_.client.group}, {"record", handler}});
  }
}

}  // namespace caas::kafka::consume
