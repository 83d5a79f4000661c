#pragma once

#include <boost/json.hpp>

#include "caas/kafka/dlq.hpp"

namespace caas::kafka::cli {

[[nodiscard]] boost::json::object toJson(const DlqEntry& entry);
[[nodiscard]] boost::json::object toJson(const DlqGroup& group);
[[nodiscard]] boost::json::object toJson(const DlqJobReport& report);

}  // namespace caas::kafka::cli
