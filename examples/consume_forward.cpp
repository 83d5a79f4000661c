// Exactly-once forwarding: what the handler returns is written in one transaction with the record's
// completion.
#include <set>

#include "consume_support.hpp"
#include <caas/kafka/record_reader.hpp>

using namespace example;

namespace {

constexpr int kMessages = 10;

Result<bool> run(KafkaService& service) {
  const auto tenant = prepare(service);
  const auto settings = service.settings();
  const auto catalog = service.catalog();
  if (!tenant || !settings || !catalog) {
    return std::unexpected(!tenant ? tenant.error()
                                   : (settings ? catalog.error() : settings.error()));
  }
  const auto mark = runMark();
  auto made = service.makeConsumer({.group = "example-forward"});
  if (!made) {
    return std::unexpected(made.error());
  }
  auto& consumer = **made;
  const auto output = (*catalog)->find("notifications")->topicFor(*tenant);
  if (const auto subscribed = consumer.subscribe("chat.messages", std::vector{*tenant});
      !subscribed) {
    return std::unexpected(subscribed.error());
  }
  // [forward]
  const auto started = consumer.startForwarding([&](const ConsumedRecord& record) {
    ForwardResult forwarded;
    if (isOfRun(record, mark)) {
      forwarded.outputs.push_back({.topic = output,
                                   .key = std::string(*record.key),
                                   .value = std::string(record.value.value_or(""))});
    }
    return forwarded;  // an ack; the outputs are not written if it is none
  });
  // [/forward]
  if (!started) {
    return std::unexpected(started.error());
  }
  if (const auto sent = publishMessages(service, *tenant, mark, kMessages, 3); !sent) {
    return std::unexpected(sent.error());
  }
  const bool all = waitUntil([&] { return consumer.stats().forwarded >= kMessages; });
  const auto closed = consumer.close();
  auto reader = RecordReader::open(**settings, {.topics = {output}, .untilEnd = true});
  if (!reader) {
    return std::unexpected(reader.error());
  }
  std::multiset<std::string> values;
  while (!(*reader)->finished()) {
    const auto record = (*reader)->poll(Milliseconds{1'000});
    if (!record) {
      return std::unexpected(record.error());
    }
    if (*record && (*record)->key && (*record)->key->starts_with(mark)) {
      values.insert((*record)->value.value_or(""));
    }
  }
  std::cout << "Forwarded " << values.size() << " records\n";
  return all && values.size() == kMessages && closed && closed->clean();
}

}  // namespace

int main() { return runExample(run); }
