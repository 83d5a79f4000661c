#include "retry/dlq_reader.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "core/errors.hpp"
#include "core/log.hpp"

namespace caas::kafka::retry {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t kMaxLedgerEntries = 5'000'000;
constexpr Milliseconds kPoll{200};
constexpr Milliseconds kOpen{30'000};
constexpr Milliseconds kClose{2'000};
// Clocks of brokers and clients differ a little.
constexpr Milliseconds kClockSkew{std::chrono::minutes{10}};
// More single reads take longer than one over everything.
constexpr std::size_t kMaxSingleReads = 20;

}  // namespace

std::optional<Timestamp> timeOfId(std::string_view uuid) {
  // RFC 9562: the first 48 bits are milliseconds since 1970, the version stands after two dashes.
  constexpr std::size_t kLength = 36;
  if (uuid.size() != kLength || uuid[8] != '-' || uuid[13] != '-' || uuid[14] != '7') {
    return std::nullopt;
  }
  const std::string digits = std::string(uuid.substr(0, 8)).append(uuid.substr(9, 4));
  std::int64_t millis = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, millis, 16);
  if (error != std::errc{} || stop != end) {
    return std::nullopt;
  }
  return Timestamp{Milliseconds{millis}} - kClockSkew;
}

Result<void> DlqReader::read(ReadOptions options, const ReadingTime& time,
                             const RecordVisitor& visit) const {
  const auto start = steady_clock::now();
  const auto spent = [&] {
    return std::chrono::duration_cast<Milliseconds>(steady_clock::now() - start);
  };
  const std::string topic = options.topics.front();
  CAAS_ASSIGN(const auto reader, RecordReader::open(settings_, std::move(options),
                                                    std::min({kOpen, time.total, time.stall})));
  auto lastRecord = steady_clock::now();
  Result<void> outcome;
  while (!reader->finished()) {
    auto record = reader->poll(kPoll);
    if (!record) {
      outcome = fail(std::move(record).error());
      break;
    }
    if (*record) {
      const auto more = visit(**record);
      lastRecord = steady_clock::now();
      if (!more || !*more) {
        outcome = more ? Result<void>{} : fail(more.error());
        break;
      }
    }
    if (spent() > time.total) {
      outcome = fail(errors::timeout(fmt::format("reading '{}'", topic), time.total));
      break;
    }
    if (steady_clock::now() - lastRecord > time.stall) {
      outcome = fail(errors::timeout(fmt::format("reading on in '{}'", topic), time.stall));
      break;
    }
  }
  // It belongs to no group: a close that fails leaves nothing behind.
  static_cast<void>(reader->close(kClose));
  return outcome;
}

Result<Ledger> DlqReader::readLedger(const ReadingTime& time) const {
  Ledger ledger;
  std::int64_t foreign = 0;
  CAAS_TRY(read({.topics = {topics_.ledger}, .untilEnd = true}, time,
                [&](const ReceivedRecord& record) -> Result<bool> {
                  if (!record.key) {
                    ++foreign;
                    return true;
                  }
                  if (!record.value) {
                    ledger.entries.erase(*record.key);
                    return true;
                  }
                  auto parsed = parseLedgerValue(*record.value);
                  if (!parsed) {
                    ++foreign;
                  } else if (*record.key != kJobKey) {
                    ledger.entries.insert_or_assign(*record.key, *std::move(parsed));
                  }
                  if (ledger.entries.size() > kMaxLedgerEntries) {
                    return fail(
                        Error{.code = ErrorCode::kUnsupported,
                              .message = fmt::format("'{}' holds more than {} entries",
                                                     topics_.ledger, kMaxLedgerEntries),
                              .hint = "Shorten the retention of the DLQ and of its ledger"});
                  }
                  return true;
                }));
  if (foreign > 0) {
    log::warn("records of the DLQ's ledger are not ours and were left out",
              {{"topic", topics_.ledger}, {"records", foreign}});
  }
  return ledger;
}

Result<std::optional<LedgerRecord>> DlqReader::newestJob(Timestamp since,
                                                         const ReadingTime& time) const {
  std::optional<LedgerRecord> newest;
  CAAS_TRY(
      read({.topics = {topics_.ledger}, .from = FromTime{since - kClockSkew}, .untilEnd = true},
           time, [&](const ReceivedRecord& record) -> Result<bool> {
             if (record.key && *record.key == kJobKey && record.value) {
               newest = parseLedgerValue(*record.value);
             }
             return true;
           }));
  return newest;
}

Result<void> DlqReader::readOne(int partition, std::int64_t offset, const ReadingTime& time,
                                const RecordVisitor& visit) const {
  auto outcome = read({.topics = {topics_.dlq},
                       .partitions = {partition},
                       .from = FromOffset{offset},
                       .untilEnd = true},
                      time, [&](const ReceivedRecord& record) -> Result<bool> {
                        if (record.offset == offset) {
                          CAAS_TRY(visit(record));
                        }
                        return false;
                      });
  // A partition that does not exist is an entry that does not exist.
  const bool noSuchPartition = !outcome && outcome.error().code == ErrorCode::kInvalidArgument;
  return noSuchPartition ? Result<void>{} : outcome;
}

Result<void> DlqReader::readDlq(const DlqFilter& filter, const ReadingTime& time,
                                const RecordVisitor& visit) const {
  std::optional<Timestamp> since = filter.since;
  if (!filter.ids.empty()) {
    std::vector<std::pair<int, std::int64_t>> places;
    std::optional<Timestamp> earliest;
    for (const auto& id : filter.ids) {
      if (const auto place = parseEntryId(id)) {
        places.push_back(*place);
      } else if (const auto failedAt = timeOfId(id)) {
        earliest = std::min(earliest.value_or(*failedAt), *failedAt);
      } else {
        return fail(errors::invalidArgument(
            fmt::format("'{}' is no id of a DLQ entry", id),
            "Ids look like 2-1234 (partition and offset), or are a failure's caas.id"));
      }
    }
    if (!earliest && places.size() <= kMaxSingleReads) {
      std::ranges::sort(places);
      const auto repeated = std::ranges::unique(places);
      places.erase(repeated.begin(), repeated.end());
      for (const auto& [partition, offset] : places) {
        CAAS_TRY(readOne(partition, offset, time, visit));
      }
      return {};
    }
    if (earliest && places.empty()) {
      since = std::max(since.value_or(*earliest), *earliest);
    }
  }
  return read({.topics = {topics_.dlq},
               .from = since ? ReadFrom{FromTime{*since}} : ReadFrom{FromEarliest{}},
               .untilEnd = true},
              time, visit);
}

}  // namespace caas::kafka::retry
