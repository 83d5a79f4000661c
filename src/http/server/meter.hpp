#pragma once

#include <chrono>
#include <string_view>

namespace caas::kafka::http {

/// Who counts what the server does. Called on its own thread.
class ServerMeter {
 public:
  virtual ~ServerMeter() = default;
  /// `route` is the pattern, "none" where none matched.
  virtual void answered(std::string_view method, std::string_view route, int status,
                        std::chrono::nanoseconds took) = 0;
  virtual void opened() = 0;
  virtual void closed() = 0;
  /// A connection or request turned away before a route saw it: "connections", "network", "host",
  /// "token", "size", "syntax", "timeout", "load".
  virtual void refused(std::string_view reason) = 0;
};

}  // namespace caas::kafka::http
