#pragma once

// Schemas of the registry.

#include <boost/json.hpp>

#include "caas/kafka/schema_registry.hpp"
#include "http/schema.hpp"

namespace caas::kafka {

[[nodiscard]] boost::json::object toJson(const RegisteredSchema& registered);
[[nodiscard]] http::Schema registeredSchemaSchema();

}  // namespace caas::kafka
