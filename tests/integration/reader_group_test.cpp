// Reading as a member of a group: commits, rebalances, leaving.
#include <algorithm>
#include <atomic>
#include <deque>
#include <future>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reader_fixture.hpp"

namespace caas::kafka::test {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

class ReaderGroup : public Reader {};

TEST_F(ReaderGroup, AGroupResumesWhereItCommitted) {
  const TestTopic topic("group", 1);
  for (int i = 0; i < 10; ++i) {
    send(topic.name(), "k", std::to_string(i));
  }
  auto options = of(topic.name());
  options.group = topic.name() + "-group";
  {
    auto reader = open(options);
    EXPECT_THAT(take(*reader, 4), ElementsAre("0", "1", "2", "3"));
    must(reader->commit(), "committing");
    // Read, and not committed: to be read again.
    EXPECT_THAT(take(*reader, 2), ElementsAre("4", "5"));
    must(reader->close(), "leaving the group");
  }
  auto reader = open(options);
  EXPECT_THAT(take(*reader, 6), ElementsAre("4", "5", "6", "7", "8", "9"));
  must(reader->commit());
  must(reader->close());

  const auto committed = must(admin().listGroupOffsets(*options.group));
  ASSERT_EQ(committed.size(), 1U);
  EXPECT_EQ(committed[0].offset, 10);
}

/// A member of a group that another thread polls, as another process would.
class OtherMember {
 public:
  explicit OtherMember(const ReadOptions& options)
      : reader_(must(RecordReader::open(testSettings(), options))), thread_([this] { run(); }) {}
  ~OtherMember() { stop(); }

  std::set<std::string> seen() {
    const std::lock_guard lock(mutex_);
    return seen_;
  }
  /// Leaves the group; how that went.
  Result<void> stop() {
    stop_ = true;
    if (thread_.joinable()) {
      thread_.join();
      return reader_->close();
    }
    return {};
  }

 private:
  void run() {
    while (!stop_) {
      if (auto record = reader_->poll(Milliseconds{100}); record && *record) {
        const std::lock_guard lock(mutex_);
        seen_.insert((*record)->value.value_or("<null>"));
      } else if (record) {
        // Nothing more came: what was read is done. A failed commit is made up for by the next.
        static_cast<void>(reader_->commit());
      }
    }
  }

  std::unique_ptr<RecordReader> reader_;
  std::mutex mutex_;
  std::set<std::string> seen_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

TEST_F(ReaderGroup, TwoMembersOfAGroupShareThePartitionsAndOneTakesOver) {
  const TestTopic topic("members", 4);
  auto options = of(topic.name());
  options.group = topic.name() + "-group";
  int sent = 0;
  const auto sendToEachPartition = [&] {
    std::set<std::string> values;
    for (int partition = 0; partition < 4; ++partition) {
      values.insert(std::to_string(sent));
      send(topic.name(), "k", std::to_string(sent++), partition);
    }
    return values;
  };

  auto reader = open(options);
  OtherMember other(options);
  std::set<std::string> seen;
  const bool shared = eventually(kPatience, [&] {
    sendToEachPartition();
    while (auto record = must(reader->poll(Milliseconds{100}))) {
      seen.insert(record->value.value());
    }
    return !seen.empty() && !other.seen().empty();
  });
  EXPECT_TRUE(shared) << seen.size() << " and " << other.seen().size() << " of " << sent;

  must(reader->commit());
  must(reader->close(), "leaving the group");
  const auto later = sendToEachPartition();
  EXPECT_TRUE(eventually(kPatience, [&] { return std::ranges::includes(other.seen(), later); }))
      << "the other member did not take over";
  must(other.stop(), "the other member leaving the group");
}

/// Where the group goes on in each partition, by its number; 0 where it has committed nothing.
std::map<int, std::int64_t> committedBy(const std::string& group) {
  std::map<int, std::int64_t> offsets;
  for (const auto& committed : must(admin().listGroupOffsets(group))) {
    offsets[committed.partition.partition] = committed.offset;
  }
  return offsets;
}

TEST_F(ReaderGroup, ACommitDoesNotSetBackWhatWentToAnotherMember) {
  const TestTopic topic("setback", 4);
  auto options = of(topic.name());
  options.group = topic.name() + "-group";
  std::set<std::string> values;
  const auto sendToEachPartition = [&](int count) {
    for (int i = 0; i < 4 * count; ++i) {
      const auto value = std::to_string(values.size());
      send(topic.name(), "k", value, i % 4);
      values.insert(value);
    }
  };

  sendToEachPartition(5);
  auto reader = open(options);
  const auto first = take(*reader, 20);
  ASSERT_EQ(first.size(), 20U);
  // Read, not committed; and now a part of it goes to another member, which gets further.
  OtherMember other(options);
  std::set<std::string> mine(first.begin(), first.end());
  const auto pollOnce = [&] {
    if (auto record = must(reader->poll(Milliseconds{100}))) {
      mine.insert(record->value.value());
    }
  };
  ASSERT_TRUE(eventually(kPatience, [&] {
    pollOnce();
    return !other.seen().empty();
  })) << "the other member got no partition";
  sendToEachPartition(3);
  ASSERT_TRUE(eventually(kPatience, [&] {
    pollOnce();
    auto both = other.seen();
    both.insert(mine.begin(), mine.end());
    const auto committed = committedBy(*options.group);
    const auto done = std::ranges::count(committed, 8, [](const auto& one) { return one.second; });
    return done == 2 && both.size() == values.size();
  })) << "the other member did not commit its two partitions";

  must(reader->commit(), "committing");
  const auto committed = committedBy(*options.group);
  EXPECT_THAT(committed, ElementsAre(Pair(0, 8), Pair(1, 8), Pair(2, 8), Pair(3, 8)));
  must(other.stop(), "the other member leaving the group");
}

/// Destroys it beside this thread; false when that has not ended by the deadline.
bool destroyedWithin(Milliseconds deadline, std::unique_ptr<RecordReader> reader) {
  std::promise<void> done;
  auto destroyed = done.get_future();
  // Detached: a destructor that hangs shall fail the test, not hang it.
  std::thread([reader = std::move(reader), done = std::move(done)]() mutable {
    reader.reset();
    done.set_value();
  }).detach();
  return destroyed.wait_for(deadline) == std::future_status::ready;
}

class ReaderClose : public Reader {
 protected:
  /// A member whose assignment has come and was not taken from its queue yet.
  std::unique_ptr<RecordReader> openWithAnAssignmentWaiting(const ReadOptions& options) {
    auto reader = open(options);
    const bool assigned = eventually(kPatience, [&] {
      const auto groups = admin().describeGroups({*options.group});
      return groups && !groups->empty() && groups->front().state == "Stable";
    });
    EXPECT_TRUE(assigned) << "the group did not form";
    return reader;
  }
};

TEST_F(ReaderClose, WithoutTimeInARebalanceDoesNotHangTheDestructor) {
  const TestTopic topic("closerebalance", 4);
  auto options = of(topic.name());
  options.group = topic.name() + "-group";
  auto reader = openWithAnAssignmentWaiting(options);
  // No time to take the assignment that waits: it is given up with the queue that it waits in.
  const auto closed = reader->close(Milliseconds{0});
  ASSERT_FALSE(closed);
  EXPECT_EQ(closed.error().code, ErrorCode::kTimeout) << closed.error().describe();
  EXPECT_TRUE(destroyedWithin(kPatience, std::move(reader)));
}

TEST_F(ReaderClose, WithEveryBrokerPausedIsBoundedAndSoIsTheDestructor) {
  const TestTopic topic("closepaused", 4);
  auto options = of(topic.name());
  options.group = topic.name() + "-group";
  auto waiting = openWithAnAssignmentWaiting(options);
  options.group = topic.name() + "-second";
  auto reading = openWithAnAssignmentWaiting(options);
  send(topic.name(), "k", "v");
  ASSERT_EQ(take(*reading, 1).size(), 1U);

  std::deque<BrokerFault> paused;
  for (const int node : {1, 2, 3}) {
    paused.emplace_back(BrokerFault::Kind::kPause, node);
  }
  for (auto* reader : {&waiting, &reading}) {
    const auto closed = (*reader)->close(Milliseconds{1'000});
    ASSERT_FALSE(closed) << "the coordinator cannot have answered";
    EXPECT_EQ(closed.error().code, ErrorCode::kTimeout) << closed.error().describe();
    EXPECT_TRUE(destroyedWithin(kPatience, std::move(*reader)));
  }
  // All three must run again before any of them is waited for.
  for (auto& fault : paused) {
    fault.end();
  }
}

}  // namespace
}  // namespace caas::kafka::test
