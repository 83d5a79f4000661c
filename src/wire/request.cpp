#include "wire/request.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/errors.hpp"
#include "wire/generated/headers.hpp"

namespace caas::kafka::wire {

Result<int> chooseVersion(Api api, VersionRange ours, VersionRange theirs) {
  const VersionRange both{std::max(ours.low, theirs.low), std::min(ours.high, theirs.high)};
  if (!theirs.empty() && !both.empty()) {
    return both.high;
  }
  return fail(Error{
      .code = ErrorCode::kUnsupported,
      .message = theirs.empty()
                     ? fmt::format("the broker does not know {}", toString(api))
                     : fmt::format("the broker speaks {} {} to {}, and we {} to {}", toString(api),
                                   theirs.low, theirs.high, ours.low, ours.high),
      .hint = "Brokers from Kafka 3.7 to 4.3 are served"});
}

Result<Frame> encodeRequest(const Request& request, int version, int correlation,
                            const std::string& clientId) {
  RequestHeader header;
  header.requestApiKey = static_cast<std::int16_t>(request.api);
  header.requestApiVersion = static_cast<std::int16_t>(version);
  header.correlationId = correlation;
  header.clientId = clientId;
  const bool flexible = version >= request.flexibleSince;
  Encoder encoder(flexible);
  RequestHeader::visit(encoder, std::as_const(header),
                       requestHeaderVersion(version, request.flexibleSince));
  request.body(encoder, version);
  if (!encoder.ok()) {
    return fail(detail::cannotEncode(toString(request.api), version, encoder.problem()));
  }
  return std::move(encoder).take();
}

}  // namespace caas::kafka::wire
