// The words of the registry's API.

#include <array>
#include <utility>

#include <fmt/format.h>

#include "caas/kafka/schema_registry.hpp"
#include "core/errors.hpp"

namespace caas::kafka {
namespace {

template <class Enum, std::size_t N>
using Words = std::array<std::pair<Enum, std::string_view>, N>;

constexpr Words<SchemaType, 3> kTypes{{{SchemaType::kAvro, "AVRO"},
                                       {SchemaType::kJson, "JSON"},
                                       {SchemaType::kProtobuf, "PROTOBUF"}}};
constexpr Words<Compatibility, 7> kLevels{
    {{Compatibility::kNone, "NONE"},
     {Compatibility::kBackward, "BACKWARD"},
     {Compatibility::kBackwardTransitive, "BACKWARD_TRANSITIVE"},
     {Compatibility::kForward, "FORWARD"},
     {Compatibility::kForwardTransitive, "FORWARD_TRANSITIVE"},
     {Compatibility::kFull, "FULL"},
     {Compatibility::kFullTransitive, "FULL_TRANSITIVE"}}};
constexpr Words<RegistryMode, 4> kModes{{{RegistryMode::kReadWrite, "READWRITE"},
                                         {RegistryMode::kReadOnly, "READONLY"},
                                         {RegistryMode::kReadOnlyOverride, "READONLY_OVERRIDE"},
                                         {RegistryMode::kImport, "IMPORT"}}};

template <class Enum, std::size_t N>
std::string_view wordOf(const Words<Enum, N>& words, Enum value) {
  for (const auto& [known, word] : words) {
    if (known == value) {
      return word;
    }
  }
  return "?";
}

template <class Enum, std::size_t N>
Result<Enum> valueOf(const Words<Enum, N>& words, std::string_view text, std::string_view what) {
  std::string upper;
  for (const char c : text) {
    upper += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : (c == '-' ? '_' : c);
  }
  std::string allowed;
  for (const auto& [value, word] : words) {
    if (word == upper) {
      return value;
    }
    allowed += fmt::format("{}{}", allowed.empty() ? "" : ", ", word);
  }
  return fail(errors::invalidArgument(fmt::format("'{}' is no {}", text, what),
                                      fmt::format("Allowed are {}", allowed)));
}

}  // namespace

std::string_view toString(SchemaType type) { return wordOf(kTypes, type); }
std::string_view toString(Compatibility compatibility) { return wordOf(kLevels, compatibility); }
std::string_view toString(RegistryMode mode) { return wordOf(kModes, mode); }
Result<SchemaType> parseSchemaType(std::string_view text) {
  return valueOf(kTypes, text, "schema type");
}
Result<Compatibility> parseCompatibility(std::string_view text) {
  return valueOf(kLevels, text, "compatibility level");
}
Result<RegistryMode> parseRegistryMode(std::string_view text) {
  return valueOf(kModes, text, "registry mode");
}

}  // namespace caas::kafka
