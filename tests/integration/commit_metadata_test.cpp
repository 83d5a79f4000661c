// What another program, damage or a newer library may leave in a commit's metadata, on the real
// cluster.
#include <variant>

#include "client/group_client.hpp"
#include "consume/ledger_metadata.hpp"
#include "integration/consumer_fixture.hpp"

namespace caas::kafka::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr Milliseconds kSoon{30'000};
constexpr int kRecords = 20;
constexpr std::int64_t kCommitted = 5;

class CommitMetadata : public ConsumerTest {
 protected:
  CommitMetadata() {
    for (int partition = 0; partition < 4; ++partition) {
      produce(topic_.name(), partition * 100, kRecords, 3, partition);
    }
  }

  /// As any client of the group may; it has no members.
  void commit(const std::vector<std::string>& metadata) {
    const auto client = must(client::GroupClient::create(settings_, {.group = group_}, [] {}));
    std::vector<client::GroupOffset> offsets;
    for (int partition = 0; partition < std::ssize(metadata); ++partition) {
      offsets.push_back(
          {{topic_.name(), partition}, kCommitted, metadata[static_cast<std::size_t>(partition)]});
    }
    // A cluster that has just come up takes a moment to know the group's coordinator.
    ASSERT_TRUE(eventually(kSoon, [&] {
      must(client->commit(offsets));
      const auto answer = answerOf(*client);
      return answer && !answer->error && answer->failed.empty();
    }));
  }

  static std::optional<client::CommitAnswered> answerOf(client::GroupClient& client) {
    std::optional<client::CommitAnswered> answer;
    static_cast<void>(eventually(kSoon, [&] {
      const auto event = client.nextEvent();
      if (event && std::holds_alternative<client::CommitAnswered>(*event)) {
        answer = std::get<client::CommitAnswered>(*event);
      }
      return answer.has_value();
    }));
    return answer;
  }

  /// Everything that the group still has to run.
  std::map<std::string, int> runRest() {
    Seen seen;
    auto consumer = consumerOf(topic_.name(), options());
    must(consumer->start([&](const ConsumedRecord& record) {
      seen.add(record);
      return HandlerResult::ack();
    }));
    EXPECT_TRUE(eventually(kSoon, [&] { return committed(group_) == 4 * kRecords; }))
        << committed(group_);
    must(consumer->close());
    return seen.counts();
  }

  const TestTopic topic_{"consume-metadata", 4};
};

TEST_F(CommitMetadata, WhatIsForeignBrokenOrOfTheFutureIsIgnoredWithAWarning) {
  // Offsets 7, 8 and 9 are done with: who believes this does not run them.
  const auto ours = encodeLedger(kCommitted, {{7, 10}}).metadata;
  ASSERT_THAT(ours, testing::StartsWith("Y0wB"));
  auto broken = ours;
  broken[5] = broken[5] == 'A' ? 'B' : 'A';
  const auto future = "Y0wC" + ours.substr(4);
  commit({"billing v2 at 12:00", broken, future, ours});

  testing::internal::CaptureStderr();
  const auto counts = runRest();
  const auto log = testing::internal::GetCapturedStderr();

  for (int partition = 0; partition < 4; ++partition) {
    for (int offset = 0; offset < kRecords; ++offset) {
      const bool known = partition == 3 && offset >= 7 && offset < 10;
      const auto value = std::to_string(partition * 100 + offset);
      EXPECT_EQ(counts.contains(value) ? counts.at(value) : 0, offset < kCommitted || known ? 0 : 1)
          << value;
    }
  }
  const auto warning = [&](int partition, std::string_view why) {
    return HasSubstr(fmt::format(
        "warn  the commit's metadata is ignored: records that were completed out of order run "
        "again topic={} partition={} why={}\n",
        topic_.name(), partition, why));
  };
  EXPECT_THAT(log,
              AllOf(warning(0, "foreign"), warning(1, "broken"), warning(2, "\"future version\"")));
  EXPECT_THAT(log, Not(HasSubstr(fmt::format("topic={} partition=3 why", topic_.name()))));
}

TEST_F(CommitMetadata, IgnoredMetadataIsReplacedByTheNextCommit) {
  commit({"billing v2", "billing v2", "billing v2", "billing v2"});
  static_cast<void>(runRest());
  for (const auto& item : must(admin().listCommitted(group_))) {
    EXPECT_EQ(item.offset, kRecords);
    EXPECT_EQ(item.metadata, "") << item.partition.partition;
  }
}

}  // namespace
}  // namespace caas::kafka::test
