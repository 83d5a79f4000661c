// The dead letter queue on the real cluster: looking, redriving, discarding, operators side by
// side.
#include <algorithm>
#include <future>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "caas/kafka/producer.hpp"
#include "caas/kafka/topic_manager.hpp"
#include "integration/cli_fixture.hpp"
#include "support/dlq_seed.hpp"

namespace caas::kafka::test {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::SizeIs;

std::shared_ptr<const Catalog> catalog() {
  return std::make_shared<const Catalog>(must(Catalog::load(testSettings())));
}

/// A queue of its own for each test.
class Dlq : public ::testing::Test {
 protected:
  DlqTopics topics() const {
    return {.dlq = dlqTopic_.name(),
            .ledger = ledger_.name(),
            .retry = retry_.name(),
            .transactionalId = dlqTopic_.name()};
  }
  std::unique_ptr<DeadLetterQueue> open() const {
    return must(DeadLetterQueue::create(testSettings(), catalog(), topics()));
  }
  void seed(int count, const std::string& group = "billing") const {
    seedDlq(source_.name(), group, count, dlqTopic_.name());
  }
  /// Kafka answers a commit before it has written the transaction's markers: readers see it a
  /// moment later.
  void settle() const {
    EXPECT_TRUE(eventually(Milliseconds{30'000}, [&] {
      return openRecords(retry_.name()) == 0 && openRecords(ledger_.name()) == 0;
    }));
  }
  DlqJobReport redrive(const DlqFilter& filter, const DlqJobOptions& options = {}) const {
    auto report = must(open()->redrive(filter, options));
    settle();
    return report;
  }
  DlqJobReport discard(const DlqFilter& filter, const DlqJobOptions& options = {}) const {
    auto report = must(open()->discard(filter, options));
    settle();
    return report;
  }
  std::vector<std::int64_t> allEnds() const {
    return {committedEnds(dlqTopic_.name()), committedEnds(ledger_.name()),
            committedEnds(retry_.name())};
  }
  /// Each of `count` entries has one copy.
  void expectOneCopyEach(int count, const std::string& group = "billing") const {
    const auto copies = copiesByOffset(retry_.name(), group);
    EXPECT_THAT(copies, SizeIs(count));
    EXPECT_THAT(copies, Each(Pair(::testing::_, 1)));
  }

  const TestTopic source_{"dlq-source", 1};
  const TestTopic dlqTopic_{"dlq", 4, {{"message.timestamp.type", "LogAppendTime"}}};
  const TestTopic ledger_{"dlq-ledger", 2, {{"cleanup.policy", "compact"}}};
  const TestTopic retry_{"dlq-retry", 4, {{"message.timestamp.type", "LogAppendTime"}}};
};

TEST_F(Dlq, ListsByPagesAndFiltersAndCountsKinds) {
  seed(50);
  seed(10, "search");
  const auto dlq = open();
  std::set<std::string> ids;
  DlqListOptions options{.limit = 17};
  int pages = 0;
  Timestamp last = Timestamp::max();
  do {
    const auto page = must(dlq->list({}, options));
    for (const auto& entry : page.entries) {
      EXPECT_TRUE(ids.insert(entry.id).second) << entry.id;
      EXPECT_LE(entry.deadLetteredAt, last);
      last = entry.deadLetteredAt;
    }
    options.after = page.next;
    ++pages;
  } while (!options.after.empty());
  EXPECT_EQ(ids.size(), 60U);
  EXPECT_EQ(pages, 4);

  EXPECT_EQ(must(dlq->list({.group = "search"})).matched, 10);
  EXPECT_EQ(must(dlq->list({.code = "rare"})).matched, 6);
  EXPECT_EQ(must(dlq->list({.topic = source_.name(), .reason = DlqReason::kRejected})).matched, 60);
  EXPECT_EQ(must(dlq->list({.since = systemClock().now() + std::chrono::hours{1}})).matched, 0);
  EXPECT_EQ(dlq->list({}, {.limit = 0}).error().code, ErrorCode::kInvalidArgument);

  const auto kinds = must(dlq->groups({}));
  ASSERT_THAT(kinds, SizeIs(2));
  EXPECT_EQ(kinds[0].count, 54);
  EXPECT_EQ(kinds[0].code, "common");
  EXPECT_EQ(kinds[1].count, 6);
  EXPECT_THAT(kinds[0].groups, ::testing::UnorderedElementsAre("billing", "search"));
  EXPECT_EQ(must(dlq->list({.fingerprint = kinds[1].fingerprint})).matched, 6);
}

TEST_F(Dlq, ShowsAnEntryByItsPlaceAndByItsFailure) {
  seed(5);
  const auto dlq = open();
  const auto page = must(dlq->list({}));
  const auto& some = page.entries.at(2);
  const auto byPlace = must(dlq->show(some.id));
  EXPECT_EQ(byPlace.record.value, "value " + std::to_string(some.offset));
  EXPECT_EQ(byPlace.entry.code, some.code);
  const auto byFailure = must(dlq->show(some.failureId));
  EXPECT_EQ(byFailure.entry.id, some.id);
  for (const auto* id : {"3-999999", "99-0"}) {
    EXPECT_EQ(dlq->show(id).error().code, ErrorCode::kInvalidArgument) << id;
  }
  EXPECT_EQ(dlq->show("nonsense").error().code, ErrorCode::kInvalidArgument);
}

TEST_F(Dlq, ADryRunWritesNothing) {
  seed(30);
  const auto before = allEnds();
  const auto report = redrive({}, {.dryRun = true});
  EXPECT_EQ(report.matched, 30);
  EXPECT_EQ(report.done, 30);
  EXPECT_EQ(discard({}, {.dryRun = true}).done, 30);
  EXPECT_EQ(allEnds(), before);
  EXPECT_EQ(must(open()->list({})).matched, 30);
}

TEST_F(Dlq, RedrivesOnceToTheGroupThatFailed) {
  seed(700);
  const auto dlq = open();
  const auto before = systemClock().now();
  const auto report = redrive({}, {.by = "ann"});
  EXPECT_EQ(report.done, 700);
  EXPECT_EQ(report.failed, 0);
  expectOneCopyEach(700);
  const auto copies = readAll(retry_.name());
  ASSERT_THAT(copies, SizeIs(700));
  const auto& copy = copies.front();
  const auto parsed = failureHeadersOf(copy);
  ASSERT_EQ(parsed.state, retry::FailureHeadersState::kCurrent) << parsed.problem;
  EXPECT_EQ(parsed.headers.attempt, 1);
  EXPECT_EQ(parsed.headers.origin.group, "billing");
  EXPECT_FALSE(parsed.headers.reason);
  EXPECT_GE(parsed.headers.notBefore, before);
  EXPECT_EQ(parsed.headers.redrive.count, 1);
  EXPECT_EQ(parsed.headers.redrive.by, "ann");
  EXPECT_EQ(parsed.headers.redrive.id, report.jobId);
  EXPECT_EQ(copy.value, "value " + std::to_string(parsed.headers.origin.offset));
  EXPECT_EQ(copy.header("caas.type"), "message");

  const auto again = redrive({});
  EXPECT_EQ(again.done, 0);
  EXPECT_EQ(again.alreadyDone, 700);
  expectOneCopyEach(700);
  EXPECT_EQ(must(dlq->list({})).matched, 0);
  const auto done = must(dlq->list({.state = DlqState::kRedriven}));
  EXPECT_EQ(done.matched, 700);
  EXPECT_EQ(done.entries.front().by, "ann");
}

TEST_F(Dlq, ChosenEntriesGoToAnotherGroupAndDiscardedOnesNowhere) {
  seed(10);
  const auto dlq = open();
  const auto entries = must(dlq->list({}, {.newestFirst = false})).entries;
  ASSERT_THAT(entries, SizeIs(10));
  const auto discarded = discard({.ids = {entries[0].id, entries[1].id}});
  EXPECT_EQ(discarded.done, 2);
  const auto redriven = redrive({.ids = {entries[1].id, entries[2].id}}, {.toGroup = "repair"});
  EXPECT_EQ(redriven.done, 1);
  EXPECT_EQ(redriven.alreadyDone, 1);
  EXPECT_THAT(copiesByOffset(retry_.name(), "billing"), SizeIs(0));
  EXPECT_THAT(copiesByOffset(retry_.name(), "repair"), SizeIs(1));
  EXPECT_EQ(must(dlq->list({})).matched, 7);
  EXPECT_EQ(must(dlq->list({.state = DlqState::kDiscarded})).matched, 2);
}

/// It fails again after its redrive: a new entry of the same failure, that can be redriven again.
TEST_F(Dlq, AnEntryThatComesBackIsANewOne) {
  seed(1);
  const auto dlq = open();
  EXPECT_EQ(redrive({}).done, 1);
  const auto copies = readAll(retry_.name());
  ASSERT_THAT(copies, SizeIs(1));
  const auto parsed = failureHeadersOf(copies.front());
  auto router = must(retry::FailureRouter::create(
      testSettings(), {.policy = {.dlqTopic = dlqTopic_.name()}, .group = "billing"}));
  const auto headers = retry::viewsOf(copies.front().headers);
  const ConsumedRecord record{.topic = parsed.headers.origin.topic,
                              .partition = parsed.headers.origin.partition,
                              .offset = parsed.headers.origin.offset,
                              .headers = headers,
                              .attempt = 1};
  must(divertAndWait(*router, record, HandlerResult::Kind::kReject));
  const auto open = must(dlq->list({})).entries;
  ASSERT_THAT(open, SizeIs(1));
  EXPECT_EQ(open.front().redriveCount, 1);
  EXPECT_EQ(open.front().failureId, parsed.headers.id);
  EXPECT_EQ(redrive({}).done, 1);
  EXPECT_EQ(copiesByOffset(retry_.name(), "billing").at(0), 2);
}

/// Its consumer died between the copy and the commit, and another one copied it again.
TEST_F(Dlq, TwoEntriesOfOneFailedRecordAreRedrivenOnce) {
  seed(20);
  seed(20);
  const auto report = redrive({});
  EXPECT_EQ(report.done, 20);
  EXPECT_EQ(report.alreadyDone, 20);
  expectOneCopyEach(20);
}

TEST_F(Dlq, WhatCannotBeRedrivenIsNamedAndStopsAtItsLimit) {
  auto producer = must(Producer::create(testSettings()));
  for (int i = 0; i < 5; ++i) {
    must(producer->sendAndWait({.topic = dlqTopic_.name(), .key = "k", .value = "foreign"}));
  }
  const auto dlq = open();
  const auto report = redrive({}, {.maxFailures = 3});
  EXPECT_EQ(report.failed, 3);
  EXPECT_TRUE(report.stoppedByFailures);
  ASSERT_THAT(report.failures, SizeIs(3));
  EXPECT_THAT(report.failures.front().error.message, HasSubstr(report.failures.front().id));
  EXPECT_THAT(must(dlq->list({})).entries.front().problem, HasSubstr("caas.v"));
  EXPECT_EQ(discard({}).done, 5);
  EXPECT_EQ(must(dlq->list({})).matched, 0);
}

/// Never above the cap; and, but for moments in which the cluster stalls, not below it: that is
/// what the median says.
TEST_F(Dlq, TheRateIsKept) {
  seed(80);
  std::vector<std::chrono::steady_clock::time_point> batches;
  const auto report = redrive({}, {.ratePerSecond = 8, .onProgress = [&](const DlqProgress& now) {
                                     if (now.done > 2 * std::ssize(batches)) {
                                       batches.push_back(std::chrono::steady_clock::now());
                                     }
                                   }});
  EXPECT_EQ(report.done, 80);
  ASSERT_THAT(batches, SizeIs(40));  // of two
  std::vector<double> gaps;
  for (std::size_t i = 1; i < batches.size(); ++i) {
    gaps.push_back(std::chrono::duration<double>(batches[i] - batches[i - 1]).count());
  }
  const double rate = 78 / std::chrono::duration<double>(batches.back() - batches.front()).count();
  std::ranges::sort(gaps);
  std::cerr << "rate " << rate << "/s of 8/s, median of the batches " << 2 / gaps[gaps.size() / 2]
            << "/s\n";
  EXPECT_LE(rate, 8.8);
  EXPECT_GE(2 / gaps[gaps.size() / 2], 7.2);
}

TEST_F(Dlq, ASecondOperatorTakesOverAndTheFirstIsToldByWhom) {
  seed(2'000);
  std::promise<void> underWay;
  std::promise<void> takenOver;
  bool told = false;
  // The first one waits in the middle until the second is through, however slow the machine is.
  auto slow = std::async(std::launch::async, [&] {
    return open()->redrive(
        {}, {.ratePerSecond = 200, .by = "ann", .onProgress = [&](const DlqProgress& now) {
               if (now.done >= 100 && !told) {
                 told = true;
                 underWay.set_value();
                 takenOver.get_future().wait_for(std::chrono::seconds{120});
               }
             }});
  });
  ASSERT_EQ(underWay.get_future().wait_for(std::chrono::seconds{60}), std::future_status::ready);
  const auto second = redrive({}, {.by = "bob"});
  takenOver.set_value();
  const auto first = slow.get();
  ASSERT_FALSE(first);
  EXPECT_EQ(first.error().code, ErrorCode::kFenced);
  EXPECT_THAT(first.error().message, HasSubstr("taken over by bob"));
  EXPECT_THAT(first.error().message, HasSubstr(second.jobId));
  EXPECT_EQ(second.done + second.alreadyDone, 2'000);
  EXPECT_GE(second.alreadyDone, 100);
  expectOneCopyEach(2'000);
}

TEST_F(Dlq, ACallerCanStopAndGoOnLater) {
  seed(600);
  int asked = 0;
  const auto stopped = redrive({}, {.ratePerSecond = 500, .stop = [&] { return ++asked > 120; }});
  EXPECT_TRUE(stopped.stoppedByCaller);
  EXPECT_LT(stopped.done, 600);
  const auto rest = redrive({});
  EXPECT_EQ(stopped.done + rest.done, 600);
  expectOneCopyEach(600);
}

TEST_F(Dlq, WithoutItsTopicsItSaysWhichIsMissing) {
  auto some = topics();
  some.ledger = uniqueTopic("no-ledger");
  const auto dlq = must(DeadLetterQueue::create(testSettings(), catalog(), some));
  const auto list = dlq->list({});
  ASSERT_FALSE(list);
  EXPECT_EQ(list.error().code, ErrorCode::kTopicNotFound);
  EXPECT_THAT(list.error().message, HasSubstr(some.ledger));
}

/// The real binary on the platform's own topics.
class DlqCommands : public CliTool {
 protected:
  DlqCommands() {
    static const auto kCatalog = catalog();
    static const auto kSettings = testSettings();
    must(TopicManager::create(kSettings, *kCatalog)->createPlatformTopics());
  }
  const std::string group_ = uniqueTopic("dlq-cli");
  const TestTopic source_{"dlq-cli-source", 1};
};

TEST_F(DlqCommands, ListShowRedriveAndDiscard) {
  seedDlq(source_.name(), group_, 20);
  auto ran = run({"dlq", "list", "--group", group_, "--limit", "3", "--json"});
  ASSERT_EQ(ran.exitCode, 0) << ran.err;
  const auto page = boost::json::parse(ran.out).as_object();
  EXPECT_EQ(page.at("matched").as_int64(), 20);
  ASSERT_EQ(page.at("entries").as_array().size(), 3U);
  const std::string id(page.at("entries").at(0).at("id").as_string());

  ran = run({"dlq", "list", "--topic", source_.name(), "--reason", "rejected", "--since", "1h"});
  EXPECT_EQ(ran.exitCode, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr(group_));
  EXPECT_EQ(run({"dlq", "list", "--reason", "boredom"}).exitCode, 2);
  EXPECT_EQ(run({"dlq", "list", "--since", "yesterday"}).exitCode, 2);

  ran = run({"dlq", "groups", "--group", group_, "--json"});
  ASSERT_EQ(ran.exitCode, 0) << ran.err;
  EXPECT_EQ(boost::json::parse(ran.out).at("groups").at(0).at("count").as_int64(), 18);

  ran = run({"dlq", "show", id});
  EXPECT_EQ(ran.exitCode, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("refused"));
  EXPECT_THAT(ran.out, HasSubstr("value "));
  EXPECT_EQ(run({"dlq", "show", "0-999999999"}).exitCode, 2);

  ran = run({"dlq", "redrive", "--group", group_});
  EXPECT_EQ(ran.exitCode, 2);
  EXPECT_THAT(ran.err, HasSubstr("--yes"));
  EXPECT_EQ(run({"dlq", "redrive", "--yes"}).exitCode, 2);

  const auto before = committedEnds("internal.retry") + committedEnds("internal.dlq.ledger");
  ran = run({"dlq", "redrive", "--group", group_, "--dry-run"});
  EXPECT_EQ(ran.exitCode, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("20 entries would be redriven"));
  EXPECT_EQ(committedEnds("internal.retry") + committedEnds("internal.dlq.ledger"), before);

  ran = run({"dlq", "discard", id, "--yes", "--json", "--by", "eve"});
  ASSERT_EQ(ran.exitCode, 0) << ran.err;
  EXPECT_EQ(boost::json::parse(ran.out).at("done").as_int64(), 1);
  ran = run({"dlq", "redrive", "--group", group_, "--yes"});
  EXPECT_EQ(ran.exitCode, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("19 entries redriven"));
  EXPECT_EQ(ran.err, "");
  EXPECT_TRUE(eventually(Milliseconds{30'000},
                         [&] { return copiesByOffset("internal.retry", group_).size() == 19; }));
  ran = run({"dlq", "show", id});
  EXPECT_THAT(ran.out, HasSubstr("discarded by eve"));
}

TEST_F(CliTool, DeletingATenantCanDiscardItsDeadLettersToo) {
  const auto leaving = uniqueTenant("dlq-leaves");
  const CliTenant neighbour{*this, "dlq-stays"};
  ASSERT_EQ(run({"tenants", "create", leaving}).exitCode, 0);
  seedDlq("chat.messages." + leaving, "billing", 3);
  seedDlq("chat.messages." + neighbour.id(), "billing", 2);
  const auto openEntriesOf = [&](const std::string& tenant) {
    const auto listed = run({"dlq", "list", "--tenant", tenant, "--json"});
    return boost::json::parse(listed.out).at("matched").as_int64();
  };
  ASSERT_EQ(openEntriesOf(leaving), 3);
  const auto deleted = run({"tenants", "delete", leaving, "--yes", "--discard-dead-letters"});
  ASSERT_EQ(deleted.exitCode, 0) << deleted.err;
  EXPECT_THAT(deleted.out, HasSubstr("3 records in the DLQ are still there, 3 of these discarded"));
  EXPECT_TRUE(eventually(Milliseconds{30'000}, [&] { return openEntriesOf(leaving) == 0; }));
  EXPECT_EQ(openEntriesOf(neighbour.id()), 2);
}

}  // namespace
}  // namespace caas::kafka::test
