// The real binary against the real cluster: what an operator types, and what it answers.

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli_fixture.hpp"
#include "support/cluster.hpp"

namespace caas::kafka::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(CliTool, InitIsIdempotent) {
  const auto first = run({"init", "--json"});
  ASSERT_EQ(first.exitCode, 0) << first.err;
  const auto second = run({"init", "--json"});
  ASSERT_EQ(second.exitCode, 0) << second.err;
  EXPECT_EQ(second.out, "{\"created\":[]}\n");
  EXPECT_THAT(run({"init"}).out, HasSubstr("nothing to do"));
}

TEST_F(CliTool, ClusterCommandsAnswer) {
  ASSERT_EQ(run({"init"}).exitCode, 0);
  EXPECT_THAT(run({"ping"}).out, HasSubstr("answered in"));
  const auto brokers = run({"brokers", "--json"});
  EXPECT_EQ(brokers.exitCode, 0) << brokers.err;
  EXPECT_EQ(boost::json::parse(brokers.out).at("brokers").as_array().size(), 3U);
  const auto stats = run({"stats", "--json"});
  EXPECT_EQ(stats.exitCode, 0) << stats.err;
  EXPECT_EQ(boost::json::parse(stats.out).at("cluster").at("brokers").as_int64(), 3);
  // Other tests run on the same cluster: healthy or not, the sentence and the code go together.
  const auto health = run({"health", "--json"});
  const auto status = boost::json::parse(health.out).as_object();
  EXPECT_EQ(health.exitCode, status.at("healthy").as_bool() ? 0 : 3);
  EXPECT_FALSE(status.at("reasons").as_array().empty());
}

TEST_F(CliTool, TopicsAreListedAndDescribed) {
  ASSERT_EQ(run({"init"}).exitCode, 0);
  EXPECT_THAT(run({"topics", "list", "--category", "internal"}).out,
              testing::AllOf(HasSubstr("internal.retry.5min"), Not(HasSubstr("platform.audit"))));
  const auto described = run({"topics", "describe", "platform.audit", "--json"});
  ASSERT_EQ(described.exitCode, 0) << described.err;
  const auto topic = boost::json::parse(described.out).as_object();
  EXPECT_EQ(topic.at("partitions").as_array().size(), 8U);
  for (const auto& setting : topic.at("settings").as_array()) {
    EXPECT_FALSE(setting.at("drifted").as_bool()) << boost::json::serialize(setting);
  }
  const auto missing = run({"topics", "describe", uniqueTopic("nowhere")});
  EXPECT_EQ(missing.exitCode, 1);
  EXPECT_THAT(missing.err, HasSubstr("does not exist"));
}

TEST_F(CliTool, ATenantComesAndGoes) {
  const auto tenant = uniqueTenant("cli");
  const auto created = run({"tenants", "create", tenant, "--json"});
  ASSERT_EQ(created.exitCode, 0) << created.err;
  EXPECT_EQ(boost::json::parse(created.out).at("topics").as_array().size(), 5U);
  EXPECT_THAT(run({"tenants", "create", tenant}).out,
              HasSubstr("0 topics created, 5 there already"));
  EXPECT_THAT(run({"tenants", "list"}).out, HasSubstr(tenant));
  EXPECT_THAT(run({"tenants", "show", tenant}).out, HasSubstr("chat.messages." + tenant));

  const auto deleted = run({"tenants", "delete", tenant, "--yes"});
  ASSERT_EQ(deleted.exitCode, 0) << deleted.err;
  EXPECT_THAT(deleted.out, HasSubstr("deleted presence." + tenant));
  EXPECT_THAT(run({"tenants", "list"}).out, Not(HasSubstr(tenant)));
  EXPECT_EQ(run({"tenants", "show", tenant}).exitCode, 1);
  EXPECT_EQ(run({"tenants", "delete", tenant, "--yes"}).exitCode, 1);
}

TEST_F(CliTool, ManyTenantsFromAFileWithABadLine) {
  const auto one = uniqueTenant("cli-many");
  const auto two = uniqueTenant("cli-many");
  const auto text = fmt::format("# the list\n{}\nbad.id\n{}  # second\n{}\n", one, two, one);
  const auto ran = run({"tenants", "create", "--from-file", "-"}, text);
  EXPECT_EQ(ran.exitCode, 1);
  EXPECT_THAT(ran.err, HasSubstr("line 3: bad.id"));
  EXPECT_THAT(ran.out, HasSubstr("2 tenants created, 0 complete already, 1 failed"));
  const auto again = run({"tenants", "create", one, two, "--json"});
  EXPECT_EQ(again.exitCode, 0) << again.err;
  EXPECT_EQ(boost::json::parse(again.out).at("existed").as_int64(), 2);
  for (const auto& tenant : {one, two}) {
    EXPECT_EQ(run({"tenants", "delete", tenant, "--yes"}).exitCode, 0);
  }
}

TEST_F(CliTool, APlanFindsAndRepairsDrift) {
  const CliTenant tenant{*this, "cli-plan"};
  const auto topic = "presence." + tenant.id();
  EXPECT_EQ(run({"topics", "plan", "--tenant", tenant.id()}).exitCode, 0);
  setTopicConfig(topic, "retention.ms", "12345678");
  const auto plan = [&] { return run({"topics", "plan", "--tenant", tenant.id()}); };
  // The brokers learn of it one after the other.
  ASSERT_TRUE(eventually(Milliseconds{20'000}, [&] { return plan().exitCode == 3; }));
  EXPECT_THAT(plan().out, testing::AllOf(HasSubstr(topic), HasSubstr("12345678")));
  EXPECT_EQ(run({"topics", "apply", "--tenant", tenant.id()}).exitCode, 2);
  const auto applied = run({"topics", "apply", "--tenant", tenant.id(), "--yes"});
  EXPECT_EQ(applied.exitCode, 0) << applied.err;
  EXPECT_THAT(applied.out, HasSubstr("1 altered"));
  EXPECT_TRUE(eventually(Milliseconds{20'000}, [&] { return plan().exitCode == 0; }));
}

TEST_F(CliTool, PublishAndConsumeKeepOrderAndNameBadLines) {
  const CliTenant tenant{*this, "cli-publish"};
  std::string input;
  for (int i = 1; i <= 500; ++i) {
    input += i == 100   ? "this is no JSON\r\n"
             : i == 200 ? "{\"user\":\"u\",\"text\":\"no conversation\"}\n"
             : i == 300 ? "\n"
                        : fmt::format(R"({{"conversation":"c{}","user":"u","text":"{}","day":"x"}})"
                                      "\n",
                                      i % 7, i);
  }
  input.pop_back();  // the last line has no end
  const auto errorsFile = folder() / "bad.ndjson";
  const auto published =
      run({"publish", "--tenant", tenant.id(), "--type", "message", "--map",
           "conversation=conversationId,user=userId", "--errors-to", errorsFile.string()},
          input);
  EXPECT_EQ(published.exitCode, 1);
  EXPECT_THAT(published.err,
              testing::AllOf(HasSubstr("line 100: refused"), HasSubstr("line 200: refused"),
                             HasSubstr("conversationId")));
  EXPECT_THAT(published.out,
              HasSubstr("499 lines: 497 accepted, 497 delivered, 0 failed, 2 refused"));
  EXPECT_THAT(published.out, HasSubstr("fields left out: day (497)"));
  EXPECT_EQ(published.err.find('\r'), std::string::npos) << "progress without a terminal";
  EXPECT_EQ(linesOf(errorsFile).size(), 2U);

  const auto consumed = run({"consume", "--tenant", tenant.id(), "--type", "message", "--json"});
  ASSERT_EQ(consumed.exitCode, 0) << consumed.err;
  std::map<std::string, int> last;
  int count = 0;
  for (const auto& record : ndjson(consumed.out)) {
    ++count;
    const std::string conversation = record.at("key").as_string().c_str();
    EXPECT_EQ(record.at("value").at("conversationId").as_string(), conversation);
    const int number = std::stoi(record.at("value").at("text").as_string().c_str());
    EXPECT_GT(number, last[conversation]);
    last[conversation] = number;
  }
  EXPECT_EQ(count, 497);
}

TEST_F(CliTool, ASingleEventFromTheCommandLine) {
  const CliTenant tenant{*this, "cli-field"};
  const auto published =
      run({"publish", "--tenant", tenant.id(), "--type", "typing", "--field", "conversationId=c1",
           "--field", "userId=u1", "--field", "typing=true", "--header", "x=1", "--json"});
  ASSERT_EQ(published.exitCode, 0) << published.err;
  EXPECT_EQ(boost::json::parse(published.out).at("topic").as_string(),
            "chat.events." + tenant.id());
  // chat.events carries several types: --type tells them apart.
  const auto typing = run({"consume", "--tenant", tenant.id(), "--type", "typing", "--headers"});
  EXPECT_THAT(typing.out, testing::AllOf(HasSubstr("caas.type=typing"), HasSubstr("x=1")));
  EXPECT_EQ(run({"consume", "--tenant", tenant.id(), "--type", "reaction"}).out, "");
}

TEST_F(CliTool, RawRecordsAndWhereReadingStartsAndStops) {
  const TestTopic topic{"cli-raw", 1};
  std::string input;
  for (int i = 0; i < 20; ++i) {
    input += std::to_string(i) + "\n";
  }
  const auto produced = run({"produce", "--topic", topic.name(), "--key", "k"}, input);
  ASSERT_EQ(produced.exitCode, 0) << produced.err;
  const auto values = [&](std::vector<std::string> options) {
    std::vector<std::string> words{"consume", "--topic", topic.name(), "--json"};
    words.insert(words.end(), options.begin(), options.end());
    const auto ran = run(words);
    EXPECT_EQ(ran.exitCode, 0) << ran.err;
    std::vector<std::int64_t> found;
    for (const auto& record : ndjson(ran.out)) {
      found.push_back(record.at("value").as_int64());
    }
    return found;
  };
  EXPECT_EQ(values({}).size(), 20U);
  EXPECT_EQ(values({"--from", "17"}), (std::vector<std::int64_t>{17, 18, 19}));
  EXPECT_EQ(values({"--limit", "2"}), (std::vector<std::int64_t>{0, 1}));
  EXPECT_EQ(values({"--key", "other"}).size(), 0U);
  EXPECT_EQ(values({"--from", "latest"}).size(), 0U);
  EXPECT_EQ(values({"--until", "2000-01-01"}).size(), 0U);
  EXPECT_EQ(values({"--from", "2000-01-01", "--partition", "0"}).size(), 20U);

  // A group goes on where it stopped: what was printed is committed.
  const auto group = uniqueTenant("cli-group");
  EXPECT_EQ(values({"--group", group, "--limit", "5"}), (std::vector<std::int64_t>{0, 1, 2, 3, 4}));
  EXPECT_EQ(values({"--group", group, "--limit", "2"}), (std::vector<std::int64_t>{5, 6}));
}

TEST_F(CliTool, HostileBytesAreHarmless) {
  const TestTopic topic{"cli-bytes", 1};
  ASSERT_EQ(
      run({"produce", "--topic", topic.name(), "--key", "\x1b[2J", "--value", "a\x1b[31m\xff"})
          .exitCode,
      0);
  ASSERT_EQ(run({"produce", "--topic", topic.name(), "--key", "k", "--tombstone"}).exitCode, 0);
  const auto text = run({"consume", "--topic", topic.name()});
  EXPECT_EQ(text.out.find('\x1b'), std::string::npos);
  EXPECT_THAT(text.out, HasSubstr("\\x1b[2J  a\\x1b[31m\\xff"));
  const auto records = ndjson(run({"consume", "--topic", topic.name(), "--json"}).out);
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].at("valueEncoding").as_string(), "base64");
  EXPECT_TRUE(records[1].at("value").is_null());
}

TEST_F(CliTool, AReaderThatGoesAwayIsAQuietEnd) {
  const TestTopic topic{"cli-head", 1};
  std::string input;
  for (int i = 0; i < 20'000; ++i) {
    input += fmt::format("line {} {}\n", i, std::string(80, 'x'));
  }
  ASSERT_EQ(run({"produce", "--topic", topic.name()}, input).exitCode, 0);
  const auto ran = shell(fmt::format("set -o pipefail; {} consume --topic {} | head -1",
                                     caasBinary().string(), topic.name()));
  EXPECT_EQ(ran.exitCode, 0) << ran.err;
  EXPECT_EQ(ran.err, "");
  EXPECT_THAT(ran.out, HasSubstr("line 0 "));
  const auto full =
      shell(fmt::format("{} consume --topic {} > /dev/full", caasBinary().string(), topic.name()));
  EXPECT_EQ(full.exitCode, 1);
  EXPECT_THAT(full.err, HasSubstr("No space left on device"));
}

}  // namespace
}  // namespace caas::kafka::test
