#pragma once

#include <optional>
#include <string>

#include "caas/kafka/record.hpp"
#include "caas/kafka/schema_serde.hpp"

namespace caas::kafka {

/// A record's value as its schema has it, where it has one.
struct ValueView {
  std::optional<DecodedValue> decoded{};
  std::string problem{};  ///< why bytes that look as if they had a schema are shown as they are
};

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

}  // namespace caas::kafka
