// Bad input on the command line: each says what is wrong, what to do, and ends with the right code.

#include <chrono>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli_fixture.hpp"
#include "support/cluster.hpp"

namespace caas::kafka::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class CliFailures : public CliTool {};

TEST_F(CliFailures, AWrongAddressIsNamedWithinSeconds) {
  const std::vector<std::vector<std::string>> commands{
      {"ping"},
      {"init"},
      {"topics", "list"},
      {"tenants", "create", "acme"},
      {"stats"},
      {"publish", "--tenant", "acme", "--type", "message"},
      {"produce", "--topic", "t", "--value", "x"},
      {"consume", "--topic", "t"}};
  for (auto words : commands) {
    const auto name = words.front();
    words.insert(words.end(), {"--brokers", "127.0.0.1:1", "--timeout", "2s"});
    const auto ran = run(words, "{}");
    EXPECT_EQ(ran.exitCode, 1) << name;
    EXPECT_THAT(ran.err, AllOf(HasSubstr("error: "), HasSubstr("127.0.0.1:1"), HasSubstr("hint: "),
                               HasSubstr("KAFKA_BROKERS")))
        << name;
  }
  const auto health = run({"health", "--brokers", "127.0.0.1:1", "--timeout", "2s"});
  EXPECT_EQ(health.exitCode, 3);
  EXPECT_THAT(health.out, AllOf(HasSubstr("unhealthy"), HasSubstr("127.0.0.1:1")));
}

TEST_F(CliFailures, BadTenantIds) {
  for (const auto& id :
       {std::string{"a.b"}, std::string{"../x"}, std::string{}, std::string(65, 'a')}) {
    const auto ran = run({"tenants", "create", id});
    EXPECT_EQ(ran.exitCode, 2) << id;
    EXPECT_THAT(ran.err, AllOf(HasSubstr("tenant id"), HasSubstr("hint: "))) << id;
  }
}

TEST_F(CliFailures, AnUnparsableDotEnvIsNamedWithItsLine) {
  std::ofstream{folder() / ".env"} << "# mine\nKAFKA_CLIENT_ID=x\nwhat is this\n";
  const auto ran = run({"health"});
  EXPECT_EQ(ran.exitCode, 2);
  EXPECT_THAT(ran.err, AllOf(HasSubstr(".env"), HasSubstr("3")));
}

TEST_F(CliFailures, AnUnknownCompressionNamesTheVariableAndWhatIsAllowed) {
  const auto ran = run({"topics", "list"}, {}, {{"PRODUCER_COMPRESSION", "brotli"}});
  EXPECT_EQ(ran.exitCode, 2);
  EXPECT_THAT(ran.err, AllOf(HasSubstr("PRODUCER_COMPRESSION"), HasSubstr("brotli"),
                             HasSubstr("snappy"), HasSubstr("zstd")));
}

TEST_F(CliFailures, AMessageOverTheLimitIsRefusedWithItsLine) {
  const TestTopic topic{"cli-large", 1};
  const auto input = "small\n" + std::string(1'100'000, 'x') + "\nsmall\n";
  const auto ran = run({"produce", "--topic", topic.name()}, input);
  EXPECT_EQ(ran.exitCode, 1);
  EXPECT_THAT(ran.err,
              AllOf(HasSubstr("line 2: refused"), HasSubstr("1100000"), HasSubstr("1000000")));
  EXPECT_THAT(ran.out, HasSubstr("3 lines: 2 accepted, 2 delivered, 0 failed, 1 refused"));
}

TEST_F(CliFailures, ATopicThatDoesNotExist) {
  const auto topic = uniqueTopic("nowhere");
  const auto consumed = run({"consume", "--topic", topic});
  EXPECT_EQ(consumed.exitCode, 1);
  EXPECT_THAT(consumed.err, HasSubstr(fmt::format("topic '{}' does not exist", topic)));
  const auto produced = run({"produce", "--topic", topic, "--value", "x"});
  EXPECT_EQ(produced.exitCode, 1);
  EXPECT_THAT(produced.err, HasSubstr(fmt::format("topic '{}' does not exist", topic)));
}

TEST_F(CliFailures, APartitionThatDoesNotExist) {
  const TestTopic topic{"cli-partition", 2};
  const auto ran = run({"produce", "--topic", topic.name(), "--value", "x", "--partition", "2"});
  EXPECT_EQ(ran.exitCode, 2);
  EXPECT_THAT(ran.err, AllOf(HasSubstr("2 partitions"), HasSubstr("0 to 1")));
  EXPECT_EQ(run({"consume", "--topic", topic.name(), "--partition", "2"}).exitCode, 2);
}

TEST_F(CliFailures, ATenantThatDoesNotExistIsOnlyOneErrorAndSaysHowToCreateIt) {
  const auto tenant = uniqueTenant("cli-nobody");
  const auto published = run({"publish", "--tenant", tenant, "--type", "message"},
                             "{\"conversationId\":\"c\",\"userId\":\"u\",\"text\":\"x\"}\n");
  EXPECT_EQ(published.exitCode, 1);
  EXPECT_THAT(published.err, HasSubstr("caas-kafka tenants create " + tenant));
  const auto consumed = run({"consume", "--tenant", tenant, "--type", "message"});
  EXPECT_EQ(consumed.exitCode, 1);
  EXPECT_THAT(consumed.err, HasSubstr("caas-kafka tenants create " + tenant));
}

TEST_F(CliFailures, FewerBrokersThanReplicasIsSaidInNumbersWithTheRemedy) {
  const auto ran =
      run({"tenants", "create", uniqueTenant("cli-rf")}, {}, {{"DEFAULT_REPLICATION_FACTOR", "5"}});
  EXPECT_EQ(ran.exitCode, 1);
  EXPECT_THAT(
      ran.err,
      AllOf(HasSubstr("not enough replicas"), HasSubstr("3 brokers are up, 5 needed"),
            HasSubstr("hint: Start the missing brokers"), HasSubstr("DEFAULT_REPLICATION_FACTOR")));
}

/// A cluster of another name beside the one of the tests; it never comes up.
class LocalClusterFailures : public CliTool {
 protected:
  ~LocalClusterFailures() override {
    std::error_code ignored;
    std::filesystem::remove_all(data(), ignored);
  }
  [[nodiscard]] std::filesystem::path data() const {
    return projectRoot() / ".cache/cluster" / name_;
  }
  [[nodiscard]] ProcessResult up(int portBase) const {
    return runProcess({(projectRoot() / "script/cluster").string(), "up", "--no-registry"},
                      {{"CAAS_CLUSTER", name_}, {"CAAS_PORT_BASE", std::to_string(portBase)}}, {},
                      Milliseconds{60'000});
  }

 private:
  std::string name_ = uniqueTenant("never-up");
};

TEST_F(LocalClusterFailures, APortThatIsTakenIsNamedWithItsOwnerAndTheRemedy) {
  // The running cluster's first broker has this port: at base + 1.
  const auto address = testSettings().brokers.at(0);
  const int port = std::stoi(address.substr(address.rfind(':') + 1));
  const auto ran = up(port - 1);
  EXPECT_EQ(ran.exitCode, 1);
  EXPECT_THAT(ran.err, AllOf(HasSubstr(fmt::format("port {} of broker 1 is taken by", port)),
                             HasSubstr("CAAS_PORT_BASE")));
}

TEST_F(LocalClusterFailures, ADataFolderThatCannotBeWrittenIsNamed) {
  std::filesystem::create_directories(data().parent_path());
  std::ofstream{data()} << "a file where the folder should be";
  const auto ran = up(32'100);
  EXPECT_EQ(ran.exitCode, 1);
  EXPECT_THAT(ran.err,
              AllOf(HasSubstr("can't write to " + data().string()), HasSubstr("make it writable")));
}

TEST_F(CliFailures, AMissingInputFileIsNamed) {
  const TestTopic topic{"cli-missing", 1};
  const auto ran = run({"produce", "--topic", topic.name(), "--from", "no-such-file"});
  EXPECT_EQ(ran.exitCode, 1);
  EXPECT_THAT(ran.err, HasSubstr("no-such-file"));
}

}  // namespace
}  // namespace caas::kafka::test
