#pragma once

#include <string>

#include "cli/session.hpp"

namespace caas::kafka::cli {

/// `caas-kafka topics describe NAME`.
[[nodiscard]] Result<int> describeTopic(Session& session, const std::string& name);

}  // namespace caas::kafka::cli
