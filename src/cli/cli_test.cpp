#include "cli/cli.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <unistd.h>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "caas/kafka/partition_strategy.hpp"
#include "caas/kafka/version.hpp"

namespace caas::kafka::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Ran {
  int code = -1;
  std::string out;
  std::string err;
};

/// The command line as a function: no environment but what a test gives, no .env, no Kafka.
class Cli : public ::testing::Test {
 protected:
  Ran run(const std::vector<std::string>& words, const std::string& input = {}) {
    std::vector<const char*> argv{"caas-kafka"};
    for (const auto& word : words) {
      argv.push_back(word.c_str());
    }
    std::istringstream in{input};
    std::ostringstream out;
    std::ostringstream err;
    CliContext context{.in = in, .out = out, .err = err};
    context.environment = environment_;
    context.inIsTerminal = terminal_;
    const int code = runCli(static_cast<int>(argv.size()), argv.data(), context);
    return {code, out.str(), err.str()};
  }

  EnvironmentMap environment_{{"KAFKA_BROKERS", "127.0.0.1:1"}};
  bool terminal_ = false;
};

/// A file that is gone after the test.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& text) {
    std::string name = std::filesystem::temp_directory_path() / "caas-cli-XXXXXX";
    const int fd = ::mkstemp(name.data());
    EXPECT_GE(fd, 0);
    ::close(fd);
    path_ = name;
    std::ofstream{path_} << text;
  }
  ~TemporaryFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST_F(Cli, Version) {
  const auto ran = run({"--version"});
  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(ran.out, std::string{"caas-kafka "} + kVersion + "\n");
}

const std::vector<std::vector<std::string>> kCommands{{"serve"},
                                                      {"init"},
                                                      {"config"},
                                                      {"health"},
                                                      {"ping"},
                                                      {"brokers"},
                                                      {"stats"},
                                                      {"topics"},
                                                      {"topics", "list"},
                                                      {"topics", "plan"},
                                                      {"topics", "apply"},
                                                      {"topics", "describe"},
                                                      {"topics", "health"},
                                                      {"tenants"},
                                                      {"tenants", "list"},
                                                      {"tenants", "create"},
                                                      {"tenants", "delete"},
                                                      {"tenants", "show"},
                                                      {"partition-key"},
                                                      {"recommend"},
                                                      {"publish"},
                                                      {"produce"},
                                                      {"consume"},
                                                      {"groups"},
                                                      {"groups", "list"},
                                                      {"groups", "describe"},
                                                      {"groups", "lag"},
                                                      {"groups", "reset"},
                                                      {"dlq"},
                                                      {"schemas"},
                                                      {"schemas", "list"},
                                                      {"schemas", "show"},
                                                      {"schemas", "diff"},
                                                      {"schemas", "check"},
                                                      {"schemas", "register"},
                                                      {"dlq", "list"},
                                                      {"dlq", "groups"},
                                                      {"dlq", "show"},
                                                      {"dlq", "redrive"},
                                                      {"dlq", "discard"}};

TEST_F(Cli, EveryCommandHasAHelpPageThatEndsWithExamples) {
  for (auto words : kCommands) {
    std::string name = "caas-kafka";
    for (const auto& word : words) {
      name += " " + word;
    }
    words.emplace_back("--help");
    const auto ran = run(words);
    EXPECT_EQ(ran.code, 0) << name;
    EXPECT_EQ(ran.err, "") << name;
    EXPECT_THAT(ran.out, HasSubstr("\nUsage\n  " + name)) << name;
    const auto examples = ran.out.find("\nExamples\n");
    ASSERT_NE(examples, std::string::npos) << name;
    EXPECT_THAT(ran.out.substr(examples), HasSubstr(words.front())) << name;
  }
}

/// Words of a help page that begin with two dashes.
std::set<std::string> optionsIn(const std::string& text) {
  std::set<std::string> options;
  for (auto at = text.find("--"); at != std::string::npos; at = text.find("--", at + 2)) {
    const auto end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz-", at);
    options.insert(text.substr(at, end - at));
  }
  return options;
}

TEST_F(Cli, TheManualNamesEveryCommandAndOption) {
  std::ostringstream manual;
  manual << std::ifstream{std::string{CAAS_SOURCE_DIR} + "/docs/cli.md"}.rdbuf();
  const auto documented = optionsIn(manual.str());
  for (auto words : kCommands) {
    EXPECT_THAT(manual.str(), HasSubstr(words.size() == 1 ? words[0] : words[0] + " " + words[1]));
    words.emplace_back("--help");
    for (const auto& option : optionsIn(run(words).out)) {
      EXPECT_TRUE(documented.contains(option)) << words.front() << ": " << option;
    }
  }
}

TEST_F(Cli, HelpIsACommandToo) {
  EXPECT_EQ(run({"help", "topics", "plan"}).out, run({"topics", "plan", "--help"}).out);
  EXPECT_EQ(run({"help"}).out, run({"--help"}).out);
}

TEST_F(Cli, UnknownWordsSuggestTheNearest) {
  auto ran = run({"topcis"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(ran.err, HasSubstr("error: caas-kafka has no command 'topcis'"));
  EXPECT_THAT(ran.err, HasSubstr("hint: Did you mean 'topics'?"));

  ran = run({"topics", "plann"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, HasSubstr("Did you mean 'plan'?"));

  ran = run({"health", "--jsn"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, HasSubstr("Did you mean '--json'?"));

  ran = run({"ping", "pong"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, HasSubstr("'pong'"));
}

TEST_F(Cli, WithoutACommandTheyAreNamed) {
  EXPECT_EQ(run({}).code, 2);
  EXPECT_THAT(run({}).err, HasSubstr("needs a command: serve, config"));
  EXPECT_THAT(run({"tenants"}).err, HasSubstr("needs a command: create, list"));
}

TEST_F(Cli, ErrorsAreJsonWhenAskedFor) {
  const auto ran = run({"tenants", "create", "a.b", "--json"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.out, "");
  const auto error = boost::json::parse(ran.err).at("error").as_object();
  EXPECT_EQ(error.at("code").as_string(), "invalid_argument");
  EXPECT_TRUE(error.at("message").is_string());
  EXPECT_TRUE(error.at("hint").is_string());
  // Also where the command line itself is wrong.
  EXPECT_NO_THROW((void)boost::json::parse(run({"--json", "nonsense"}).err));
}

TEST_F(Cli, BadTenantIdsAreUsageErrorsBeforeKafkaIsAsked) {
  for (const auto& id :
       {std::string{"a.b"}, std::string{"../x"}, std::string{}, std::string(65, 'a')}) {
    EXPECT_EQ(run({"tenants", "create", id}).code, 2) << id;
    EXPECT_EQ(run({"tenants", "create", "fine", id}).code, 2) << id;
    EXPECT_EQ(run({"tenants", "show", id}).code, 2) << id;
    EXPECT_EQ(run({"tenants", "delete", id, "--yes"}).code, 2) << id;
    EXPECT_EQ(run({"topics", "plan", "--tenant", id}).code, 2) << id;
  }
  EXPECT_EQ(run({"publish", "--tenant", "a.b", "--type", "message"}, "{}").code, 2);
  EXPECT_EQ(run({"consume", "--tenant", "a.b", "--type", "message"}).code, 2);
}

TEST_F(Cli, WhatAsksIsRefusedWithoutATerminal) {
  auto ran = run({"tenants", "delete", "acme"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, HasSubstr("--yes"));
  ran = run({"topics", "apply"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, HasSubstr("--yes"));
}

TEST_F(Cli, NothingToReadOnATerminalIsSaid) {
  terminal_ = true;
  auto ran = run({"publish", "--tenant", "acme", "--type", "message"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, HasSubstr("nothing to read"));
  EXPECT_EQ(run({"produce", "--topic", "t"}).code, 2);
}

TEST_F(Cli, PublishNamesWhatTheCatalogHas) {
  auto ran = run({"publish", "--tenant", "acme", "--type", "mesage"}, "{}");
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, HasSubstr("Did you mean 'message'?"));
  ran = run({"publish", "--type", "message"}, "{}");
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, HasSubstr("needs --tenant"));
  ran = run({"publish", "--type", "audit", "--tenant", "acme"}, "{}");
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, HasSubstr("takes no --tenant"));
}

TEST_F(Cli, OptionsThatExcludeEachOther) {
  EXPECT_EQ(run({"consume"}).code, 2);
  EXPECT_EQ(run({"consume", "--tenant", "acme"}).code, 2);
  EXPECT_EQ(run({"consume", "--topic", "t", "--follow", "--until", "end"}).code, 2);
  EXPECT_EQ(run({"consume", "--topic", "t", "--group", "g", "--until", "end"}).code, 2);
  EXPECT_EQ(run({"consume", "--topic", "t", "--limit", "0"}).code, 2);
  EXPECT_EQ(run({"consume", "--topic", "t", "--from", "yesterday"}).code, 2);
  EXPECT_EQ(run({"produce", "--topic", "t", "--value", "a", "--tombstone"}).code, 2);
  EXPECT_EQ(run({"produce", "--topic", "t", "--tombstone"}).code, 2);
  EXPECT_EQ(run({"produce", "--topic", "t", "--value", "a", "--from", "-"}).code, 2);
  EXPECT_EQ(run({"publish", "--type", "audit", "--from", "-", "--field", "a=b"}).code, 2);
  EXPECT_EQ(run({"tenants", "create"}).code, 2);
  EXPECT_EQ(run({"tenants", "create", "a", "--from-file", "-"}).code, 2);
  EXPECT_EQ(run({"topics", "list", "--category", "nonsense"}).code, 2);
  EXPECT_EQ(run({"ping", "--timeout", "soon"}).code, 2);
}

TEST_F(Cli, PartitionKey) {
  auto ran = run({"partition-key", "--strategy", "conversation_id", "--tenant", "tenant-123",
                  "--conversation", "conv-456", "--user", "user-789"});
  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(ran.out, "conv-456\n");
  ran = run({"partition-key", "--strategy", "user_id", "--user", "user-789", "--topic-partitions",
             "16", "--json"});
  const auto object = boost::json::parse(ran.out).as_object();
  EXPECT_EQ(object.at("key").as_string(), "user-789");
  EXPECT_EQ(object.at("partition").as_int64(), PartitionStrategy::partitionFor("user-789", 16));
}

TEST_F(Cli, PartitionKeyNeedsItsField) {
  const auto ran = run({"partition-key", "--strategy", "conversation_id", "--user", "u"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(run({"partition-key", "--strategy", "nonsense"}).code, 2);
  EXPECT_EQ(run({"partition-key", "--strategy", "tenant_id", "--topic-partitions", "0"}).code, 2);
}

TEST_F(Cli, RecommendGivesReasons) {
  const auto ran = run({"recommend", "--strategy", "conversation_id", "--rate", "5000", "--keys",
                        "500", "--consumers", "3", "--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto object = boost::json::parse(ran.out).as_object();
  EXPECT_EQ(object.at("partitions").as_int64() % 3, 0);
  EXPECT_FALSE(object.at("reasons").as_array().empty());
}

TEST_F(Cli, ConfigShowsValuesAndWhereTheyCameFrom) {
  environment_["PRODUCER_LINGER_MS"] = "7";
  const TemporaryFile dotEnv{"KAFKA_CLIENT_ID=from-file\nKAFKA_SASL_PASSWORD=geheim\n"};
  auto ran = run({"config", "--env-file", dotEnv.path(), "--json", "--brokers", "10.0.0.1:9092"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, Not(HasSubstr("geheim")));
  std::map<std::string, std::pair<std::string, std::string>> rows;
  const auto document = boost::json::parse(ran.out);
  for (const auto& row : document.at("settings").as_array()) {
    rows[row.at("name").as_string().c_str()] = {row.at("value").as_string().c_str(),
                                                row.at("source").as_string().c_str()};
  }
  EXPECT_EQ(rows.at("PRODUCER_LINGER_MS").first, "7");
  EXPECT_EQ(rows.at("PRODUCER_LINGER_MS").second, toString(SettingSource::kEnvironment));
  EXPECT_EQ(rows.at("KAFKA_CLIENT_ID").first, "from-file");
  EXPECT_EQ(rows.at("KAFKA_CLIENT_ID").second, toString(SettingSource::kDotEnv));
  EXPECT_EQ(rows.at("KAFKA_BROKERS").first, "10.0.0.1:9092");
  EXPECT_EQ(rows.at("KAFKA_BROKERS").second, "--brokers");

  ran = run({"config", "--env-file", dotEnv.path()});
  EXPECT_THAT(ran.out, HasSubstr("PRODUCER_LINGER_MS"));
  EXPECT_THAT(ran.out, Not(HasSubstr("geheim")));
}

TEST_F(Cli, ConfigWarnsOfTypingErrors) {
  environment_["KAFKA_BROKER"] = "x:1";
  const TemporaryFile empty{""};
  EXPECT_THAT(run({"config", "--env-file", empty.path()}).err, HasSubstr("warning: "));
}

TEST_F(Cli, ConfigPrintsItsDocuments) {
  EXPECT_EQ(run({"config", "--markdown"}).out, configurationMarkdown());
  EXPECT_EQ(run({"config", "--env-example"}).out, dotEnvExample());
}

TEST_F(Cli, BadConfigurationIsAUsageErrorThatNamesIt) {
  environment_["PRODUCER_COMPRESSION"] = "snapy";
  auto ran = run({"health"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, HasSubstr("PRODUCER_COMPRESSION"));
  EXPECT_THAT(ran.err, HasSubstr("zstd"));
  environment_.erase("PRODUCER_COMPRESSION");

  const TemporaryFile broken{"KAFKA_BROKERS=a:1\nthis is no assignment\n"};
  ran = run({"config", "--env-file", broken.path()});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, HasSubstr("2"));
  EXPECT_EQ(run({"config", "--env-file", "/nonexistent/.env"}).code, 2);
  EXPECT_EQ(run({"config", "--catalog", "/nonexistent/topics.yaml"}).code, 2);
}

TEST_F(Cli, HostileBytesInErrorsAreHarmless) {
  const auto ran = run({"\x1b[2Jtopics"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.err.find('\x1b'), std::string::npos);
}

/// Refuses everything, as a full disk or a closed pipe does.
class BrokenOutput : public std::streambuf {
 protected:
  int_type overflow(int_type) override { return traits_type::eof(); }
  std::streamsize xsputn(const char*, std::streamsize) override { return 0; }
};

int runInto(int reason, std::string& said) {
  BrokenOutput broken;
  std::istringstream in;
  std::ostream out{&broken};
  std::ostringstream err;
  CliContext context{.in = in, .out = out, .err = err};
  context.outError = [reason] { return reason; };
  const char* argv[] = {"caas-kafka", "--version"};
  const int code = runCli(2, argv, context);
  said = err.str();
  return code;
}

TEST(CliOutput, AReaderThatWentAwayIsAQuietEndAndAFullDiskIsNot) {
  std::string said;
  EXPECT_EQ(runInto(EPIPE, said), 0);
  EXPECT_EQ(said, "");
  EXPECT_EQ(runInto(ENOSPC, said), 1);
  EXPECT_THAT(said, HasSubstr("cannot write 'standard output': No space left on device"));
}

}  // namespace
}  // namespace caas::kafka::cli
