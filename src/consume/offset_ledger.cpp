#include "consume/offset_ledger.hpp"

#include <algorithm>
#include <cassert>

namespace caas::kafka {

void OffsetLedger::push(Entry entry) {
  if (count_ == ring_.size()) {
    std::vector<Entry> larger(std::max<std::size_t>(64, ring_.size() * 2));
    for (std::size_t i = 0; i < count_; ++i) {
      larger[i] = at(i);
    }
    ring_ = std::move(larger);
    head_ = 0;
  }
  ++count_;
  at(count_ - 1) = entry;
}

OffsetLedger::Ticket OffsetLedger::take(std::int64_t offset) {
  assert(offset >= next_);
  push({offset, offset + 1, false});
  next_ = offset + 1;
  ++inFlight_;
  return firstTicket_ + count_ - 1;
}

void OffsetLedger::skip(std::int64_t offset) {
  assert(offset >= next_);
  next_ = offset + 1;
  if (count_ == 0) {
    return;
  }
  if (Entry& last = at(count_ - 1); last.completed) {
    last.end = next_;
  } else {
    push({offset, next_, true});
  }
}

void OffsetLedger::complete(Ticket ticket) {
  Entry& entry = at(ticket - firstTicket_);
  assert(ticket >= firstTicket_ && ticket < firstTicket_ + count_ && !entry.completed);
  entry.completed = true;
  --inFlight_;
  while (count_ > 0 && at(0).completed) {
    head_ = (head_ + 1) & (ring_.size() - 1);
    --count_;
    ++firstTicket_;
  }
}

void OffsetLedger::advanceTo(std::int64_t position) { next_ = std::max(next_, position); }

std::int64_t OffsetLedger::committable() const {
  if (count_ > 0) {
    return at(0).offset;
  }
  // What comes next may be a run that was completed before the restart: it need not be read first.
  return restored_.endOfRunAt(next_);
}

std::int64_t OffsetLedger::span() const { return std::max<std::int64_t>(next_ - committable(), 0); }

std::vector<OffsetRange> OffsetLedger::completedAbove() const {
  std::vector<OffsetRange> ranges;
  bool open = false;
  for (std::size_t i = 0; i < count_; ++i) {
    const Entry& entry = at(i);
    if (!entry.completed) {
      open = false;
      continue;
    }
    if (!open) {
      ranges.push_back({entry.offset, entry.offset});
      open = true;
    }
    // Offsets between two completed records do not exist: the range runs over them.
    ranges.back().end = entry.end;
  }
  const std::int64_t base = std::max(next_, committable());
  for (const auto& range : restored_.ranges()) {
    if (range.end <= base) {
      continue;
    }
    if (open && !ranges.empty() && range.first <= next_) {
      ranges.back().end = range.end;
    } else {
      ranges.push_back({std::max(range.first, next_), range.end});
    }
    open = false;
  }
  return ranges;
}

bool CompletedOffsets::contains(std::int64_t offset) const {
  const auto after = std::ranges::upper_bound(ranges_, offset, {}, &OffsetRange::first);
  return after != ranges_.begin() && offset < std::prev(after)->end;
}

std::int64_t CompletedOffsets::endOfRunAt(std::int64_t offset) const {
  const auto after = std::ranges::upper_bound(ranges_, offset, {}, &OffsetRange::first);
  return after == ranges_.begin() ? offset : std::max(offset, std::prev(after)->end);
}

}  // namespace caas::kafka
