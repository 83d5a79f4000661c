#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "caas/kafka/clock.hpp"
#include "caas/kafka/schema_registry.hpp"
#include "schema/http_client.hpp"
#include "schema/registry_meter.hpp"

namespace caas::kafka::schema {

/// One call of the registry's API.
struct RegistryCall {
  std::string method = "GET";
  std::string path;  ///< from the API's root: "/subjects/chat-value/versions"
  std::optional<boost::json::value> body{};
  /// What it is about, for "schema not found": "subject 'chat-value', version 3".
  std::string about{};
};

/// Carries calls to one of the registry's URLs: finds the API's root, fails over, repeats what may
/// be repeated. Thread-safe.
class RegistryTransport {
 public:
  RegistryTransport(std::vector<std::string> urls, HttpCredentials credentials,
                    SchemaRegistryOptions options, Clock& clock);

  [[nodiscard]] Result<boost::json::value> call(const RegistryCall& call);
  /// Asks each URL once.
  [[nodiscard]] Result<void> ping(Milliseconds timeout);
  /// "http://a:8081,http://b:8081"
  [[nodiscard]] std::string urls() const;

 private:
  struct Endpoint {
    std::string url;                    ///< without a slash at its end
    std::optional<std::string> root{};  ///< what the API's paths are appended to, once known
  };

  Result<boost::json::value> callUntilAnswered(const RegistryCall& call);
  Result<boost::json::value> attempt(std::size_t endpoint, const RegistryCall& call,
                                     Milliseconds timeout);
  Result<std::string> rootOf(std::size_t endpoint, Milliseconds timeout);

  HttpClient http_;
  const SchemaRegistryOptions options_;
  Clock& clock_;
  mutable std::mutex mutex_;
  std::vector<Endpoint> endpoints_;
  std::size_t preferred_ = 0;  ///< the one that answered last
  RegistryMeter meter_;
};

}  // namespace caas::kafka::schema
