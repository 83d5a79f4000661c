#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "caas/kafka/result.hpp"
#include "caas/kafka/settings.hpp"
#include "client/raii.hpp"

namespace caas::kafka::client {

/// Collects librdkafka properties; the first one that it refuses is reported by `take`.
class ConfBuilder {
 public:
  /// Addresses, identity, TLS and SASL, time-outs: what every client has.
  ConfBuilder(const Settings& settings, std::string_view purpose);
  ConfBuilder& set(const char* name, std::string_view value);
  ConfBuilder& set(const char* name, std::int64_t value);
  ConfBuilder& events(int mask);
  /// Statistics now and then, for a client whose queue is always served: they would pile up.
  ConfBuilder& statistics();
  /// The finished configuration; kInvalidConfiguration names the property and why.
  [[nodiscard]] Result<ConfPtr> take();

 private:
  ConfPtr conf_;
  std::vector<std::string> refused_;
};

/// The producer's properties from the settings (design 5.6).
[[nodiscard]] Result<ConfPtr> producerConf(const Settings& settings,
                                           const ProducerSettings& producer,
                                           std::string_view purpose);

}  // namespace caas::kafka::client
