#pragma once

// The forms that values take. Pure: no file is touched here.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace caas::kafka::config {

[[nodiscard]] std::string_view trim(std::string_view text);
/// Splits at commas and trims; an empty text has no parts, "a,,b" has an empty one.
[[nodiscard]] std::vector<std::string> splitList(std::string_view text);

/// A decimal number, nothing else around it.
[[nodiscard]] std::optional<std::int64_t> parseInteger(std::string_view text);
/// true/false, 1/0, yes/no, on/off in any case.
[[nodiscard]] std::optional<bool> parseBool(std::string_view text);

// The following say what is wrong with a value; "" when nothing is.

/// host:port, [ipv6]:port.
[[nodiscard]] std::string hostPortProblem(std::string_view text, int lowestPort);
/// http(s)://host[:port][/path], without user and password.
[[nodiscard]] std::string urlProblem(std::string_view text);
/// Several with commas between, at least one.
[[nodiscard]] std::string urlListProblem(std::string_view text);
/// 10.0.0.0/8, ::1/128, or one address.
[[nodiscard]] std::string cidrProblem(std::string_view text);
/// A host's name or address, without a port.
[[nodiscard]] std::string hostNameProblem(std::string_view text);
/// A name or id that goes to Kafka: no control characters, at most 249 bytes.
[[nodiscard]] std::string nameProblem(std::string_view text);

/// For messages: control characters as \xNN, at most 120 bytes; what stands before an '@' (user and
/// password of an address) struck out.
[[nodiscard]] std::string quotable(std::string_view text);

}  // namespace caas::kafka::config
