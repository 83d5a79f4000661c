// needs: consume/ledger_metadata.cpp consume/offset_ledger.cpp
// What may stand in a commit's metadata; and, taken as numbers, what we write there.
#include "consume/ledger_metadata.hpp"

#include <limits>
#include <variant>
#include <vector>

#include "target.hpp"

namespace caas::kafka::fuzz {
namespace {

constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();

/// Every two bytes: offsets that are left out, offsets that are completed.
std::vector<OffsetRange> rangesOf(std::int64_t committed, std::string_view input) {
  std::vector<OffsetRange> ranges;
  std::int64_t position = committed;
  for (std::size_t i = 0; i + 1 < input.size(); i += 2) {
    const auto skip = 1 + static_cast<unsigned char>(input[i]);
    const auto length = 1 + static_cast<unsigned char>(input[i + 1]);
    ranges.push_back({position + skip, position + skip + length});
    position += skip + length;
  }
  return ranges;
}

void readBack(std::int64_t committed, const std::vector<OffsetRange>& ranges, std::size_t limit) {
  const auto encoded = encodeLedger(committed, ranges, limit);
  check(encoded.metadata.size() <= limit, "metadata keeps to its limit");
  const auto decoded = decodeLedger(committed, encoded.metadata);
  const auto* read = std::get_if<CompletedOffsets>(&decoded);
  check(read != nullptr, "what was written is read");
  std::int64_t leftOut = 0;
  for (std::size_t i = read->ranges().size(); i < ranges.size(); ++i) {
    leftOut += ranges[i].end - ranges[i].first;
  }
  const std::vector<OffsetRange> kept(
      ranges.begin(), ranges.begin() + static_cast<std::ptrdiff_t>(read->ranges().size()));
  check(read->ranges() == kept, "what fits is read as it was written, the lowest first");
  check(encoded.offsetsLeftOut == leftOut, "what does not fit is counted");
}

bool run(std::string_view input) {
  bool any = false;
  for (const std::int64_t committed : {std::int64_t{0}, std::int64_t{1} << 40, kLast - 100}) {
    const auto decoded = decodeLedger(committed, input);
    if (const auto* read = std::get_if<CompletedOffsets>(&decoded)) {
      any = any || !read->empty();
      std::int64_t before = committed;
      for (const auto& range : read->ranges()) {
        check(range.first > before && range.end > range.first, "ranges ascend and do not touch");
        check(read->contains(range.first) && !read->contains(range.end), "a range has its offsets");
        before = range.end;
      }
      readBack(committed, read->ranges(), 1 << 20);
    }
  }
  readBack(1'000, rangesOf(1'000, input), kLedgerMetadataLimit);
  return any;
}

const Target kTarget{"ledger_metadata", run};

}  // namespace
}  // namespace caas::kafka::fuzz
