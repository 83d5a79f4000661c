#pragma once

#include <string_view>

#include "support/fake_http_server.hpp"

namespace caas::kafka::test {

/// A new certificate for 127.0.0.1 that vouches for itself, valid for a day.
[[nodiscard]] FakeIdentity selfSigned(std::string_view name);

}  // namespace caas::kafka::test
