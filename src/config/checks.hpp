#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "caas/kafka/settings.hpp"

namespace caas::kafka::config {

/// What was found wrong, a line each.
struct Findings {
  std::vector<std::string> errors;
  std::vector<std::string> warnings;
};

/// Whether a variable was given a value (not empty) anywhere.
using IsGiven = std::function<bool(std::string_view name)>;

/// What is wrong only in combination, or only on this machine (files that are not there).
void checkSettings(const Settings& settings, const IsGiven& isGiven, Findings& findings);

}  // namespace caas::kafka::config
