#pragma once

#include <string>

#include "caas/kafka/record.hpp"
#include "cli/text.hpp"

namespace caas::kafka::cli {

/// One JSON object without line breaks:
///
///   {"topic":…,"partition":…,"offset":…,"timestamp":ISO,"key":…,"value":…,"valueEncoding":…,
///    "headers":[{"name":…,"value":…}]}
///
/// valueEncoding says what `value` is: "json" (the bytes were JSON; they stand there as they were,
/// numbers untouched), "text" (a string), "base64" (bytes that are not UTF-8), "null" (a
/// tombstone). Keys and header values are strings or null; one that is not UTF-8 is base64 and has
/// "keyEncoding" or "encoding" beside it. Control characters are escaped, as in the text form.
[[nodiscard]] std::string recordToJson(const ReceivedRecord& record);

/// One line for people; bytes that could harm a terminal are escaped.
[[nodiscard]] std::string recordToText(const ReceivedRecord& record, bool withHeaders,
                                       const Style& style);

/// RFC 4648, with padding.
[[nodiscard]] std::string base64(std::string_view bytes);

}  // namespace caas::kafka::cli
