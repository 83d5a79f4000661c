#include "support/history.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include <fmt/core.h>

#include "support/offenders.hpp"

namespace caas::kafka::test {
namespace {

std::vector<OffenderList> offenderLists(const Verdict& verdict) {
  return {{"lost", &verdict.lost},
          {"doubled", &verdict.doubled},
          {"reordered", &verdict.reordered},
          {"misplaced", &verdict.misplaced},
          {"unreported", &verdict.unreported},
          {"reported twice", &verdict.reportedTwice},
          {"failed as not persisted but in the log", &verdict.notPersistedButInLog},
          {"refused but reported or in the log", &verdict.refusedButSeen},
          {"unknown", &verdict.unknown}};
}

std::optional<History::Id> idOf(const ReceivedRecord& record) {
  if (!record.value) {
    return std::nullopt;
  }
  History::Id id = 0;
  const auto* end = record.value->data() + record.value->size();
  const auto [rest, error] = std::from_chars(record.value->data(), end, id);
  if (error != std::errc{} || rest == end || *rest != '|') {
    return std::nullopt;
  }
  return id;
}

}  // namespace

bool Verdict::holds() const { return noneOf(offenderLists(*this)); }

std::string Verdict::describe() const {
  auto text = fmt::format(
      "offered {}, accepted {}, refused {}, delivered {}, failed {} (not persisted {}, possibly "
      "persisted {}, of which {} are in the log), in the log {}",
      offered, accepted, refused, delivered, failed(), failedNotPersisted, failedPossiblyPersisted,
      possiblyPersistedInLog, inLog);
  for (const auto& [code, count] : failuresByCode) {
    text += fmt::format(", {} {}", code, count);
  }
  return text + test::describe(offenderLists(*this));
}

History::Id History::offer(std::string_view key, std::int64_t sequence) {
  const std::lock_guard lock(mutex_);
  entries_.push_back({.key = std::string(key), .sequence = sequence});
  return static_cast<Id>(entries_.size() - 1);
}

void History::accept(Id id) {
  const std::lock_guard lock(mutex_);
  entries_.at(id).answer = Answer::kAccepted;
  ++accepted_;
}

void History::refuse(Id id) {
  const std::lock_guard lock(mutex_);
  entries_.at(id).answer = Answer::kRefused;
}

void History::report(Id id, const DeliveryReport& report) {
  const std::lock_guard lock(mutex_);
  auto& entry = entries_.at(id);
  ++reported_;
  if (++entry.reports > 1) {
    return;
  }
  entry.delivered = report.delivered();
  entry.persistence = report.persistence;
  if (report.error != nullptr) {
    entry.error = report.error->code;
  }
  entry.partition = report.partition;
  entry.offset = report.offset;
  entry.latency = report.latency;
}

std::string History::value(Id id, std::size_t bytes) const {
  auto text = fmt::format("{}|", id);
  text.resize(std::max(bytes, text.size()), '.');
  return text;
}

std::string History::name(Id id) const {
  const auto& entry = entries_[id];
  auto text = fmt::format("#{} key '{}' sequence {}", id, entry.key, entry.sequence);
  if (entry.reports > 0) {
    text += fmt::format(", reported {} at {}/{} ({})", entry.delivered ? "delivered" : "failed",
                        entry.partition, entry.offset, toString(entry.persistence));
  }
  return text;
}

std::vector<History::Sighting> History::readLog(std::span<const ReceivedRecord> log,
                                                Verdict& verdict) const {
  struct LastOfKey {
    int partition = -1;
    std::int64_t sequence = -1;
  };
  std::vector<Sighting> seen(entries_.size());
  std::map<std::string, LastOfKey, std::less<>> lastOfKeys;
  for (const auto& record : log) {
    const auto id = idOf(record);
    if (!id || *id >= entries_.size() || entries_[*id].key != record.key) {
      verdict.unknown.push_back(fmt::format("{}/{}", record.partition, record.offset));
      continue;
    }
    const auto& entry = entries_[*id];
    auto& sighting = seen[*id];
    const bool again = sighting.count++ > 0;
    sighting.asReported |= entry.partition == record.partition && entry.offset == record.offset;

    auto& last = lastOfKeys[entry.key];
    if (last.partition >= 0 && last.partition != record.partition) {
      verdict.reordered.push_back(fmt::format("{}: its key is in partitions {} and {}", name(*id),
                                              last.partition, record.partition));
    } else if (!again && entry.sequence < last.sequence) {
      verdict.reordered.push_back(fmt::format("{}: at {}/{}, behind sequence {}", name(*id),
                                              record.partition, record.offset, last.sequence));
    }
    last = {record.partition, std::max(last.sequence, entry.sequence)};
  }
  return seen;
}

void History::judge(Id id, const Sighting& seen, Verdict& verdict) const {
  const auto& entry = entries_[id];
  if (seen.count > 1) {
    verdict.doubled.push_back(fmt::format("{}: {} times", name(id), seen.count));
  }
  if (entry.answer != Answer::kAccepted) {
    ++verdict.refused;
    if (entry.reports > 0 || seen.count > 0) {
      verdict.refusedButSeen.push_back(name(id));
    }
    return;
  }
  ++verdict.accepted;
  if (entry.reports == 0) {
    verdict.unreported.push_back(name(id));
    return;
  }
  if (entry.reports > 1) {
    verdict.reportedTwice.push_back(fmt::format("{}: {} times", name(id), entry.reports));
  }
  if (entry.delivered) {
    ++verdict.delivered;
  } else if (entry.persistence == Persistence::kNotPersisted) {
    ++verdict.failedNotPersisted;
  } else {
    ++verdict.failedPossiblyPersisted;
    verdict.possiblyPersistedInLog += seen.count > 0 ? 1 : 0;
  }
  if (entry.error) {
    ++verdict.failuresByCode[std::string(toString(*entry.error))];
  }
  const bool acknowledged = entry.delivered || entry.persistence == Persistence::kPersisted;
  if (acknowledged && seen.count == 0) {
    verdict.lost.push_back(name(id));
  } else if (entry.delivered && !seen.asReported) {
    verdict.misplaced.push_back(name(id));
  }
  if (!entry.delivered && entry.persistence == Persistence::kNotPersisted && seen.count > 0) {
    verdict.notPersistedButInLog.push_back(name(id));
  }
}

Verdict History::check(std::span<const ReceivedRecord> log) const {
  const std::lock_guard lock(mutex_);
  Verdict verdict;
  verdict.offered = std::ssize(entries_);
  verdict.inLog = std::ssize(log);
  const auto seen = readLog(log, verdict);
  for (Id id = 0; id < entries_.size(); ++id) {
    judge(id, seen[id], verdict);
  }
  return verdict;
}

LatencyFigures History::latencies() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::chrono::nanoseconds> all;
  for (const auto& entry : entries_) {
    if (entry.delivered) {
      all.push_back(entry.latency);
    }
  }
  if (all.empty()) {
    return {};
  }
  std::ranges::sort(all);
  const auto at = [&](std::size_t percent) {
    const auto index = std::min(all.size() * percent / 100, all.size() - 1);
    return std::chrono::duration_cast<Milliseconds>(all[index]);
  };
  return {at(50), at(99), at(100)};
}

std::int64_t History::accepted() const {
  const std::lock_guard lock(mutex_);
  return accepted_;
}

std::int64_t History::reported() const {
  const std::lock_guard lock(mutex_);
  return reported_;
}

}  // namespace caas::kafka::test
