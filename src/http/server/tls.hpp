#pragma once

#include <memory>

#include "caas/kafka/result.hpp"
#include "http/server/server.hpp"

namespace boost::asio::ssl {
class context;
}

namespace caas::kafka::http {

/// TLS 1.2 and newer with this certificate. kInvalidConfiguration: it cannot be read, or the key is
/// not its own.
[[nodiscard]] Result<std::shared_ptr<boost::asio::ssl::context>> makeTls(const TlsFiles& files);

}  // namespace caas::kafka::http
