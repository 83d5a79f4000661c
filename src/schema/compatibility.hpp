#pragma once

#include <string>
#include <vector>

#include "caas/kafka/result.hpp"
#include "schema/codec.hpp"

namespace caas::kafka::schema {

/// What a reader cannot read of what a writer writes, each with its path; empty: nothing that is
/// known here. Errors: kInvalidArgument (a schema that is wrong).
using Breaks = std::vector<std::string>;

/// By Avro's resolution, so all there is; the first that is found.
[[nodiscard]] Result<Breaks> avroBreaks(const CompleteSchema& writer, const CompleteSchema& reader);
/// Types, required and unknown properties, words and limits, wherever both schemas say them in the
/// same place. What allOf and its like say of a value is not compared.
[[nodiscard]] Result<Breaks> jsonBreaks(const CompleteSchema& writer, const CompleteSchema& reader);
/// Messages that are gone, field numbers with another type, required fields, another package.
[[nodiscard]] Result<Breaks> protobufBreaks(const CompleteSchema& writer,
                                            const CompleteSchema& reader);

}  // namespace caas::kafka::schema
