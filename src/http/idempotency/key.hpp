#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "caas/kafka/catalog.hpp"
#include "http/message.hpp"

namespace caas::kafka::http {

inline constexpr std::string_view kIdempotencyKey = "Idempotency-Key";

/// A request's Idempotency-Key (draft-ietf-httpapi-idempotency-key-header-07): visible ASCII of up
/// to 255 characters, in quotes or not. nullopt: it has none. Errors: kInvalidArgument.
[[nodiscard]] Result<std::optional<std::string>> idempotencyKeyOf(const Request& request);

/// Keys of one tenant are no other's.
[[nodiscard]] std::string scopedKey(const std::optional<TenantId>& tenant, std::string_view key);
/// Of what the request asks for: the same key with another one is a mistake.
[[nodiscard]] std::string fingerprintOf(const Request& request);

}  // namespace caas::kafka::http
