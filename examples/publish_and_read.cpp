// Publishes a few chat messages of two conversations and reads them back: each conversation's in
// order. Takes the tenant's id as argument; the default is used again and again.
#include <atomic>
#include <iostream>

#include <caas/kafka/record_reader.hpp>
#include <caas/kafka/service.hpp>

using namespace caas::kafka;

namespace {

constexpr int kMessages = 10;

/// Publishes and waits until the in-sync replicas have it all.
Result<void> publishMessages(EventPublisher& publisher, const TenantId& tenant,
                             const std::string& run) {
  std::atomic<int> failed = 0;
  for (int i = 0; i < kMessages; ++i) {
    // [publish]
    const ChatMessage message{.conversationId = run + (i % 2 == 0 ? "-tea" : "-coffee"),
                              .userId = "user-1",
                              .text = "message " + std::to_string(i)};
    const auto sent = publisher.publish(tenant, message, [&](const DeliveryReport& report) {
      failed += report.delivered() ? 0 : 1;
    });
    // [/publish]
    if (!sent) {
      return sent;
    }
  }
  if (const auto flushed = publisher.flush(); !flushed) {
    return flushed;
  }
  if (failed > 0) {
    return std::unexpected(
        Error{.message = std::to_string(failed) + " messages were not delivered"});
  }
  std::cout << "Published " << kMessages << " messages\n";
  return {};
}

/// Reads the topic to its end and shows this run's messages. Returns how many there were.
Result<int> readMessages(const Settings& settings, const std::string& topic,
                         const std::string& run) {
  // [read]
  auto reader = RecordReader::open(settings, {.topics = {topic}, .untilEnd = true});
  if (!reader) {
    return std::unexpected(reader.error());
  }
  int count = 0;
  while (!(*reader)->finished()) {
    const auto record = (*reader)->poll(Milliseconds{1'000});
    if (!record) {
      return std::unexpected(record.error());
    }
    if (*record && (*record)->key && (*record)->key->starts_with(run)) {
      std::cout << "  partition " << (*record)->partition << ", offset " << (*record)->offset
                << ": " << *(*record)->value << "\n";
      ++count;
    }
  }
  // [/read]
  if (const auto closed = (*reader)->close(); !closed) {
    return std::unexpected(closed.error());
  }
  return count;
}

Result<int> run(KafkaService& service, std::string_view tenantName) {
  if (const auto ready = service.initialize(); !ready) {
    return std::unexpected(ready.error());
  }
  const auto tenant = TenantId::parse(tenantName);
  if (!tenant) {
    return std::unexpected(tenant.error());
  }
  if (const auto topics = service.topicManager()->createTenantTopics(tenant->str()); !topics) {
    return std::unexpected(topics.error());
  }
  const auto publisher = service.publisher();
  if (!publisher) {
    return std::unexpected(publisher.error());
  }
  const auto mark = makeId(systemClock(), systemRandom());
  if (const auto published = publishMessages(**publisher, *tenant, mark); !published) {
    return std::unexpected(published.error());
  }
  const auto catalog = service.catalog();
  const auto settings = service.settings();
  if (!catalog || !settings) {
    return std::unexpected(catalog ? settings.error() : catalog.error());
  }
  return readMessages(**settings, (*catalog)->findByEventType("message")->topicFor(*tenant), mark);
}

}  // namespace

int main(int argc, char** argv) {
  const auto service = getKafkaService();
  const auto read = run(*service, argc > 1 ? argv[1] : "example");
  if (!read) {
    std::cerr << read.error().describe() << "\n";
    return 1;
  }
  std::cout << "Read " << *read << " messages\n";
  const auto report = service->shutdown();
  return *read == kMessages && report && report->clean() ? 0 : 1;
}
