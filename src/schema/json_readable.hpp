#pragma once

#include <boost/json/value.hpp>

namespace caas::kafka::schema {

/// What valijson takes for something else, and how it is held so that it does not:
///
/// - A number without a fraction is an integer in JSON Schema (draft 6 and later), 7.0 as well as
/// 7: some
///   writers have but one kind of number. It asks how the number is held.
/// - A text ends where it ends. It counts the characters to the first zero byte, so that a length
/// that
///   is asked for could be got round.
[[nodiscard]] bool isMisread(const boost::json::value& value);
void makeReadable(boost::json::value& value);

}  // namespace caas::kafka::schema
