#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "caas/kafka/catalog.hpp"
#include "caas/kafka/schema_registry.hpp"

namespace caas::kafka {

/// The subject of one event type. `topic`: where it goes, for the strategies that use it; `record`:
/// the full name in its schema.
[[nodiscard]] std::string subjectOf(SubjectStrategy strategy, const TopicDefinition& definition,
                                    std::string_view eventType, std::string_view topic = {},
                                    std::string_view record = {});

/// What kind of schema events of this format have; nullopt: plain JSON has none.
[[nodiscard]] std::optional<SchemaType> schemaTypeOf(EventFormat format);
/// The schema of a built-in event type (schemas/{type}.avsc, .json, .proto), or nullopt for
/// another.
[[nodiscard]] std::optional<SchemaText> eventSchema(std::string_view eventType,
                                                    SchemaType format = SchemaType::kAvro);

/// A subject of the built-in events, and what belongs there.
struct EventSubject {
  std::string subject;
  SchemaText schema;
};
/// Of each built-in event that the catalog carries. Errors: kUnsupported (subjects that are named
/// after topics come with the tenants).
[[nodiscard]] Result<std::vector<EventSubject>> eventSubjects(
    SubjectStrategy strategy, const Catalog& catalog, SchemaType format = SchemaType::kAvro);

/// A record's value as its schema has it.
struct DecodedValue {
  SchemaType type = SchemaType::kAvro;
  int schemaId = 0;
  std::string json;  ///< unions without their branch's name, bytes as ISO-8859-1
};

/// Whether bytes can be in the registry's wire format: text and JSON never can.
[[nodiscard]] bool isFramed(std::string_view value);

/// Values in Confluent's wire format ⇄ JSON, by the schemas of a registry. Each schema is fetched
/// and compiled once. Thread-safe; calls block while a schema is fetched.
class SchemaSerde {
 public:
  explicit SchemaSerde(std::shared_ptr<SchemaRegistry> registry);
  ~SchemaSerde();
  SchemaSerde(const SchemaSerde&) = delete;
  SchemaSerde& operator=(const SchemaSerde&) = delete;

  /// Errors: kInvalidArgument (no frame, or bytes that the schema does not describe: the schema's
  /// id is in the message), and those of SchemaRegistry.
  [[nodiscard]] Result<DecodedValue> decode(std::string_view value);
  /// Appends the frame and the value to `out`, which is as it was after an error. `message`: which
  /// message of a Protobuf file it is, by its name; empty: the first. Errors: kInvalidArgument (no
  /// JSON, or not as the schema says, with the path; no such message), and those of SchemaRegistry.
  [[nodiscard]] Result<void> encode(int schemaId, std::string_view json, std::string& out,
                                    std::string_view message = {});

  /// Whether the schema can be used: parsed with what it refers to. Errors: kInvalidArgument (what
  /// is wrong, and where), and those of SchemaRegistry for its references.
  [[nodiscard]] Result<void> validate(const SchemaText& schema);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// What would break if a subject at this compatibility level got a new version after these, oldest
/// first, found out without the registry. Of Avro all of it (Avro 1.12, "Schema Resolution"); of
/// JSON Schema and Protobuf what the types, required fields, words and limits of one place say: the
/// registry may refuse more. Reasons name the version and the path. Errors: kInvalidArgument (a
/// schema that is wrong, or that refers to others).
[[nodiscard]] Result<CompatibilityVerdict> checkCompatibility(
    Compatibility level, const SchemaText& candidate,
    const std::vector<RegisteredSchema>& versions);
/// And with what the schemas refer to, got from the registry. Errors: also those of SchemaRegistry.
[[nodiscard]] Result<CompatibilityVerdict> checkCompatibility(
    Compatibility level, const SchemaText& candidate, const std::vector<RegisteredSchema>& versions,
    SchemaRegistry& registry);

}  // namespace caas::kafka
