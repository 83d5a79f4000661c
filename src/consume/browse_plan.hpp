#pragma once

// Which offsets a page looks at, without any I/O.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "caas/kafka/message_browser.hpp"

namespace caas::kafka::consume {

/// What is left to look at of a partition: [from, to) of the log [start, end).
struct BrowseRange {
  std::int64_t start = 0;
  std::int64_t end = 0;
  std::int64_t from = 0;
  std::int64_t to = 0;
  [[nodiscard]] bool empty() const { return from >= to; }
};
using BrowseRanges = std::map<int, BrowseRange>;

/// A cursor is text: "n" or "o" (the order), then "partition:from:to" of what is left, with commas.
[[nodiscard]] std::string writeCursor(BrowseOrder order, const BrowseRanges& left);
/// Cut to the log as it is now. kInvalidArgument: it is none, or of another order.
[[nodiscard]] Result<BrowseRanges> readCursor(std::string_view cursor, BrowseOrder order,
                                              const BrowseRanges& log);

/// The next windows to read, the newest `perPartition` offsets of each.
[[nodiscard]] BrowseRanges newestWindows(const BrowseRanges& left, std::int64_t perPartition);

/// Of `found` (any order; of windows that were read whole) the newest `limit`, newest first, so
/// that what stays behind is older in its partition than what is taken; and where each partition's
/// rest ends then: `left[p].to`.
[[nodiscard]] std::vector<ReceivedRecord> takeNewest(std::vector<ReceivedRecord> found,
                                                     std::size_t limit, BrowseRanges& left);

}  // namespace caas::kafka::consume
