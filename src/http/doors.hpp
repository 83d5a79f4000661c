#pragma once

#include <vector>

#include "http/api.hpp"
#include "http/server/server.hpp"

namespace caas::kafka::http {

/// The two listeners of the settings with their routes: HTTP_LISTEN with the API (and the probes,
/// when it is loopback), HTTP_OPS_LISTEN with the probes. Beyond loopback the first is refused
/// without tokens and either TLS or named proxies: kInvalidConfiguration says what is missing.
[[nodiscard]] Result<std::vector<ListenOptions>> makeDoors(const ApiPtr& api);

}  // namespace caas::kafka::http
