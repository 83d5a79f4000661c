#include "http/idempotency/key.hpp"

#include <algorithm>

#include "core/digest.hpp"
#include "core/errors.hpp"

namespace caas::kafka::http {
namespace {

constexpr std::size_t kLongest = 255;

bool isVisible(char c) { return c >= '!' && c <= '~' && c != '"' && c != '\\'; }

}  // namespace

Result<std::optional<std::string>> idempotencyKeyOf(const Request& request) {
  const auto given = request.headers.get(kIdempotencyKey);
  if (!given) {
    return std::optional<std::string>();
  }
  std::string_view key = *given;
  if (key.size() >= 2 && key.front() == '"' && key.back() == '"') {
    key = key.substr(1, key.size() - 2);
  }
  if (key.empty() || key.size() > kLongest || !std::ranges::all_of(key, isVisible) ||
      request.headers.count(kIdempotencyKey) > 1) {
    return fail(errors::invalidArgument(
        "Idempotency-Key is one text of 1 to 255 visible ASCII characters without quotes within it",
        "Make a UUID for each event, and send it again with each try"));
  }
  return std::optional(std::string(key));
}

std::string scopedKey(const std::optional<TenantId>& tenant, std::string_view key) {
  // No tenant's id is empty.
  return (tenant ? tenant->str() : std::string()) + "/" + std::string(key);
}

std::string fingerprintOf(const Request& request) {
  // No path has a line break, nor has a type.
  return sha256Hex(request.path + "\n" + request.contentType() + "\n" + request.body);
}

}  // namespace caas::kafka::http
