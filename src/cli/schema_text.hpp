#pragma once

// Schemas for people: laid out, compared line by line, read from files.

#include <string>
#include <string_view>
#include <vector>

#include "caas/kafka/schema_registry.hpp"

namespace caas::kafka::cli {

/// JSON on several lines, two spaces a level; what fits on a line stays on it. Other text as it is.
[[nodiscard]] std::string laidOut(const SchemaText& schema);

struct DiffLine {
  char mark = ' ';  ///< ' ', '-' or '+'
  std::string text;
};
/// The fewest lines taken away and added (longest common subsequence); texts of more than 2,000
/// lines are compared as two blocks.
[[nodiscard]] std::vector<DiffLine> diffLines(std::string_view before, std::string_view after);

/// --type: a schema type, or "json-schema", as the events' format is called. Errors:
/// kInvalidArgument.
[[nodiscard]] Result<SchemaType> parseTypeOption(std::string_view text);

/// A schema's file: .avsc is Avro, .proto Protobuf, .json JSON Schema, unless `type` says. Errors:
/// kInvalidArgument, kIo.
[[nodiscard]] Result<SchemaText> readSchemaFile(const std::string& path, std::string_view type);

/// "name=subject:version". Errors: kInvalidArgument.
[[nodiscard]] Result<SchemaReference> parseReference(std::string_view text);

}  // namespace caas::kafka::cli
