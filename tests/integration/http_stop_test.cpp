// SIGTERM while clients publish: what was answered 200 is in Kafka, and nobody is left without a
// word.

#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "cli_fixture.hpp"
#include "support/daemon.hpp"
#include "support/keyed_client.hpp"

namespace caas::kafka::test {
namespace {

namespace json = boost::json;

class StopUnderLoad : public CliTool, public ::testing::WithParamInterface<bool> {};

TEST_P(StopUnderLoad, WhatWasAnsweredIsInKafka) {
  const bool keyed = GetParam();
  const auto tenant = uniqueTenant("stop");
  ASSERT_EQ(run({"tenants", "create", tenant}).exitCode, 0);
  Daemon daemon(folder());
  ASSERT_TRUE(daemon.becomesReady());

  std::mutex mutex;
  std::map<std::string, std::string> answered;  // text → id
  std::map<int, int> others;
  std::atomic<bool> stopping = false;
  {
    std::vector<std::jthread> clients;
    for (int client = 0; client < 16; ++client) {
      clients.emplace_back([&, client] {
        for (int i = 0; i < 100'000; ++i) {
          const auto text = fmt::format("{}-{}", client, i);
          const auto answer = postWithKey(daemon.api, tenant, keyed ? text : "", messageBody(text));
          const std::lock_guard lock(mutex);
          if (answer.status == 200) {
            answered[text] = std::string(json::parse(answer.body).at("id").as_string());
            continue;
          }
          ++others[answer.status];
          EXPECT_TRUE(stopping) << answer.status << " " << answer.body;
          return;
        }
      });
    }
    std::this_thread::sleep_for(std::chrono::seconds{2});
    stopping = true;
    daemon.process().kill(SIGTERM);
    EXPECT_EQ(daemon.process().wait(Milliseconds{60'000}), 0) << daemon.process().err();
  }
  std::map<std::string, std::multiset<std::string>> published;
  for (const auto& value : committedValues("chat.messages." + tenant)) {
    const auto event = json::parse(value);
    published[std::string(event.at("text").as_string())].insert(
        std::string(event.at("messageId").as_string()));
  }
  EXPECT_GT(answered.size(), keyed ? 16U : 100U);
  for (const auto& [text, id] : answered) {
    EXPECT_THAT(published[text], ::testing::ElementsAre(id)) << text;
  }
  for (const auto& [status, times] : others) {
    // 0: nobody listens any more.
    EXPECT_TRUE(status == 0 || status == 503) << status << ", " << times << " times";
  }
  fmt::print("{} answered, {} published\n", answered.size(), published.size());
  EXPECT_EQ(run({"tenants", "delete", tenant, "--yes"}).exitCode, 0);
}

INSTANTIATE_TEST_SUITE_P(WithAndWithoutKeys, StopUnderLoad, ::testing::Bool(),
                         [](const auto& each) { return each.param ? "keyed" : "plain"; });

}  // namespace
}  // namespace caas::kafka::test
