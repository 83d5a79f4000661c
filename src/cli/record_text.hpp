#pragma once

#include <string>

#include "caas/kafka/record.hpp"
#include "cli/text.hpp"
#include "cli/value_view.hpp"

namespace caas::kafka::cli {

/// One JSON object without line breaks:
///
///   {"topic":…,"partition":…,"offset":…,"timestamp":ISO,"key":…,"value":…,"valueEncoding":…,
///    "headers":[{"name":…,"value":…}]}
///
/// valueEncoding says what `value` is: "json" (the bytes were JSON; they stand there as they were,
/// numbers untouched), "text" (a string), "base64" (bytes that are not UTF-8), "null" (a
/// tombstone); a value that was decoded by its schema has "avro", "json-schema" or "protobuf", and
/// its "schemaId" beside it; one that could not be has "valueProblem". Keys and header values are
/// strings or null; one that is not UTF-8 is base64 and has "keyEncoding" or "encoding" beside it.
/// Control characters are escaped, as in the text form.
[[nodiscard]] std::string recordToJson(const ReceivedRecord& record, const ValueView& view = {});

/// One line for people; bytes that could harm a terminal are escaped.
[[nodiscard]] std::string recordToText(const ReceivedRecord& record, bool withHeaders,
                                       const Style& style, const ValueView& view = {});

/// RFC 4648, with padding.
[[nodiscard]] std::string base64(std::string_view bytes);

}  // namespace caas::kafka::cli
