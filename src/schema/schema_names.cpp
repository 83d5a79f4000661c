// The words of the registry's API.

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "caas/kafka/schema_registry.hpp"
#include "config/enum_names.hpp"
#include "core/errors.hpp"

namespace caas::kafka {
namespace config {
namespace {

constexpr std::array kTypes{EnumName<SchemaType>{SchemaType::kAvro, "AVRO"},
                            EnumName<SchemaType>{SchemaType::kJson, "JSON"},
                            EnumName<SchemaType>{SchemaType::kProtobuf, "PROTOBUF"}};
constexpr std::array kLevels{
    EnumName<Compatibility>{Compatibility::kNone, "NONE"},
    EnumName<Compatibility>{Compatibility::kBackward, "BACKWARD"},
    EnumName<Compatibility>{Compatibility::kBackwardTransitive, "BACKWARD_TRANSITIVE"},
    EnumName<Compatibility>{Compatibility::kForward, "FORWARD"},
    EnumName<Compatibility>{Compatibility::kForwardTransitive, "FORWARD_TRANSITIVE"},
    EnumName<Compatibility>{Compatibility::kFull, "FULL"},
    EnumName<Compatibility>{Compatibility::kFullTransitive, "FULL_TRANSITIVE"}};
constexpr std::array kModes{
    EnumName<RegistryMode>{RegistryMode::kReadWrite, "READWRITE"},
    EnumName<RegistryMode>{RegistryMode::kReadOnly, "READONLY"},
    EnumName<RegistryMode>{RegistryMode::kReadOnlyOverride, "READONLY_OVERRIDE"},
    EnumName<RegistryMode>{RegistryMode::kImport, "IMPORT"}};

}  // namespace

template <>
std::span<const EnumName<SchemaType>> enumNames() {
  return kTypes;
}
template <>
std::span<const EnumName<Compatibility>> enumNames() {
  return kLevels;
}
template <>
std::span<const EnumName<RegistryMode>> enumNames() {
  return kModes;
}

}  // namespace config

namespace {

template <class Enum>
Result<Enum> parsed(std::string_view text, std::string_view what) {
  std::string word(text);
  std::ranges::replace(word, '-', '_');
  if (const auto value = config::parseEnum<Enum>(word)) {
    return *value;
  }
  return fail(errors::invalidArgument(fmt::format("'{}' is no {}", text, what),
                                      fmt::format("Allowed are {}", config::allowedNames<Enum>())));
}

}  // namespace

std::string_view toString(SchemaType type) { return config::nameOf(type); }
std::string_view toString(Compatibility compatibility) { return config::nameOf(compatibility); }
std::string_view toString(RegistryMode mode) { return config::nameOf(mode); }
Result<SchemaType> parseSchemaType(std::string_view text) {
  return parsed<SchemaType>(text, "schema type");
}
Result<Compatibility> parseCompatibility(std::string_view text) {
  return parsed<Compatibility>(text, "compatibility level");
}
Result<RegistryMode> parseRegistryMode(std::string_view text) {
  return parsed<RegistryMode>(text, "registry mode");
}

}  // namespace caas::kafka
