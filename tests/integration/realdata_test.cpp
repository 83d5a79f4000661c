// 71,612 messages that people really wrote, through the publisher and back.
#include <chrono>
#include <map>
#include <sys/resource.h>
#include <vector>

#include <boost/json.hpp>
#include <fmt/core.h>
#include <gtest/gtest.h>

#include "caas/kafka/publisher.hpp"
#include "caas/kafka/topic_manager.hpp"
#include "cli_fixture.hpp"
#include "support/cluster.hpp"

namespace caas::kafka::test {
namespace {

using std::chrono::steady_clock;

double cpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double secondsSince(steady_clock::time_point start) {
  return std::chrono::duration<double>(steady_clock::now() - start).count();
}

struct Message {
  std::string conversation;
  std::string user;
  std::string text;
};

constexpr char kNoRealMessages[] =
    "the real messages are not on this machine (they may not be copied into the project): set "
    "CAAS_REAL_MESSAGES to chat.ndjson.gz";

/// Empty: they are not on this machine.
std::filesystem::path realMessages() {
  const char* named = std::getenv("CAAS_REAL_MESSAGES");  // NOLINT(concurrency-mt-unsafe)
  if (named != nullptr) {
    return named;
  }
  const auto beside = projectRoot() / "../shared/data/chat.ndjson.gz";
  return std::filesystem::exists(beside) ? beside : std::filesystem::path{};
}

std::vector<Message> loadMessages(const std::filesystem::path& file) {
  const auto unpacked = runProcess({"gzip", "-dc", file.string()});
  if (unpacked.exitCode != 0) {
    throw std::runtime_error("gzip: " + unpacked.err);
  }
  std::vector<Message> messages;
  for (std::size_t from = 0; from < unpacked.out.size();) {
    const auto to = std::min(unpacked.out.find('\n', from), unpacked.out.size());
    const auto line = boost::json::parse(std::string_view(unpacked.out).substr(from, to - from));
    const auto field = [&](const char* name) {
      return std::string(line.as_object().at(name).as_string());
    };
    messages.push_back({field("conversation"), field("user"), field("text")});
    from = to + 1;
  }
  return messages;
}

/// Its line is a message's id, so that the log tells which one it is.
std::size_t lineOf(const boost::json::object& event) {
  return std::stoul(std::string(event.at("messageId").as_string()));
}

TEST(RealData, EveryMessageComesBackOnceAndInOrder) {
  const auto file = realMessages();
  if (file.empty()) {
    GTEST_SKIP() << kNoRealMessages;
  }
  const auto messages = loadMessages(file);
  ASSERT_EQ(messages.size(), 71'612U);

  const auto settings = testSettings();
  const auto catalog = must(Catalog::load(settings));
  const auto topics = TopicManager::create(settings, catalog);
  const auto tenant = must(TenantId::parse(uniqueTenant("realdata")));
  must(topics->createTenantTopics(tenant.str()), "onboarding");
  const auto* definition = catalog.findByEventType("message");
  ASSERT_NE(definition, nullptr);
  const auto topic = definition->topicFor(tenant);

  const auto published = steady_clock::now();
  const auto cpuBefore = cpuSeconds();
  auto publisher = must(EventPublisher::create(settings, catalog));
  std::atomic<std::size_t> failed{0};
  for (std::size_t line = 0; line < messages.size(); ++line) {
    const auto& message = messages[line];
    ChatMessage event;
    event.messageId = std::to_string(line);
    event.conversationId = message.conversation;
    event.userId = message.user;
    event.text = message.text;
    must(publisher->publish(
             tenant, event,
             [&](const DeliveryReport& report) { failed += report.delivered() ? 0 : 1; }),
         "publishing a message");
  }
  const auto closed = must(publisher->close(), "closing");
  const double publishSeconds = secondsSince(published);
  const double publishCpu = cpuSeconds() - cpuBefore;
  EXPECT_TRUE(closed.clean());
  EXPECT_EQ(failed, 0U);

  const auto readStart = steady_clock::now();
  const auto cpuBeforeRead = cpuSeconds();
  const auto records = readAll(topic);
  fmt::print(
      "real messages: {} published in {:.2f} s ({:.2f} CPU s), read back in {:.2f} s ({:.2f} "
      "CPU s)\n",
      messages.size(), publishSeconds, publishCpu, secondsSince(readStart),
      cpuSeconds() - cpuBeforeRead);

  EXPECT_EQ(records.size(), messages.size());
  std::vector<int> seen(messages.size());
  std::map<std::string, std::size_t> lastLine;
  for (const auto& record : records) {
    const auto event = boost::json::parse(record.value.value()).as_object();
    const auto line = lineOf(event);
    ASSERT_LT(line, messages.size());
    const auto& message = messages[line];
    ++seen[line];
    ASSERT_EQ(event.at("text").as_string(), message.text) << "line " << line;
    ASSERT_EQ(event.at("userId").as_string(), message.user) << "line " << line;
    ASSERT_EQ(record.key, message.conversation) << "line " << line;
    ASSERT_EQ(record.header("caas.type"), "message");
    const auto [last, first] = lastLine.try_emplace(message.conversation, line);
    ASSERT_TRUE(first || last->second < line)
        << "conversation " << message.conversation << ": line " << line << " is behind line "
        << last->second;
    last->second = line;
  }
  for (std::size_t line = 0; line < seen.size(); ++line) {
    ASSERT_EQ(seen[line], 1) << "line " << line
                             << (seen[line] == 0 ? " is missing" : " is doubled");
  }
  must(topics->deleteTenantTopics(tenant.str()), "cleaning up");
}

TEST_F(CliTool, TheRealMessagesGoThroughTheBinary) {
  const auto file = realMessages();
  if (file.empty()) {
    GTEST_SKIP() << kNoRealMessages;
  }
  const CliTenant tenant{*this, "realdata-cli"};
  const auto unpacked = folder() / "chat.ndjson";
  ASSERT_EQ(shell(fmt::format("gzip -dc '{}' > '{}'", file.string(), unpacked.string())).exitCode,
            0);
  const auto published =
      run({"publish", "--tenant", tenant.id(), "--type", "message", "--from", unpacked.string(),
           "--map", "conversation=conversationId,user=userId", "--json"});
  ASSERT_EQ(published.exitCode, 0) << published.err;
  const auto summary = boost::json::parse(published.out).as_object();
  EXPECT_EQ(summary.at("lines").as_int64(), 71'612);
  EXPECT_EQ(summary.at("delivered").as_int64(), 71'612);
  EXPECT_EQ(summary.at("refused").as_int64(), 0);
  // These two say when it was said, in a form of their own.
  EXPECT_EQ(summary.at("ignoredFields").as_object().size(), 2U) << published.out;

  const auto messages = loadMessages(file);
  std::map<std::string, std::vector<std::string>> said;
  for (const auto& message : messages) {
    said[message.conversation].push_back(message.user + ": " + message.text);
  }
  const auto consumed = run(
      {"consume", "--tenant", tenant.id(), "--type", "message", "--from", "earliest", "--json"});
  ASSERT_EQ(consumed.exitCode, 0) << consumed.err;
  std::map<std::string, std::vector<std::string>> heard;
  for (const auto& record : ndjson(consumed.out)) {
    const auto& value = record.at("value").as_object();
    heard[std::string(value.at("conversationId").as_string())].push_back(
        fmt::format("{}: {}", std::string(value.at("userId").as_string()),
                    std::string(value.at("text").as_string())));
  }
  EXPECT_EQ(heard.size(), said.size());
  for (const auto& [conversation, lines] : said) {
    ASSERT_EQ(heard[conversation], lines) << conversation;
  }
}

}  // namespace
}  // namespace caas::kafka::test
