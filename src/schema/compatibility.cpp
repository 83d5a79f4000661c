// A registry's compatibility check, without the registry.

#include "schema/compatibility.hpp"

#include <fmt/format.h>

#include "caas/kafka/schema_serde.hpp"
#include "core/errors.hpp"
#include "schema/avro_plan.hpp"

namespace caas::kafka {
namespace schema {

Result<Breaks> avroBreaks(const CompleteSchema& writer, const CompleteSchema& reader) {
  CAAS_ASSIGN(auto written, parseAvro(writer));
  CAAS_ASSIGN(auto read, parseAvro(reader));
  const auto plan = avro::Plan::compile(std::make_shared<const avro::Schema>(std::move(written)),
                                        std::make_shared<const avro::Schema>(std::move(read)));
  return plan ? plan->unreadable() : Breaks{plan.error().message};
}

}  // namespace schema

namespace {

using schema::Breaks;
using schema::CompleteSchema;

struct Rules {
  bool backward = false;
  bool forward = false;
};

Rules rulesOf(Compatibility level) {
  switch (level) {
    case Compatibility::kNone: return {};
    case Compatibility::kBackward:
    case Compatibility::kBackwardTransitive: return {.backward = true};
    case Compatibility::kForward:
    case Compatibility::kForwardTransitive: return {.forward = true};
    case Compatibility::kFull:
    case Compatibility::kFullTransitive: return {.backward = true, .forward = true};
  }
  return {};
}

Result<Breaks> breaksOf(const CompleteSchema& writer, const CompleteSchema& reader) {
  if (writer.schema.type != reader.schema.type) {
    return Breaks{fmt::format("written as {}, read as {}", toString(writer.schema.type),
                              toString(reader.schema.type))};
  }
  switch (writer.schema.type) {
    case SchemaType::kAvro: return schema::avroBreaks(writer, reader);
    case SchemaType::kJson: return schema::jsonBreaks(writer, reader);
    case SchemaType::kProtobuf: return schema::protobufBreaks(writer, reader);
  }
  return Breaks{};
}

using Complete = std::function<Result<CompleteSchema>(const SchemaText&)>;

Result<CompatibilityVerdict> judge(Compatibility level, const SchemaText& candidate,
                                   const std::vector<RegisteredSchema>& versions,
                                   const Complete& complete) {
  CAAS_ASSIGN(const auto now, complete(candidate));
  // A schema that is wrong is told also where there is nothing to compare it with.
  CAAS_TRY(schema::makeCodec(now));
  const Rules rules = rulesOf(level);
  CompatibilityVerdict verdict{.compatible = true};
  const auto add = [&](const Breaks& breaks, std::string_view what, int version) {
    for (const auto& reason : breaks) {
      verdict.compatible = false;
      verdict.reasons.push_back(fmt::format("{} version {}: {}", what, version, reason));
    }
  };
  for (std::size_t i = isTransitive(level) || versions.empty() ? 0 : versions.size() - 1;
       i < versions.size(); ++i) {
    CAAS_ASSIGN(const auto before, complete(versions[i].schema));
    if (rules.backward) {
      CAAS_ASSIGN(const auto breaks, breaksOf(before, now));
      add(breaks, "it cannot read what was written with", versions[i].version);
    }
    if (rules.forward) {
      CAAS_ASSIGN(const auto breaks, breaksOf(now, before));
      add(breaks, "what is written with it cannot be read with", versions[i].version);
    }
  }
  return verdict;
}

}  // namespace

bool isTransitive(Compatibility compatibility) {
  return compatibility == Compatibility::kBackwardTransitive ||
         compatibility == Compatibility::kForwardTransitive ||
         compatibility == Compatibility::kFullTransitive;
}

Result<CompatibilityVerdict> checkCompatibility(Compatibility level, const SchemaText& candidate,
                                                const std::vector<RegisteredSchema>& versions) {
  return judge(level, candidate, versions, [](const SchemaText& schema) -> Result<CompleteSchema> {
    return CompleteSchema{.schema = schema};
  });
}

Result<CompatibilityVerdict> checkCompatibility(Compatibility level, const SchemaText& candidate,
                                                const std::vector<RegisteredSchema>& versions,
                                                SchemaRegistry& registry) {
  return judge(level, candidate, versions,
               [&](const SchemaText& schema) { return schema::withReferences(schema, registry); });
}

}  // namespace caas::kafka
