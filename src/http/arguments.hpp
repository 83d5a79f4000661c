#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "caas/kafka/clock.hpp"

namespace caas::kafka::http {

/// The values of a route's parameters, checked by what the route says of them; defaults are filled
/// in. Asking for a parameter that the route does not have is a bug and gives the empty value.
class Arguments {
 public:
  /// Whether it has a value, a default counts.
  [[nodiscard]] bool has(std::string_view name) const { return values_.contains(name); }
  /// "" when it has none.
  [[nodiscard]] const std::string& text(std::string_view name) const;
  [[nodiscard]] std::optional<std::string> find(std::string_view name) const;
  /// Of a number; 0 when it has none.
  [[nodiscard]] std::int64_t integer(std::string_view name) const;
  [[nodiscard]] std::optional<std::int64_t> findInteger(std::string_view name) const;
  /// Of a yes or no; false when it has none.
  [[nodiscard]] bool flag(std::string_view name) const;
  /// Of a time.
  [[nodiscard]] std::optional<Timestamp> time(std::string_view name) const;
  /// All values of one that may be repeated.
  [[nodiscard]] const std::vector<std::string>& all(std::string_view name) const;

  /// Router's and tests'.
  void add(std::string_view name, std::string value);

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

}  // namespace caas::kafka::http
