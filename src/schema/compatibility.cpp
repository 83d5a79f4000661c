// A registry's compatibility check for Avro, without the registry.

#include <fmt/format.h>

#include "caas/kafka/schema_serde.hpp"
#include "core/errors.hpp"
#include "schema/avro_plan.hpp"

namespace caas::kafka {
namespace {

using SchemaPtr = std::shared_ptr<const avro::Schema>;

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

Result<SchemaPtr> parsed(const SchemaText& schema) {
  if (schema.type != SchemaType::kAvro) {
    return fail({.code = ErrorCode::kUnsupported,
                 .message = fmt::format("{} schemas are compared by the registry alone",
                                        toString(schema.type))});
  }
  CAAS_ASSIGN(auto avro, avro::Schema::parse(schema.text));
  return std::make_shared<const avro::Schema>(std::move(avro));
}

}  // namespace

bool isTransitive(Compatibility compatibility) {
  return compatibility == Compatibility::kBackwardTransitive ||
         compatibility == Compatibility::kForwardTransitive ||
         compatibility == Compatibility::kFullTransitive;
}

Result<CompatibilityVerdict> checkCompatibility(Compatibility level, const SchemaText& candidate,
                                                const std::vector<RegisteredSchema>& versions) {
  CAAS_ASSIGN(const auto now, parsed(candidate));
  const Rules rules = rulesOf(level);
  CompatibilityVerdict verdict{.compatible = true};
  for (std::size_t i = isTransitive(level) || versions.empty() ? 0 : versions.size() - 1;
       i < versions.size(); ++i) {
    CAAS_ASSIGN(const auto before, parsed(versions[i].schema));
    const auto judge = [&](const SchemaPtr& writer, const SchemaPtr& reader,
                           std::string_view what) {
      const auto plan = avro::Plan::compile(writer, reader);
      const auto problems =
          plan ? plan->unreadable() : std::vector<std::string>{plan.error().message};
      for (const auto& problem : problems) {
        verdict.compatible = false;
        verdict.reasons.push_back(
            fmt::format("{} version {}: {}", what, versions[i].version, problem));
      }
    };
    if (rules.backward) {
      judge(before, now, "it cannot read what was written with");
    }
    if (rules.forward) {
      judge(now, before, "what is written with it cannot be read with");
    }
  }
  return verdict;
}

}  // namespace caas::kafka
