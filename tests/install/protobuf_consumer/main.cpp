// A project with Protobuf classes of its own, on the installed package; no registry runs here, so
// what it sees is the errors.
#include <iostream>

#include "poll.pb.h"
#include <caas/kafka/protobuf.hpp>

int main() {
  using namespace caas::kafka;
  SchemaRegistrySettings settings;
  settings.url = "http://127.0.0.1:1";
  auto registry = SchemaRegistry::create(settings, {.deadline = Milliseconds{500}});
  if (!registry) {
    return 1;
  }
  ProtobufSerde serde(std::move(*registry), {.autoRegister = true});
  polls::Poll poll;
  poll.set_question("tea or coffee");
  std::string bytes;
  const auto written = serde.serialize("polls-value", poll, bytes);
  const auto read = serde.parseAs<polls::Poll>("no frame");
  if (written || written.error().code != ErrorCode::kUnavailable || read ||
      read.error().code != ErrorCode::kInvalidArgument) {
    return 1;
  }
  std::cout << written.error().describe() << "\n";
  return 0;
}
