#pragma once

#include <optional>
#include <string>

#include "caas/kafka/publisher.hpp"
#include "http/idempotency/keyed_request.hpp"

namespace caas::kafka::http {

/// A request to publish under an Idempotency-Key, all of its events encoded. nullopt: there is
/// nothing to publish, and it has been answered.
[[nodiscard]] std::optional<KeyedRequest> keyedRequest(EventPublisher& publisher,
                                                       const std::optional<TenantId>& tenant,
                                                       const RequestPtr& request,
                                                       const Responder& responder,
                                                       const std::string& key);

/// Where an event is: the answer to a single one.
[[nodiscard]] Response deliveredAnswer(std::string_view topic, int partition, std::int64_t offset,
                                       Timestamp timestamp, std::string_view id);

}  // namespace caas::kafka::http
