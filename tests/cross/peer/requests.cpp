#include "requests.hpp"

#include <charconv>
#include <cstdlib>
#include <stdexcept>

#include <fmt/format.h>

#include "schema/avro_codec.hpp"
#include "schema/avro_plan.hpp"

namespace caas::kafka::cross {
namespace {

namespace json = boost::json;

std::string textIn(const json::object& request, std::string_view name) {
  return std::string(request.at(name).as_string());
}

std::string fromHex(std::string_view hex) {
  std::string bytes(hex.size() / 2, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    unsigned byte = 0;
    const auto* at = hex.data() + 2 * i;
    if (std::from_chars(at, at + 2, byte, 16).ptr != at + 2) {
      throw std::runtime_error("no hex");
    }
    bytes[i] = static_cast<char>(byte);
  }
  return bytes;
}

std::string toHex(std::string_view bytes) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * bytes.size());
  for (const char each : bytes) {
    const auto byte = static_cast<unsigned char>(each);
    hex += kDigits[byte >> 4U];
    hex += kDigits[byte & 0xFU];
  }
  return hex;
}

json::object refused(const Error& error) { return {{"error", error.describe()}}; }

SchemaText schemaIn(const json::object& request) {
  SchemaText schema{.type = parseSchemaType(textIn(request, "type")).value(),
                    .text = textIn(request, "schema")};
  if (const auto* references = request.if_contains("references")) {
    for (const auto& each : references->as_array()) {
      const auto& reference = each.as_object();
      schema.references.push_back({textIn(reference, "name"), textIn(reference, "subject"),
                                   reference.at("version").to_number<int>()});
    }
  }
  return schema;
}

json::array strings(const std::vector<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

json::object canonical(const json::object& request) {
  const auto schema = avro::Schema::parse(textIn(request, "schema"));
  if (!schema) {
    return refused(schema.error());
  }
  return {{"canonical", schema->canonical()},
          {"fingerprint", fmt::format("{:016x}", schema->fingerprint())}};
}

json::object resolve(const json::object& request) {
  const auto writerText = textIn(request, "writer");
  const auto readerText = textIn(request, "reader");
  auto writer = avro::Schema::parse(writerText);
  auto reader = avro::Schema::parse(readerText);
  if (!writer || !reader) {
    return refused(writer ? reader.error() : writer.error());
  }
  json::object answer;
  if (const auto verdict =
          checkCompatibility(Compatibility::kBackward, {.text = readerText},
                             {{.subject = "s", .version = 1, .schema = {.text = writerText}}})) {
    answer["compatible"] = verdict->compatible;
    answer["reasons"] = strings(verdict->reasons);
  } else {
    answer["problem"] = verdict.error().describe();
  }
  const auto readerPtr = std::make_shared<const avro::Schema>(*std::move(reader));
  const auto plan =
      avro::Plan::compile(std::make_shared<const avro::Schema>(*std::move(writer)), readerPtr);
  if (!plan) {
    answer["error"] = plan.error().describe();
    return answer;
  }
  json::array results;
  for (const auto& each : request.at("values").as_array()) {
    const auto value = plan->decode(fromHex(each.as_string()));
    std::string bytes;
    if (!value) {
      results.push_back(refused(value.error()));
    } else if (const auto done = avro::encode(*readerPtr, readerPtr->root(), *value, bytes);
               !done) {
      throw std::runtime_error("what was read cannot be written: " + done.error().describe());
    } else {
      results.emplace_back(toHex(bytes));
    }
  }
  answer["results"] = std::move(results);
  return answer;
}

}  // namespace

SchemaRegistry& Requests::registry() {
  if (!registry_) {
    const char* url = std::getenv("SCHEMA_REGISTRY_URL");
    SchemaRegistrySettings settings;
    settings.url = url == nullptr ? "" : url;
    registry_ = SchemaRegistry::create(settings).value();
  }
  return *registry_;
}

SchemaSerde& Requests::serde() {
  static_cast<void>(registry());
  if (!serde_) {
    serde_ = std::make_unique<SchemaSerde>(registry_);
  }
  return *serde_;
}

json::object Requests::encode(const json::object& request) {
  const int id = request.at("id").to_number<int>();
  const auto message = request.contains("message") ? textIn(request, "message") : std::string();
  json::array results;
  for (const auto& each : request.at("values").as_array()) {
    std::string bytes;
    if (const auto done = serde().encode(id, each.as_string(), bytes, message); !done) {
      results.push_back(refused(done.error()));
    } else {
      results.emplace_back(toHex(bytes));
    }
  }
  return {{"results", std::move(results)}};
}

json::object Requests::decode(const json::object& request) {
  json::array results;
  json::array ids;
  json::array types;
  for (const auto& each : request.at("values").as_array()) {
    const auto decoded = serde().decode(fromHex(each.as_string()));
    if (!decoded) {
      results.push_back(refused(decoded.error()));
      ids.emplace_back(nullptr);
      types.emplace_back(nullptr);
      continue;
    }
    results.emplace_back(decoded->json);
    ids.emplace_back(decoded->schemaId);
    types.emplace_back(toString(decoded->type));
  }
  return {{"results", std::move(results)}, {"ids", std::move(ids)}, {"types", std::move(types)}};
}

json::object Requests::answer(const json::object& request) {
  const auto what = textIn(request, "do");
  if (what == "register") {
    const auto id = registry().registerSchema(textIn(request, "subject"), schemaIn(request));
    return id ? json::object{{"id", *id}} : refused(id.error());
  }
  if (what == "lookUp") {
    const auto found = registry().lookUp(textIn(request, "subject"), schemaIn(request));
    return found ? json::object{{"id", found->id}, {"version", found->version}}
                 : refused(found.error());
  }
  if (what == "encode") {
    return encode(request);
  }
  if (what == "decode") {
    return decode(request);
  }
  if (what == "resolve") {
    return resolve(request);
  }
  if (what == "canonical") {
    return canonical(request);
  }
  throw std::runtime_error("an unknown request");
}

}  // namespace caas::kafka::cross
