#pragma once

// The small languages of option values. Errors are kInvalidArgument: exit code 2.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "caas/kafka/clock.hpp"
#include "caas/kafka/events.hpp"
#include "caas/kafka/record_reader.hpp"

namespace caas::kafka::cli {

/// "500ms", "10s", "2m", "1h"; a plain number is seconds. More than zero, at most 24 hours.
[[nodiscard]] Result<Milliseconds> parseDuration(std::string_view option, std::string_view text);

/// "name=value" at the first '='; the value may be empty, the name may not.
[[nodiscard]] Result<std::pair<std::string, std::string>> parseAssignment(std::string_view option,
                                                                          std::string_view text);

/// "conversation=conversationId,user=userId": field in the file = field of the event.
[[nodiscard]] Result<FieldMap> parseFieldMap(const std::vector<std::string>& texts);

/// "name=value", in the order that they were given; a name may stand twice, as in Kafka.
[[nodiscard]] Result<std::vector<Header>> parseHeaders(const std::vector<std::string>& texts);

/// "earliest", "latest", an offset (digits only) or a time (ISO 8601).
[[nodiscard]] Result<ReadFrom> parseFrom(std::string_view text);

/// Where reading stops: nullopt is the end that the partitions have now ("end").
[[nodiscard]] Result<std::optional<Timestamp>> parseUntil(std::string_view text);

/// Fields of one event from the command line, as a JSON object that eventFromJson takes. Yes/no
/// fields take true and false, maps take `properties.name=value`; names that `type` does not have
/// are refused with the nearest that it has. A type that the library has no fields for takes all.
[[nodiscard]] Result<std::string> fieldsToJson(std::string_view type,
                                               const std::vector<std::string>& assignments);

}  // namespace caas::kafka::cli
