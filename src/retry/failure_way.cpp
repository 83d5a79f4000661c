#include "retry/failure_way.hpp"

namespace caas::kafka::retry {

bool continuesWay(const ParsedFailureHeaders& parsed, const ConsumedRecord& record,
                  std::string_view group) {
  const auto& origin = parsed.headers.origin;
  return parsed.state == FailureHeadersState::kCurrent && !parsed.headers.reason &&
         origin.topic == record.topic && origin.partition == record.partition &&
         origin.offset == record.offset && origin.group == group;
}

FailureHeaders beginWay(const ConsumedRecord& record, std::string_view group, Clock& clock,
                        Random& random) {
  FailureHeaders headers;
  headers.id = makeId(clock, random);
  headers.firstFailedAt = clock.now();
  headers.origin = {.topic = std::string(record.topic),
                    .partition = record.partition,
                    .offset = record.offset,
                    .timestamp = record.timestamp,
                    .group = std::string(group)};
  return headers;
}

NextStep goOn(FailureHeaders& headers, const consume::FailedRecord& failed,
              const RetryPolicy& policy, Clock& clock, Random& random) {
  const int attempt = failed.record->attempt;
  auto step = nextStep(
      policy, {.kind = failed.kind, .stage = failed.stage, .code = failed.code, .attempt = attempt},
      clock, random);
  headers.reason = step.reason;
  headers.attempt = step.reason ? attempt : attempt + 1;
  headers.tier = step.reason ? headers.tier : step.tier;
  headers.notBefore = step.notBefore;
  headers.lastFailedAt = clock.now();
  headers.originBytes.reset();
  const auto stage = consume::toString(failed.stage);
  headers.error = {.code = std::string(failed.code),
                   .message = std::string(failed.message),
                   .stage = std::string(stage),
                   .fingerprint = fingerprintOf(failed.code, stage, failed.message)};
  return step;
}

}  // namespace caas::kafka::retry
