#pragma once

#include <string>
#include <vector>

#include <boost/json.hpp>

#include "caas/kafka/schema_registry.hpp"

namespace caas::kafka::schema {

// The bodies of the registry's API. Errors: kInternal, with the field that is not as the API says.

[[nodiscard]] Result<std::vector<std::string>> stringsOf(const boost::json::value& body);
[[nodiscard]] Result<std::vector<int>> integersOf(const boost::json::value& body);
[[nodiscard]] Result<int> idOf(const boost::json::value& body);
[[nodiscard]] Result<SchemaText> schemaOf(const boost::json::value& body);
[[nodiscard]] Result<RegisteredSchema> registeredOf(const boost::json::value& body);
[[nodiscard]] Result<CompatibilityVerdict> verdictOf(const boost::json::value& body);
/// Of /config: what PUT calls "compatibility" GET calls "compatibilityLevel".
[[nodiscard]] Result<Compatibility> compatibilityOf(const boost::json::value& body);
[[nodiscard]] Result<RegistryMode> modeOf(const boost::json::value& body);

/// What registering, looking up and checking send.
[[nodiscard]] boost::json::object requestOf(const SchemaText& schema);

}  // namespace caas::kafka::schema
