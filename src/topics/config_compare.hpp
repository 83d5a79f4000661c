#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "caas/kafka/topic_manager.hpp"
#include "client/admin.hpp"

namespace caas::kafka::topics {

/// Whether two values of a topic config mean the same: numbers compare as numbers ("0.10" is
/// "0.1"), lists as sets ("compact,delete" is "delete,compact"), booleans without case.
[[nodiscard]] bool sameConfigValue(std::string_view one, std::string_view other);

/// What is declared and not in force. A value that equals the declared one is no difference,
/// wherever it comes from; settings that are not declared are never looked at.
[[nodiscard]] std::vector<ConfigDifference> configDifferences(
    const std::map<std::string, std::string>& declared, const client::ConfigMap& actual);

}  // namespace caas::kafka::topics
