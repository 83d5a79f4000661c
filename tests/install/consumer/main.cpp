// A project that only knows the installed package: it uses headers and code of the library, and
// none of what the library is built with.
#include <iostream>

#include <caas/kafka/catalog.hpp>
#include <caas/kafka/event_decoder.hpp>
#include <caas/kafka/partition_strategy.hpp>
#include <caas/kafka/schema_serde.hpp>
#include <caas/kafka/service.hpp>
#include <caas/kafka/version.hpp>

#ifdef GOOGLE_PROTOBUF_VERSION
#error "only caas/kafka/protobuf.hpp may bring Protobuf along"
#endif

int main() {
  using namespace caas::kafka;
  const auto key =
      PartitionStrategy::createMessageKey("conversation_id", {.conversationId = "c-1"});
  const auto catalog = Catalog::load(Settings{});
  if (!key || *key != "c-1" || !catalog || catalog->find("chat.messages") == nullptr) {
    return 1;
  }
  const auto service = makeKafkaService(Settings{.brokers = {"127.0.0.1:1"}});
  const auto ping = service->healthCheck()->ping(Milliseconds{500});
  std::cout << "caas-kafka " << kVersion << ": " << ping.error << "\n";
  return ping.success ? 1 : 0;
}
