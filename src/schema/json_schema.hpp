#pragma once

// A JSON Schema as a document, before anybody judges by it.

#include <string_view>

#include <boost/json.hpp>

#include "caas/kafka/result.hpp"
#include "schema/codec.hpp"

namespace caas::kafka::schema {

/// One document out of a schema and what it refers to: the others stand in it as members, and every
/// $ref points into it. valijson alone knows absolute URIs only, and subjects have names like
/// "user.json". Errors: kInvalidArgument.
[[nodiscard]] Result<boost::json::value> bundledJson(const CompleteSchema& schema);

/// What a $ref of this schema points at within the document; nullptr: it has none, or to nothing.
[[nodiscard]] const boost::json::value* referredTo(const boost::json::value& document,
                                                   const boost::json::value& schema);

/// Whether judging a value would come back to judging the same value for ever: a $ref, or a word
/// that applies another schema to the value itself, that leads back to where it stands.
[[nodiscard]] bool isEndless(const boost::json::value& document);

}  // namespace caas::kafka::schema
