// A generated Protobuf class in the schema registry's wire format: its .proto file is registered,
// and any other client of the registry reads what it wrote.
#include <iostream>

#include "consume_support.hpp"
#include "poll.pb.h"
#include <caas/kafka/protobuf.hpp>

using namespace example;

namespace {

Result<bool> run(KafkaService& service) {
  const auto registry = service.makeSchemaRegistry();
  if (!registry) {
    return std::unexpected(registry.error());
  }
  // [protobuf]
  ProtobufSerde serde(*registry, {.autoRegister = true});
  polls::Poll poll;
  poll.set_question("Tea or coffee?");
  poll.add_votes()->set_option("tea");
  std::string value;  // of a Record
  const auto written = serde.serialize("example.polls-value", poll, value);
  const auto read = serde.parseAs<polls::Poll>(value);
  // [/protobuf]
  if (!written || !read) {
    return std::unexpected(written ? read.error() : written.error());
  }
  std::cout << value.size() << " bytes: " << read->question() << ", " << read->votes_size()
            << " vote for " << read->votes(0).option() << "\n";
  return read->question() == poll.question() && read->votes_size() == 1;
}

}  // namespace

int main() { return runExample(run); }
