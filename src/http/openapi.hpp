#pragma once

#include <span>

#include <boost/json/object.hpp>

#include "http/route.hpp"

namespace caas::kafka::http {

/// OpenAPI 3.1 of these routes. `tokens`: whether a bearer token is asked for.
[[nodiscard]] boost::json::object openApi(std::span<const Route> routes, bool tokens);

/// Adds /v1/openapi.json, which tells of those in the list and of itself: so it comes last.
void addOpenApiRoute(Routes& routes, bool tokens);

}  // namespace caas::kafka::http
