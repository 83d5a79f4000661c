#pragma once

// Settings in force.

#include <string_view>

#include <boost/json.hpp>

#include "caas/kafka/settings.hpp"
#include "http/schema.hpp"

namespace caas::kafka {

/// `source` for people, e.g. "environment"; the value of a secret is never in the row.
[[nodiscard]] boost::json::object toJson(const SettingInForce& row, std::string_view source);
[[nodiscard]] http::Schema settingSchema();

}  // namespace caas::kafka
