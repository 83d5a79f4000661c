#pragma once

// The API's routes over a service that nobody has initialized, for tests that need no Kafka.

#include <memory>

#include "http/api.hpp"

namespace caas::kafka::test {

inline http::ApiPtr apiWithoutKafka(LoadedSettings loaded) {
  auto service = makeKafkaService(loaded.settings);
  auto catalog = service->catalog();
  return std::make_shared<const http::Api>(
      http::Api{.service = std::move(service),
                .loaded = std::move(loaded),
                .catalog = catalog ? *std::move(catalog) : nullptr});
}

}  // namespace caas::kafka::test
