#include "caas/kafka/message_browser.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "client/admin.hpp"
#include "client/consumer_client.hpp"
#include "consume/browse_plan.hpp"
#include "core/errors.hpp"
#include "topics/deadline.hpp"

namespace caas::kafka {
namespace {

using client::AdminClient;
using client::ConsumerClient;
using client::OffsetSpec;
using client::TopicPartition;
using consume::BrowseRange;
using consume::BrowseRanges;

/// Closing waits for nothing: no group was joined.
constexpr Milliseconds kCloseTime{500};
constexpr Milliseconds kPollTime{100};
/// Newest first: the first look back, and how much further each next one goes.
constexpr std::int64_t kFirstWindow = 100;
constexpr std::int64_t kGrowth = 4;

bool contains(const std::optional<std::string>& text, const std::string& part) {
  return text && text->find(part) != std::string::npos;
}

std::size_t bytesOf(const ReceivedRecord& record) {
  std::size_t bytes =
      (record.key ? record.key->size() : 0) + (record.value ? record.value->size() : 0);
  for (const auto& header : record.headers) {
    bytes += header.name.size() + (header.value ? header.value->size() : 0);
  }
  return bytes;
}

/// One page being made.
class Browsing {
 public:
  Browsing(AdminClient& admin, const Settings& settings, const BrowseRequest& request,
           Milliseconds deadline)
      : admin_(admin), settings_(settings), request_(request), deadline_(systemClock(), deadline) {}

  Result<BrowsePage> page() {
    CAAS_TRY(findLog());
    CAAS_TRY(findRanges());
    asked_ = left_;
    if (!allRead()) {
      CAAS_ASSIGN(consumer_,
                  ConsumerClient::create(settings_, {.purpose = "browser",
                                                     .readUncommitted = request_.readUncommitted}));
      CAAS_TRY(request_.order == BrowseOrder::kNewestFirst ? newestFirst() : oldestFirst());
      static_cast<void>(consumer_->close(kCloseTime));
    }
    page_.next = consume::writeCursor(request_.order, left_);
    for (const auto& [partition, range] : left_) {
      const auto& before = asked_.at(partition);
      const bool backwards = request_.order == BrowseOrder::kNewestFirst;
      page_.ranges.push_back({.partition = partition,
                              .from = backwards ? range.to : before.from,
                              .to = backwards ? before.to : range.from,
                              .startOffset = range.start,
                              .endOffset = range.end});
    }
    return std::move(page_);
  }

 private:
  [[nodiscard]] client::CallOptions call() const {
    return {.timeout = deadline_.left(), .readCommitted = !request_.readUncommitted};
  }

  Result<std::vector<int>> partitions() {
    CAAS_ASSIGN(const auto described, admin_.describeTopics({request_.topic}, call()));
    if (described.empty() || described.front().error) {
      const bool other =
          !described.empty() && described.front().error->code != ErrorCode::kTopicNotFound;
      return fail(other ? *described.front().error : errors::topicNotFound(request_.topic));
    }
    const auto count = static_cast<int>(described.front().partitions.size());
    if (request_.partition) {
      if (*request_.partition < 0 || *request_.partition >= count) {
        return fail(
            errors::invalidArgument(fmt::format("topic '{}' has no partition {}, only 0 to {}",
                                                request_.topic, *request_.partition, count - 1)));
      }
      return std::vector{*request_.partition};
    }
    std::vector<int> all;
    for (int i = 0; i < count; ++i) {
      all.push_back(i);
    }
    return all;
  }

  Result<std::map<int, std::int64_t>> offsets(const std::vector<int>& partitions, OffsetSpec spec) {
    std::vector<std::pair<TopicPartition, OffsetSpec>> wanted;
    for (const int partition : partitions) {
      wanted.emplace_back(TopicPartition{request_.topic, partition}, spec);
    }
    CAAS_ASSIGN(const auto found, admin_.listOffsets(wanted, call()));
    std::map<int, std::int64_t> offsets;
    for (const auto& [partition, offset, error] : found) {
      if (error) {
        return fail(*error);
      }
      offsets[partition.partition] = offset;
    }
    return offsets;
  }

  Result<void> findLog() {
    CAAS_ASSIGN(partitions_, partitions());
    CAAS_ASSIGN(const auto starts, offsets(partitions_, OffsetSpec::earliest()));
    CAAS_ASSIGN(const auto ends, offsets(partitions_, OffsetSpec::latest()));
    for (const int partition : partitions_) {
      const auto start = starts.at(partition);
      const auto end = std::max(ends.at(partition), start);
      log_[partition] = {.start = start, .end = end, .from = start, .to = end};
    }
    return {};
  }

  Result<void> findRanges() {
    if (!request_.cursor.empty()) {
      CAAS_ASSIGN(left_, consume::readCursor(request_.cursor, request_.order, log_));
      return {};
    }
    left_ = log_;
    if (const auto* at = std::get_if<FromOffset>(&request_.from)) {
      for (auto& [partition, range] : left_) {
        range.from = std::clamp(at->offset, range.start, range.end);
      }
    } else if (const auto* time = std::get_if<FromTime>(&request_.from)) {
      CAAS_ASSIGN(const auto found, offsets(partitions_, OffsetSpec::at(time->time)));
      for (auto& [partition, range] : left_) {
        const auto offset = found.at(partition);
        range.from = offset < 0 ? range.end : std::max(offset, range.start);
      }
    } else if (std::holds_alternative<FromLatest>(request_.from) &&
               request_.order == BrowseOrder::kOldestFirst) {
      for (auto& [partition, range] : left_) {
        range.from = range.end;
      }
    }
    return {};
  }

  [[nodiscard]] bool allRead() const {
    return std::ranges::all_of(left_, [](const auto& entry) { return entry.second.empty(); });
  }
  [[nodiscard]] bool mayGoOn() {
    page_.stoppedBy = page_.scanned >= request_.mostScanned  ? BrowseStop::kBudget
                      : bytes_ >= BrowsePage::kMostPageBytes ? BrowseStop::kBytes
                      : deadline_.left() <= Milliseconds{1}  ? BrowseStop::kTime
                                                             : BrowseStop::kEnd;
    return page_.stoppedBy == BrowseStop::kEnd;
  }

  Result<void> assign(const BrowseRanges& ranges) {
    std::vector<client::PartitionOffset> assignment;
    for (const auto& [partition, range] : ranges) {
      if (!range.empty()) {
        assignment.push_back({{request_.topic, partition}, range.from, std::nullopt});
      }
    }
    return consumer_->assign(assignment);
  }

  /// Reads `windows` to their ends, from the lowest offset on; each `from` moves along. Matching
  /// records go to `take`, which says whether more are wanted. True: all were read.
  template <class Take>
  Result<bool> read(BrowseRanges& windows, Take take) {
    CAAS_TRY(assign(windows));
    const auto open = [&] {
      return std::ranges::any_of(windows, [](const auto& entry) { return !entry.second.empty(); });
    };
    while (open()) {
      if (!mayGoOn()) {
        return false;
      }
      CAAS_ASSIGN(auto event, consumer_->poll(std::min(kPollTime, deadline_.left())));
      if (event.error && !event.error->retriable) {
        return fail(*std::move(event.error));
      }
      if (event.partitionEnd) {
        const auto found = windows.find(event.partitionEnd->partition.partition);
        if (found != windows.end()) {
          found->second.from = std::max(found->second.from, event.partitionEnd->offset);
        }
      }
      if (!event.record) {
        continue;
      }
      auto& window = windows[event.record->partition];
      if (window.empty() || event.record->offset < window.from) {
        continue;
      }
      const bool inside = event.record->offset < window.to;
      window.from = std::min(event.record->offset + 1, window.to);
      if (!inside) {
        continue;
      }
      ++page_.scanned;
      if (matches(request_.filter, *event.record)) {
        bytes_ += bytesOf(*event.record);
        if (!take(*std::move(event.record))) {
          return false;
        }
      }
    }
    return true;
  }

  Result<void> oldestFirst() {
    const auto limit = static_cast<std::size_t>(request_.limit);
    CAAS_ASSIGN(const bool whole, read(left_, [&](ReceivedRecord record) {
                  page_.records.push_back(std::move(record));
                  return page_.records.size() < limit;
                }));
    if (!whole && page_.records.size() == limit && page_.stoppedBy == BrowseStop::kEnd) {
      page_.stoppedBy = allRead() ? BrowseStop::kEnd : BrowseStop::kLimit;
    }
    std::ranges::sort(page_.records, [](const ReceivedRecord& a, const ReceivedRecord& b) {
      return std::tie(a.timestamp, a.partition, a.offset) <
             std::tie(b.timestamp, b.partition, b.offset);
    });
    return {};
  }

  /// Windows that end where the one before began, each wider; one that is not read whole counts as
  /// not looked at, for what is newest in it is not known.
  Result<void> newestFirst() {
    const auto limit = static_cast<std::size_t>(request_.limit);
    std::vector<ReceivedRecord> found;
    std::int64_t width = std::max<std::int64_t>(kFirstWindow, request_.limit);
    while (!allRead() && found.size() < limit && mayGoOn()) {
      auto windows = consume::newestWindows(left_, width);
      auto begins = windows;
      std::vector<ReceivedRecord> here;
      CAAS_ASSIGN(const bool whole, read(windows, [&](ReceivedRecord record) {
                    here.push_back(std::move(record));
                    return true;
                  }));
      if (!whole) {
        dropUnfinished(windows, here);
      }
      for (const auto& [partition, window] : windows) {
        if (window.empty()) {
          left_[partition].to = begins[partition].from;
        }
      }
      std::ranges::move(here, std::back_inserter(found));
      if (!whole) {
        break;
      }
      width *= kGrowth;
    }
    const auto all = found.size();
    page_.records = consume::takeNewest(std::move(found), limit, left_);
    if (page_.records.size() < all || (page_.records.size() == limit && !allRead())) {
      page_.stoppedBy = BrowseStop::kLimit;
    }
    return {};
  }

  static void dropUnfinished(const BrowseRanges& windows, std::vector<ReceivedRecord>& records) {
    std::erase_if(records, [&](const ReceivedRecord& record) {
      return !windows.at(record.partition).empty();
    });
  }

  AdminClient& admin_;
  const Settings& settings_;
  const BrowseRequest& request_;
  const topics::Deadline deadline_;
  std::vector<int> partitions_;
  BrowseRanges log_;
  BrowseRanges asked_;
  BrowseRanges left_;
  std::unique_ptr<ConsumerClient> consumer_;
  BrowsePage page_;
  std::size_t bytes_ = 0;
};

Result<void> validate(const BrowseRequest& request) {
  if (request.limit < 1 || request.limit > BrowseRequest::kMostLimit) {
    return fail(errors::invalidArgument(
        fmt::format("a page has 1 to {} records", BrowseRequest::kMostLimit)));
  }
  if (request.mostScanned < 1 || request.mostScanned > BrowseRequest::kMostScanned) {
    return fail(errors::invalidArgument(
        fmt::format("1 to {} records are looked at", BrowseRequest::kMostScanned)));
  }
  return {};
}

}  // namespace

std::string_view toString(BrowseStop stop) {
  switch (stop) {
    case BrowseStop::kEnd: return "end";
    case BrowseStop::kLimit: return "limit";
    case BrowseStop::kBudget: return "budget";
    case BrowseStop::kTime: return "time";
    case BrowseStop::kBytes: return "bytes";
  }
  return "end";
}

bool matches(const BrowseFilter& filter, const ReceivedRecord& record) {
  if (filter.key && record.key != filter.key) {
    return false;
  }
  if (filter.header && std::ranges::none_of(record.headers, [&](const Header& header) {
        return header.name == filter.header->name && header.value == filter.header->value;
      })) {
    return false;
  }
  if (!filter.contains) {
    return true;
  }
  return contains(record.key, *filter.contains) || contains(record.value, *filter.contains) ||
         std::ranges::any_of(record.headers, [&](const Header& header) {
           return contains(header.value, *filter.contains);
         });
}

class MessageBrowser::Impl {
 public:
  Impl(const Settings& settings, std::unique_ptr<AdminClient> admin)
      : settings_(settings), admin_(std::move(admin)) {}

  Result<BrowsePage> browse(const BrowseRequest& request, Milliseconds deadline) {
    CAAS_TRY(validate(request));
    return Browsing(*admin_, settings_, request, deadline).page();
  }

 private:
  const Settings& settings_;
  const std::unique_ptr<AdminClient> admin_;
};

Result<std::unique_ptr<MessageBrowser>> MessageBrowser::create(const Settings& settings) {
  CAAS_ASSIGN(auto admin, AdminClient::create(settings, "browser-admin"));
  return std::unique_ptr<MessageBrowser>(
      new MessageBrowser(std::make_unique<Impl>(settings, std::move(admin))));
}

MessageBrowser::MessageBrowser(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
MessageBrowser::~MessageBrowser() = default;
Result<BrowsePage> MessageBrowser::browse(const BrowseRequest& request, Milliseconds deadline) {
  return impl_->browse(request, deadline);
}

}  // namespace caas::kafka
