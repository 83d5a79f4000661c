#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "caas/kafka/clock.hpp"
#include "caas/kafka/record.hpp"
#include "caas/kafka/record_reader.hpp"
#include "caas/kafka/result.hpp"
#include "caas/kafka/settings.hpp"

// Looking into a topic and searching it, a page at a time and with a budget: what people do in a
// console. Nothing is committed, no group is joined.

namespace caas::kafka {

enum class BrowseOrder { kNewestFirst, kOldestFirst };

/// Which records; what is not set allows all. Texts are compared byte by byte.
struct BrowseFilter {
  std::optional<std::string> key{};       ///< exactly this key
  std::optional<std::string> contains{};  ///< in the key, the value or a header's value
  struct HeaderIs {
    std::string name;
    std::string value;
  };
  std::optional<HeaderIs> header{};
};

struct BrowseRequest {
  std::string topic{};
  /// All, unless given.
  std::optional<int> partition{};
  BrowseOrder order = BrowseOrder::kNewestFirst;
  /// Of kOldestFirst: where it begins. Of kNewestFirst: FromTime ends the search at records that
  /// old, FromOffset at that offset.
  ReadFrom from = FromEarliest{};
  BrowseFilter filter{};
  int limit = 50;  ///< records of a page, 1 to kMostLimit
  /// The budget: records looked at, and the time for them.
  std::int64_t mostScanned = 10'000;
  /// `next` of the page before; everything else must be as it was then.
  std::string cursor{};
  bool readUncommitted = false;

  static constexpr int kMostLimit = 1'000;
  static constexpr std::int64_t kMostScanned = 1'000'000;
};

/// What of a partition has been looked at for this page: [from, to). The log is [start, end).
struct BrowsedRange {
  int partition = -1;
  std::int64_t from = 0;
  std::int64_t to = 0;
  std::int64_t startOffset = 0;
  std::int64_t endOffset = 0;
};

enum class BrowseStop {
  kEnd,     ///< all there is has been looked at
  kLimit,   ///< the page is full
  kBudget,  ///< mostScanned
  kTime,    ///< the deadline
  kBytes,   ///< kMostPageBytes
};
[[nodiscard]] std::string_view toString(BrowseStop stop);

struct BrowsePage {
  std::vector<ReceivedRecord> records;  ///< in the order asked for, by time
  std::vector<BrowsedRange> ranges;     ///< by partition
  std::int64_t scanned = 0;
  BrowseStop stoppedBy = BrowseStop::kEnd;
  std::string next{};  ///< empty: there is no more

  static constexpr std::size_t kMostPageBytes = 4'000'000;
};

/// Thread-safe; each call has a consumer of its own and is bounded by its deadline.
class MessageBrowser {
 public:
  /// `settings` must outlive it.
  [[nodiscard]] static Result<std::unique_ptr<MessageBrowser>> create(const Settings& settings);
  ~MessageBrowser();
  MessageBrowser(const MessageBrowser&) = delete;
  MessageBrowser& operator=(const MessageBrowser&) = delete;

  /// A deadline that passes ends the page (kTime), it is no error. Errors: kTopicNotFound,
  /// kInvalidArgument (partition, limit, cursor), kConnectionTimeout, kAuthorization.
  [[nodiscard]] Result<BrowsePage> browse(const BrowseRequest& request,
                                          Milliseconds deadline = Milliseconds{10'000});

 private:
  class Impl;
  explicit MessageBrowser(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Whether a record passes; pure. For live tails too.
[[nodiscard]] bool matches(const BrowseFilter& filter, const ReceivedRecord& record);

}  // namespace caas::kafka
