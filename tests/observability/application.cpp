// An application that embeds the library, for the test of alerts and dashboards: it publishes a
// little all the time, handles its messages, and fails when it is told to.
//
//   caas_observed_application METRICS_FILE TENANT
//
// It makes two topics that a dead broker hurts: one without copies, one that bears no loss.
//
// Commands on stdin, a line each: "poison N" publishes N messages that can never be handled, "flaky
// N" N that fail once. The end of stdin ends it. The metrics go to a file, which the test serves:
// how an application shows them is its own affair.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <poll.h>
#include <sstream>
#include <string>
#include <unistd.h>

#include "caas/kafka/service.hpp"
#include "support/cluster.hpp"

namespace {

using namespace caas::kafka;

constexpr Milliseconds kTick{100};
constexpr int kMessagesPerTick = 3;
constexpr std::string_view kGroup = "observed";

/// Beside it and renamed: whoever reads it never sees half of it.
void writeMetrics(const std::filesystem::path& file, const std::string& text) {
  const auto work = std::filesystem::path(file.string() + ".new");
  std::ofstream(work) << text;
  std::filesystem::rename(work, file);
}

void publish(EventPublisher& publisher, const TenantId& tenant, int count,
             const std::string& text) {
  for (int i = 0; i < count; ++i) {
    const ChatMessage message{.conversationId = "c-" + std::to_string(i % 20),
                              .userId = "user-" + std::to_string(i % 7),
                              .text = text};
    // Refused or failed while brokers are down: that is what the metrics are to tell.
    static_cast<void>(publisher.publish(tenant, message));
  }
}

HandlerResult handle(const ConsumedRecord& record) {
  const auto has = [&](std::string_view word) {
    return record.value && record.value->find(word) != std::string::npos;
  };
  if (has("poison")) {
    return HandlerResult::reject("the test said so", "poison");
  }
  if (has("flaky") && record.attempt == 1) {
    return HandlerResult::retry("the test said so", "flaky");
  }
  return HandlerResult::ack();
}

std::vector<std::string> vulnerableTopics(const std::string& tenant) {
  return {"test.one-copy." + tenant, "test.two-copies." + tenant};
}

/// Partitions of both lead on every broker.
void makeVulnerableTopics(const std::string& tenant) {
  const auto names = vulnerableTopics(tenant);
  test::createTopic(names[0], 6, {{"min.insync.replicas", "1"}}, 1);
  test::createTopic(names[1], 6, {{"min.insync.replicas", "2"}}, 2);
}

/// What was typed since the last time; false: stdin has ended.
bool takeCommands(EventPublisher& publisher, const TenantId& tenant) {
  pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  if (poll(&input, 1, static_cast<int>(kTick.count())) <= 0) {
    return true;
  }
  std::string bytes(4096, '\0');
  const auto got = read(STDIN_FILENO, bytes.data(), bytes.size());
  if (got <= 0) {
    return false;
  }
  std::istringstream words(bytes.substr(0, static_cast<std::size_t>(got)));
  std::string command;
  for (int count = 0; words >> command >> count;) {
    publish(publisher, tenant, count, command);
  }
  return true;
}

void run(const std::filesystem::path& metricsFile, const std::string& tenantId) {
  const auto service = getKafkaService();
  test::must(service->initialize(), "initializing");
  test::must(service->topicManager()->createTenantTopics(tenantId), "creating the tenant");
  const auto tenant = test::must(TenantId::parse(tenantId));
  if (!std::filesystem::exists(metricsFile)) {  // killed and started again it finds them
    makeVulnerableTopics(tenantId);
  }
  const auto publisher = test::must(service->publisher());
  auto consumer = test::must(service->makeConsumer({.group = std::string(kGroup)}));
  test::must(consumer->subscribe("chat.messages", std::vector{tenant}), "subscribing");
  test::must(consumer->start(handle), "starting");
  while (takeCommands(*publisher, tenant)) {
    publish(*publisher, tenant, kMessagesPerTick, "hello");
    static_cast<void>(publisher->publish(tenant, Presence{.userId = "user-1", .state = "online"}));
    writeMetrics(metricsFile, metricsText());
  }
  test::must(consumer->close(), "closing");
  test::deleteTopics(vulnerableTopics(tenantId));
  test::must(service->shutdown(Milliseconds{10'000}), "shutting down");
}

}  // namespace

int main(int count, char** words) {
  if (count != 3) {
    std::cerr << "caas_observed_application METRICS_FILE TENANT\n";
    return 2;
  }
  try {
    run(words[1], words[2]);
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
  return 0;
}
