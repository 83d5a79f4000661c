#include "consume/offset_ledger.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "consume/ledger_metadata.hpp"

namespace caas::kafka {
namespace {

TEST(OffsetLedgerTest, CommitsTheLowestIncomplete) {
  OffsetLedger ledger(100);
  EXPECT_EQ(ledger.committable(), 100);
  const auto a = ledger.take(100);
  const auto b = ledger.take(101);
  const auto c = ledger.take(105);  // 102 to 104 do not exist
  EXPECT_EQ(ledger.committable(), 100);
  ledger.complete(c);
  ledger.complete(b);
  EXPECT_EQ(ledger.committable(), 100);
  EXPECT_EQ(ledger.completedAbove(), (std::vector<OffsetRange>{{101, 106}}));
  ledger.complete(a);
  EXPECT_EQ(ledger.committable(), 106);
  EXPECT_TRUE(ledger.completedAbove().empty());
  EXPECT_EQ(ledger.inFlight(), 0U);
  ledger.advanceTo(110);
  EXPECT_EQ(ledger.committable(), 110);
}

TEST(OffsetLedgerTest, AHoleInTheMiddleSplitsTheMap) {
  OffsetLedger ledger(0);
  std::vector<OffsetLedger::Ticket> tickets;
  for (int i = 0; i < 10; ++i) {
    tickets.push_back(ledger.take(i));
  }
  for (const int i : {2, 3, 5, 9}) {
    ledger.complete(tickets[static_cast<std::size_t>(i)]);
  }
  EXPECT_EQ(ledger.completedAbove(), (std::vector<OffsetRange>{{2, 4}, {5, 6}, {9, 10}}));
  EXPECT_EQ(ledger.span(), 10);
}

TEST(OffsetLedgerTest, ACommitSoonAfterARestartKeepsWhatWasRestored) {
  OffsetLedger ledger(10, CompletedOffsets({{12, 15}, {20, 30}}));
  EXPECT_EQ(ledger.completedAbove(), (std::vector<OffsetRange>{{12, 15}, {20, 30}}));
  const auto ten = ledger.take(10);
  static_cast<void>(ledger.take(11));
  ledger.skip(12);
  EXPECT_EQ(ledger.completedAbove(), (std::vector<OffsetRange>{{12, 15}, {20, 30}}));
  ledger.complete(ten);
  EXPECT_EQ(ledger.committable(), 11);
}

TEST(OffsetLedgerTest, ARestoredRunRightAheadIsCommittedAtOnce) {
  OffsetLedger ledger(10, CompletedOffsets({{11, 15}, {20, 30}}));
  ledger.complete(ledger.take(10));
  EXPECT_EQ(ledger.committable(), 15);
  EXPECT_EQ(ledger.completedAbove(), (std::vector<OffsetRange>{{20, 30}}));
  ledger.skip(11);
  EXPECT_EQ(ledger.committable(), 15);
}

TEST(LedgerMetadataTest, RoundTrips) {
  const std::vector<OffsetRange> ranges{{101, 106}, {107, 108}, {5'000'000'000, 5'000'000'300}};
  const auto encoded = encodeLedger(100, ranges);
  EXPECT_EQ(encoded.offsetsLeftOut, 0);
  const auto decoded = decodeLedger(100, encoded.metadata);
  EXPECT_EQ(std::get<CompletedOffsets>(decoded).ranges(), ranges);
  EXPECT_TRUE(encodeLedger(100, {}).metadata.empty());
  EXPECT_TRUE(std::get<CompletedOffsets>(decodeLedger(100, "")).empty());
}

TEST(LedgerMetadataTest, LeavesOutWhatDoesNotFitTheHighestFirst) {
  std::vector<OffsetRange> ranges;
  for (std::int64_t offset = 1; offset < 100'000; offset += 2) {
    ranges.push_back({offset, offset + 1});
  }
  const auto encoded = encodeLedger(0, ranges);
  EXPECT_LE(encoded.metadata.size(), kLedgerMetadataLimit);
  EXPECT_GT(encoded.metadata.size(), kLedgerMetadataLimit - 8);
  const auto decoded = std::get<CompletedOffsets>(decodeLedger(0, encoded.metadata));
  EXPECT_EQ(decoded.ranges().size() + static_cast<std::size_t>(encoded.offsetsLeftOut),
            ranges.size());
  EXPECT_TRUE(decoded.contains(1));
  EXPECT_FALSE(decoded.contains(99'999));
}

TEST(LedgerMetadataTest, ForeignBrokenAndFutureAreToldApart) {
  const auto problem = [](std::string_view metadata) {
    return std::get<LedgerProblem>(decodeLedger(7, metadata));
  };
  EXPECT_EQ(problem("committed by another library"), LedgerProblem::kForeign);
  EXPECT_EQ(problem("\xff\xfe"), LedgerProblem::kForeign);
  EXPECT_EQ(problem("AAAA"), LedgerProblem::kForeign);
  const auto good = encodeLedger(7, {{9, 12}}).metadata;
  EXPECT_EQ(problem(good.substr(0, 4)), LedgerProblem::kBroken);
  auto future = good;
  future[3] = 'C';  // the last six bits of the version
  EXPECT_EQ(problem(future), LedgerProblem::kFutureVersion);
}

TEST(LedgerMetadataTest, EveryFlippedCharacterIsNoticed) {
  const auto good = encodeLedger(7, {{9, 12}, {20, 4'000}, {5'000, 5'001}}).metadata;
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const char c : std::string_view("Aa0_z")) {
      auto bad = good;
      bad[i] = c;
      if (bad != good) {
        const auto decoded = decodeLedger(7, bad);
        // The unused low bits of the last character are the only ones that carry nothing.
        EXPECT_TRUE(std::holds_alternative<LedgerProblem>(decoded) || i + 1 == good.size())
            << i << c;
      }
    }
  }
}

TEST(LedgerMetadataTest, RandomTextNeverCrashes) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 50'000; ++i) {
    std::string text(random() % 64, ' ');
    for (auto& c : text) {
      c = static_cast<char>(random());
    }
    static_cast<void>(decodeLedger(static_cast<std::int64_t>(random() >> 1), text));
  }
}

/// A consumer that crashes at random: what it commits is all that the next one knows.
class CrashModel {
 public:
  explicit CrashModel(std::uint64_t seed) : random_(seed) {
    for (std::int64_t offset = 0; log_.size() < 400; ++offset) {
      if (random_() % 10 != 0) {  // some offsets do not exist
        log_.push_back(offset);
      }
    }
  }

  void runUntilAllIsDone() {
    for (int life = 0; life < 10'000 && committed_ <= log_.back(); ++life) {
      oneLife();
    }
    ASSERT_GT(committed_, log_.back()) << "it did not get to the end";
    for (const auto offset : log_) {
      ASSERT_GE(runs_[offset], 1) << "lost " << offset;
    }
  }

  [[nodiscard]] int rerunsOfWhatTheCommitKnew() const { return knownReruns_; }

 private:
  void oneLife() {
    OffsetLedger ledger(committed_,
                        std::get<CompletedOffsets>(decodeLedger(committed_, metadata_)));
    std::vector<std::pair<OffsetLedger::Ticket, std::int64_t>> running;
    const auto steps = random_() % 300;
    auto next = std::ranges::lower_bound(log_, committed_);
    for (std::uint64_t step = 0; step < steps; ++step) {
      if (random_() % 2 == 0 && next != log_.end()) {
        const auto offset = *next++;
        if (ledger.alreadyCompleted(offset)) {
          ledger.skip(offset);
        } else {
          knownReruns_ += known_.contains(offset) ? 1 : 0;
          running.emplace_back(ledger.take(offset), offset);
        }
      } else if (!running.empty()) {
        const auto chosen = random_() % running.size();
        std::swap(running[chosen], running.back());
        ledger.complete(running.back().first);
        ++runs_[running.back().second];
        running.pop_back();
      }
      if (random_() % 5 == 0) {
        commit(ledger);
      }
    }
  }

  void commit(const OffsetLedger& ledger) {
    ASSERT_GE(ledger.committable(), committed_) << "a commit went back";
    committed_ = ledger.committable();
    const auto above = ledger.completedAbove();
    const auto encoded = encodeLedger(committed_, above);
    ASSERT_EQ(encoded.offsetsLeftOut, 0);
    metadata_ = encoded.metadata;
    for (const auto offset : log_) {
      const bool inMap = std::ranges::any_of(
          above, [&](const OffsetRange& r) { return offset >= r.first && offset < r.end; });
      if (offset < committed_ || inMap) {
        ASSERT_GE(runs_[offset], 1) << "committed and never run: " << offset;
        known_.insert(offset);
      }
    }
  }

  std::mt19937_64 random_;
  std::vector<std::int64_t> log_;
  std::int64_t committed_ = 0;
  std::string metadata_;
  std::map<std::int64_t, int> runs_;
  std::set<std::int64_t> known_;
  int knownReruns_ = 0;
};

TEST(OffsetLedgerTest, ARunOfSkippedRecordsTakesOnePlace) {
  OffsetLedger ledger(0);
  for (std::int64_t offset = 0; offset < 5; ++offset) {
    ledger.skip(offset);
  }
  EXPECT_EQ(ledger.size(), 0U);
  EXPECT_EQ(ledger.committable(), 5);
  const auto first = ledger.take(5);
  for (std::int64_t offset = 6; offset < 10'000; ++offset) {
    ledger.skip(offset);
  }
  const auto second = ledger.take(10'000);
  ledger.skip(10'001);
  ledger.skip(10'005);
  EXPECT_EQ(ledger.size(), 4U);
  EXPECT_EQ(ledger.inFlight(), 2U);
  EXPECT_EQ(ledger.committable(), 5);
  EXPECT_EQ(ledger.completedAbove(), (std::vector<OffsetRange>{{6, 10'000}, {10'001, 10'006}}));
  ledger.complete(first);
  EXPECT_EQ(ledger.committable(), 10'000);
  EXPECT_EQ(ledger.completedAbove(), (std::vector<OffsetRange>{{10'001, 10'006}}));
  ledger.complete(second);
  EXPECT_EQ(ledger.committable(), 10'006);
  EXPECT_EQ(ledger.size(), 0U);
}

TEST(OffsetLedgerTest, AnyOrderAnyCrashNothingLostAndNothingKnownRunsAgain) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CrashModel model(seed);
    model.runUntilAllIsDone();
    EXPECT_EQ(model.rerunsOfWhatTheCommitKnew(), 0) << "seed " << seed;
  }
}

}  // namespace
}  // namespace caas::kafka
