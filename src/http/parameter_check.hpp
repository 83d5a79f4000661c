#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "caas/kafka/result.hpp"
#include "http/parameter.hpp"
#include "http/schema.hpp"

namespace caas::kafka::http {

/// What OpenAPI says of a parameter's values, and so what is allowed.
[[nodiscard]] Schema schemaOf(const Parameter& parameter);

/// A parameter made ready for checking.
class ParameterCheck {
 public:
  /// kInternal: its pattern is no regular expression.
  [[nodiscard]] static Result<ParameterCheck> compile(const Parameter& parameter);
  /// What is wrong with one value, to stand behind "limit='x': "; "" when nothing is.
  [[nodiscard]] std::string problemWith(const std::string& value) const;
  [[nodiscard]] const Parameter& parameter() const { return *parameter_; }

 private:
  struct Pattern;
  const Parameter* parameter_ = nullptr;
  std::shared_ptr<const Pattern> pattern_{};
};

}  // namespace caas::kafka::http
