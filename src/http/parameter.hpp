#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace caas::kafka::http {

/// One parameter of a route: what it is called, where it stands, what it may be. Checked before the
/// handler is called: a handler only sees values that are allowed.
///
///     Parameter::query("limit", "Items of a page.").integer(1, 1000).byDefault("100")
struct Parameter {
  enum class In { kPath, kQuery, kHeader };
  enum class Type { kText, kInteger, kBoolean, kTime };

  In in = In::kQuery;
  std::string name{};
  std::string description{};
  Type type = Type::kText;
  bool required = false;
  bool repeats = false;
  std::optional<std::string> defaultValue{};
  std::int64_t least = 0;  ///< of an integer
  std::int64_t most = 0;
  std::size_t mostLength = 249;      ///< of a text, in bytes
  std::string regex{};               ///< of a text, ECMAScript, holds the whole of it; "": any
  std::vector<std::string> words{};  ///< of a text: these and no others
  std::string sample{};              ///< shown in the documentation

  [[nodiscard]] static Parameter path(std::string name, std::string description);
  [[nodiscard]] static Parameter query(std::string name, std::string description);
  [[nodiscard]] static Parameter header(std::string name, std::string description);

  /// A whole number from `lowest` to `highest`.
  [[nodiscard]] Parameter integer(std::int64_t lowest, std::int64_t highest) const;
  /// "true" or "false".
  [[nodiscard]] Parameter boolean() const;
  /// ISO 8601 with a zone, e.g. 2026-03-01T12:00:00Z.
  [[nodiscard]] Parameter time() const;
  [[nodiscard]] Parameter oneOf(std::vector<std::string> values) const;
  [[nodiscard]] Parameter pattern(std::string ecmaScript, std::size_t longest) const;
  [[nodiscard]] Parameter longest(std::size_t bytes) const;
  [[nodiscard]] Parameter byDefault(std::string value) const;
  [[nodiscard]] Parameter needed() const;
  /// May be given several times.
  [[nodiscard]] Parameter several() const;
  [[nodiscard]] Parameter example(std::string value) const;
};

/// Those that many routes take.
namespace parameters {

/// {id} of a tenant (design 5.4).
[[nodiscard]] Parameter tenantId(std::string name = "id");
/// {topic}: a topic's full name, as Kafka allows it.
[[nodiscard]] Parameter topicName(std::string name = "topic");
/// {group}: a consumer group's id.
[[nodiscard]] Parameter groupId(std::string name = "group");
/// limit: items of a page.
[[nodiscard]] Parameter limit(std::int64_t byDefault = 100, std::int64_t most = 1'000);
/// after: the item that the last page ended with (`next` of its answer).
[[nodiscard]] Parameter after();

}  // namespace parameters

}  // namespace caas::kafka::http
