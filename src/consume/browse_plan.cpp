#include "consume/browse_plan.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>

#include <fmt/format.h>

#include "core/errors.hpp"

namespace caas::kafka::consume {
namespace {

std::int64_t parseNumber(std::string_view& text, bool& good) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  good = good && error == std::errc{} && number >= 0;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

void skip(std::string_view& text, char c, bool& good) {
  good = good && !text.empty() && text.front() == c;
  text.remove_prefix(text.empty() ? 0 : 1);
}

}  // namespace

std::string writeCursor(BrowseOrder order, const BrowseRanges& left) {
  std::string text{order == BrowseOrder::kNewestFirst ? "n" : "o"};
  for (const auto& [partition, range] : left) {
    if (!range.empty()) {
      text += fmt::format(",{}:{}:{}", partition, range.from, range.to);
    }
  }
  return text.size() == 1 ? std::string{} : text;
}

Result<BrowseRanges> readCursor(std::string_view cursor, BrowseOrder order,
                                const BrowseRanges& log) {
  const char mark = order == BrowseOrder::kNewestFirst ? 'n' : 'o';
  BrowseRanges ranges;
  bool good = true;
  skip(cursor, mark, good);
  while (good && !cursor.empty()) {
    skip(cursor, ',', good);
    const auto partition = static_cast<int>(parseNumber(cursor, good));
    skip(cursor, ':', good);
    const auto from = parseNumber(cursor, good);
    skip(cursor, ':', good);
    const auto to = parseNumber(cursor, good);
    const auto found = log.find(partition);
    good = good && found != log.end();
    if (good) {
      auto range = found->second;
      range.from = std::max(from, range.start);
      range.to = std::min(to, range.end);
      ranges[partition] = range;
    }
  }
  if (!good) {
    return fail(errors::invalidArgument("the cursor is none of this topic and order",
                                        "Take `next` of the page before, with the same request"));
  }
  return ranges;
}

BrowseRanges newestWindows(const BrowseRanges& left, std::int64_t perPartition) {
  BrowseRanges windows;
  for (const auto& [partition, range] : left) {
    if (!range.empty()) {
      auto window = range;
      window.from = std::max(range.from, range.to - perPartition);
      windows[partition] = window;
    }
  }
  return windows;
}

std::vector<ReceivedRecord> takeNewest(std::vector<ReceivedRecord> found, std::size_t limit,
                                       BrowseRanges& left) {
  // By partition, the highest offset last: only that one may be taken next.
  std::ranges::sort(found, [](const ReceivedRecord& a, const ReceivedRecord& b) {
    return std::tie(a.partition, a.offset) < std::tie(b.partition, b.offset);
  });
  std::map<int, std::vector<ReceivedRecord>> tails;
  for (auto& record : found) {
    tails[record.partition].push_back(std::move(record));
  }
  std::vector<ReceivedRecord> taken;
  while (taken.size() < limit && !tails.empty()) {
    const auto newest = std::ranges::max_element(tails, {}, [](const auto& tail) {
      const auto& last = tail.second.back();
      return std::pair(last.timestamp, last.offset);
    });
    taken.push_back(std::move(newest->second.back()));
    newest->second.pop_back();
    if (newest->second.empty()) {
      tails.erase(newest);
    }
  }
  for (const auto& [partition, tail] : tails) {
    left[partition].to = tail.back().offset + 1;
  }
  return taken;
}

}  // namespace caas::kafka::consume
