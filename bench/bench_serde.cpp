// bench_serde --registry URL --values FILE --format avro|json-schema|protobuf --calls N
//
// One run of ours; bench/serde calls it. Encoding is what publishing does between the struct and
// the producer: validation, the subject's id, the bytes with their frame. Decoding is
// EventDecoder::decodeAs. Prints one line of JSON.
#include <charconv>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "caas/kafka/event_decoder.hpp"
#include "caas/kafka/schema_serde.hpp"
#include "config/enum_names.hpp"
#include "produce/event_rules.hpp"
#include "produce/schema_event_encoder.hpp"
#include "workload.hpp"

namespace caas::kafka::bench {
namespace {

struct SerdeOptions {
  std::string registry;
  std::string values;
  EventFormat format = EventFormat::kAvro;
  std::int64_t calls = 1'000'000;
};

[[noreturn]] void die(std::string_view what) {
  fmt::print(stderr, "error: {}\n", what);
  std::exit(1);
}

template <class T>
T must(Result<T> result) {
  if (!result) {
    die(result.error().describe());
  }
  if constexpr (!std::is_void_v<T>) {
    return *std::move(result);
  }
}

SerdeOptions parse(int argc, char** argv) {
  SerdeOptions options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const std::string_view value = argv[i + 1];
    if (name == "--registry") {
      options.registry = value;
    } else if (name == "--values") {
      options.values = value;
    } else if (name == "--format") {
      options.format = config::parseEnum<EventFormat>(value).value_or(EventFormat::kJson);
    } else if (name == "--calls") {
      std::from_chars(value.data(), value.data() + value.size(), options.calls);
    } else {
      die(fmt::format("unknown option {}", name));
    }
  }
  return options;
}

std::vector<ChatMessage> readMessages(const std::string& path) {
  std::vector<ChatMessage> messages;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    must(fromEvent(must(eventFromJson("message", line)), messages.emplace_back()));
  }
  if (messages.empty()) {
    die("no messages in " + path);
  }
  return messages;
}

struct Measured {
  double nanoseconds = 0;  ///< a call
  double cpuPerMillion = 0;
};

template <class Call>
Measured measure(std::int64_t calls, Call&& call) {
  for (std::int64_t i = 0; i < calls / 10; ++i) {
    call(i);
  }
  const auto before = Usage::now();
  const auto from = steady_clock::now();
  for (std::int64_t i = 0; i < calls; ++i) {
    call(i);
  }
  const std::chrono::duration<double, std::nano> took = steady_clock::now() - from;
  const auto cpu = Usage::now().cpuSeconds - before.cpuSeconds;
  return {took.count() / static_cast<double>(calls), cpu / static_cast<double>(calls) * 1e6};
}

void run(const SerdeOptions& options) {
  const auto format = schemaTypeOf(options.format);
  if (!format) {
    die("--format avro, json-schema or protobuf");
  }
  SchemaRegistrySettings settings;
  settings.url = options.registry;
  const std::shared_ptr<SchemaRegistry> registry = must(SchemaRegistry::create(settings));
  const produce::SchemaEventEncoder encoder(registry, *format, SubjectStrategy::kCatalog, true);
  const EventDecoder decoder(registry);
  TopicDefinition definition;
  definition.entry = fmt::format("bench.serde.{}", toString(options.format));
  definition.pattern = definition.entry;
  definition.eventTypes = {"message"};

  const auto messages = readMessages(options.values);
  const auto encode = [&](const ChatMessage& message, std::string& out) {
    const auto view = produce::viewOf(message);
    must(produce::validateEvent(view));
    must(encoder.encode(definition, nullptr, view, out));
  };
  std::vector<std::string> encoded;
  for (const auto& message : messages) {
    encode(message, encoded.emplace_back());
    if (eventToJson(toEvent(must(decoder.decodeAs<ChatMessage>(encoded.back())))) !=
        eventToJson(toEvent(message))) {
      die("a message does not come back as it was");
    }
  }
  std::size_t bytes = 0;
  std::string out;
  const auto place = [&](std::int64_t i) { return static_cast<std::size_t>(i) % messages.size(); };
  const auto encoding = measure(options.calls, [&](std::int64_t i) {
    out.clear();
    encode(messages[place(i)], out);
    bytes += out.size();
  });
  const auto decoding = measure(options.calls, [&](std::int64_t i) {
    bytes += must(decoder.decodeAs<ChatMessage>(encoded[place(i)])).text.size();
  });
  fmt::print(R"({{"encodeNs":{:.1f},"encodeCpuPerMillion":{:.4f},"decodeNs":{:.1f},)"
             R"("decodeCpuPerMillion":{:.4f},"bytes":{}}})"
             "\n",
             encoding.nanoseconds, encoding.cpuPerMillion, decoding.nanoseconds,
             decoding.cpuPerMillion, bytes);
}

}  // namespace
}  // namespace caas::kafka::bench

int main(int argc, char** argv) {
  caas::kafka::bench::run(caas::kafka::bench::parse(argc, argv));
  return 0;
}
