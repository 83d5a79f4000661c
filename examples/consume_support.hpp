#pragma once

// What the consume_* examples share: a tenant with topics, messages to consume, a wait with an end.

#include <chrono>
#include <iostream>
#include <string>
#include <thread>

#include <caas/kafka/service.hpp>

namespace example {

using namespace caas::kafka;

/// Conversations of this run carry it, so that earlier runs' messages are told apart.
inline std::string runMark() { return makeId(systemClock(), systemRandom()); }

/// The service is ready and the tenant has its topics.
inline Result<TenantId> prepare(KafkaService& service, std::string_view name = "example") {
  if (const auto ready = service.initialize(); !ready) {
    return std::unexpected(ready.error());
  }
  const auto tenant = TenantId::parse(name);
  if (tenant) {
    if (const auto topics = service.topicManager()->createTenantTopics(tenant->str()); !topics) {
      return std::unexpected(topics.error());
    }
  }
  return tenant;
}

/// Publishes "message 0", "message 1", … in turn to as many conversations.
inline Result<void> publishMessages(KafkaService& service, const TenantId& tenant,
                                    const std::string& mark, int count, int conversations) {
  const auto publisher = service.publisher();
  if (!publisher) {
    return std::unexpected(publisher.error());
  }
  for (int i = 0; i < count; ++i) {
    const ChatMessage message{.conversationId = mark + "-" + std::to_string(i % conversations),
                              .userId = "user-1",
                              .text = "message " + std::to_string(i)};
    if (const auto sent = (*publisher)->publish(tenant, message); !sent) {
      return sent;
    }
  }
  return (*publisher)->flush();
}

inline bool isOfRun(const ConsumedRecord& record, const std::string& mark) {
  return record.key && record.key->starts_with(mark);
}

/// False: it did not come true within a minute.
template <class Condition>
bool waitUntil(Condition&& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes{1};
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) {
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
  return true;
}

/// Runs an example: 0 if it gave true.
template <class Example>
int runExample(Example&& run) {
  const auto service = getKafkaService();
  const Result<bool> done = run(*service);
  if (!done) {
    std::cerr << done.error().describe() << "\n";
  }
  const auto report = service->shutdown();
  return done && *done && report && report->clean() ? 0 : 1;
}

}  // namespace example
