#include <algorithm>

#include "integration/cli_fixture.hpp"
#include "integration/groups_fixture.hpp"

namespace caas::kafka::test {
namespace {

using ::testing::HasSubstr;

class GroupsTool : public CliTool {
 protected:
  static boost::json::object json(const ProcessResult& ran) {
    EXPECT_EQ(ran.err, "");
    return boost::json::parse(ran.out).as_object();
  }
};

TEST_F(GroupsTool, ListsDescribesMeasuresAndResets) {
  const TestTopic topic("cli", 2);
  const std::string group = uniqueTopic("group");
  for (int i = 0; i < 4; ++i) {
    ASSERT_EQ(
        run({"produce", "--topic", topic.name(), "--value", "x", "--partition", "0"}).exitCode, 0);
  }
  ASSERT_EQ(
      run({"consume", "--topic", topic.name(), "--group", group, "--limit", "3", "--idle", "20s"})
          .exitCode,
      0);

  const auto lag = json(run({"groups", "lag", group, "--json"})).at("groups").at(0).as_object();
  EXPECT_EQ(lag.at("lagRecords").as_int64(), 1);
  EXPECT_EQ(lag.at("members").as_int64(), 0);
  EXPECT_EQ(lag.at("state").as_string(), "stopped");
  const auto checked = run({"groups", "lag", group, "--check", "--for", "2s"});
  EXPECT_EQ(checked.exitCode, 3) << checked.out;
  EXPECT_THAT(checked.out, HasSubstr("stopped"));
  const auto partitions = run({"groups", "lag", group, "--partitions"});
  EXPECT_THAT(partitions.out, HasSubstr("COMMITTED"));

  const auto dry = run({"groups", "reset", group, "--shift-by", "-2"});
  EXPECT_EQ(dry.exitCode, 0) << dry.err;
  EXPECT_THAT(dry.out, HasSubstr("2 records will be read again"));
  EXPECT_THAT(dry.out, HasSubstr("nothing was changed"));
  EXPECT_EQ(committedOf(group).at(0), 3);
  const auto done = json(run({"groups", "reset", group, "--shift-by", "-2", "--yes", "--json"}));
  EXPECT_TRUE(done.at("executed").as_bool());
  EXPECT_EQ(committedOf(group).at(0), 1);

  ASSERT_EQ(run({"groups", "reset", group, "--to", "latest", "--yes"}).exitCode, 0);
  EXPECT_EQ(run({"groups", "lag", group, "--check", "--for", "2s"}).exitCode, 0);
  const auto listed = json(run({"groups", "list", "--json"})).at("groups").as_array();
  EXPECT_TRUE(std::ranges::any_of(
      listed, [&](const auto& item) { return item.at("id").as_string() == group; }));
  EXPECT_EQ(json(run({"groups", "describe", group, "--json"})).at("state").as_string(), "Empty");
}

TEST_F(GroupsTool, AResetOfAnActiveGroupIsRefused) {
  const TestTopic topic("cli-active", 1);
  const std::string group = uniqueTopic("group");
  ASSERT_EQ(run({"produce", "--topic", topic.name(), "--value", "x"}).exitCode, 0);
  auto consumer = Process::start(
      {caasBinary().string(), "consume", "--topic", topic.name(), "--group", group, "--follow"}, {},
      {}, folder());
  ASSERT_TRUE(eventually(kPatience, [&] { return committedOf(group).contains(0); }));
  const auto dry = run({"groups", "reset", group, "--to", "earliest"});
  EXPECT_EQ(dry.exitCode, 0);
  EXPECT_THAT(dry.err, HasSubstr("it would be refused"));
  const auto refused = run({"groups", "reset", group, "--to", "earliest", "--yes"});
  EXPECT_EQ(refused.exitCode, 1);
  EXPECT_THAT(refused.err, HasSubstr("has 1 member"));
  EXPECT_EQ(committedOf(group).at(0), 1);
  consumer.kill(SIGTERM);
  EXPECT_TRUE(consumer.wait(kPatience).has_value());
}

TEST_F(GroupsTool, WrongUse) {
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"groups", "reset", "g"},
           {"groups", "reset", "g", "--to", "earliest", "--shift-by", "1"},
           {"groups", "reset", "g", "--to", "yesterday"},
           {"groups", "reset", "g", "--to", "5", "--partition", "1"},
           {"groups", "lag", "--every", "1s"},
           {"groups", "lag", "--watch", "--for", "1s"}}) {
    const auto ran = run(words);
    EXPECT_EQ(ran.exitCode, 2) << ran.err;
    EXPECT_THAT(ran.err, HasSubstr("error:"));
  }
  EXPECT_EQ(run({"groups", "lag", "test.no-such-group"}).exitCode, 1);
}

}  // namespace
}  // namespace caas::kafka::test
