// A redrive whose process is killed, by the real binary on the platform's own topics.
#include <csignal>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "caas/kafka/topic_manager.hpp"
#include "support/dlq_seed.hpp"
#include "support/process.hpp"

namespace caas::kafka::test {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::SizeIs;

constexpr int kEntries = 10'000;
const std::string kRetry = "internal.retry";

class DlqRedrive : public ::testing::Test {
 protected:
  DlqRedrive() {
    const Settings settings = testSettings();
    const Catalog catalog = must(Catalog::load(settings));
    must(TopicManager::create(settings, catalog)->createPlatformTopics());
  }
  Process redrive(const std::string& by, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{
        caasBinary().string(), "dlq", "redrive", "--group", group_, "--by", by, "--yes", "--json"};
    words.insert(words.end(), more.begin(), more.end());
    return Process::start(words);
  }
  /// Waits until so many more copies are committed than at `from`.
  static bool moved(std::int64_t from, std::int64_t records) {
    return eventually(Milliseconds{120'000},
                      [&] { return committedEnds(kRetry) - from >= records; });
  }
  void expectOneCopyEach() const {
    // A commit is answered before its markers are written.
    EXPECT_TRUE(eventually(Milliseconds{30'000}, [] { return openRecords(kRetry) == 0; }));
    const auto copies = copiesByOffset(kRetry, group_);
    EXPECT_THAT(copies, SizeIs(kEntries));
    EXPECT_THAT(copies, Each(Pair(::testing::_, 1)));
  }
  const std::string group_ = uniqueTopic("dlq-chaos");
  const TestTopic source_{"dlq-chaos-source", 1};
};

TEST_F(DlqRedrive, KilledTwiceInTheMiddleEachEntryHasOneCopy) {
  seedDlq(source_.name(), group_, kEntries);
  for (int kill = 1; kill <= 2; ++kill) {
    const auto start = committedEnds(kRetry);
    auto process = redrive("ann", {"--rate", "3000"});
    ASSERT_TRUE(moved(start, 2'000)) << process.err();
    // Not between two transactions.
    ASSERT_TRUE(
        eventually(Milliseconds{60'000}, [] { return openRecords(kRetry) > 0; }, Milliseconds{1}));
    process.kill(SIGKILL);
    ASSERT_EQ(process.wait(Milliseconds{10'000}), 128 + SIGKILL);
    std::cerr << "kill " << kill << ": left " << openRecords(kRetry)
              << " records in an open transaction\n";
    const auto done = static_cast<std::int64_t>(copiesByOffset(kRetry, group_).size());
    std::cerr << "kill " << kill << ": " << done << " copies are committed\n";
    ASSERT_LT(done, kEntries) << "it was killed too late to mean anything";
  }
  auto last = redrive("ann");
  ASSERT_EQ(last.wait(Milliseconds{180'000}), 0) << last.err();
  const auto report = boost::json::parse(last.out()).as_object();
  EXPECT_EQ(report.at("done").as_int64() + report.at("alreadyDone").as_int64(), kEntries);
  EXPECT_GE(report.at("alreadyDone").as_int64(), 3'000);
  EXPECT_EQ(report.at("failed").as_int64(), 0);
  expectOneCopyEach();
}

TEST_F(DlqRedrive, OfTwoOperatorsTheFirstIsToldWhoTookOver) {
  seedDlq(source_.name(), group_, kEntries);
  const auto start = committedEnds(kRetry);
  // So slow that bob comes in time on a machine on which starting takes long.
  auto ann = redrive("ann", {"--rate", "100"});
  ASSERT_TRUE(moved(start, 100)) << ann.err();
  auto bob = redrive("bob");
  ASSERT_EQ(bob.wait(Milliseconds{180'000}), 0) << bob.err();
  ASSERT_EQ(ann.wait(Milliseconds{60'000}), 1) << ann.out();
  // Nothing but the error, in the form that was asked for.
  const auto told = boost::json::parse(ann.err()).at("error");
  EXPECT_EQ(told.at("code").as_string(), "fenced");
  EXPECT_THAT(std::string(told.at("message").as_string()), HasSubstr("taken over by bob"));
  expectOneCopyEach();
}

/// A broker dies under it: transactions are aborted and made again.
TEST_F(DlqRedrive, ABrokerThatDiesUnderItCostsNoEntry) {
  ASSERT_TRUE(waitForFullIsr());
  seedDlq(source_.name(), group_, kEntries);
  const auto start = committedEnds(kRetry);
  auto process = redrive("ann", {"--rate", "1000"});
  ASSERT_TRUE(moved(start, 1'000)) << process.err();
  {
    const BrokerFault fault(BrokerFault::Kind::kKill, leaderOf(kRetry, 0));
    const auto code = process.wait(Milliseconds{180'000});
    ASSERT_TRUE(code);
    if (*code != 0) {
      // It may give up, in good order; then it is run again.
      std::cerr << "gave up: " << process.err();
    }
  }
  auto last = redrive("ann");
  ASSERT_EQ(last.wait(Milliseconds{180'000}), 0) << last.err();
  expectOneCopyEach();
}

}  // namespace
}  // namespace caas::kafka::test
