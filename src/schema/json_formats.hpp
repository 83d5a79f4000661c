#pragma once

#include <string_view>

namespace caas::kafka::schema {

/// RFC 3339: "2024-05-06", "07:08:09.5Z", and both with a T between.
[[nodiscard]] bool isDate(std::string_view text);
[[nodiscard]] bool isTime(std::string_view text);
[[nodiscard]] bool isDateTime(std::string_view text);

}  // namespace caas::kafka::schema
