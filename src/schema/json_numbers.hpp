#pragma once

#include <boost/json/value.hpp>

namespace caas::kafka::schema {

/// A number without a fraction is an integer in JSON Schema (draft 6 and later), 7.0 as well as 7:
/// some writers have but one kind of number. valijson asks how it is held.
[[nodiscard]] bool hasWholeDoubles(const boost::json::value& value);
/// Holds them as integers, those of 64 bits.
void wholeDoublesToIntegers(boost::json::value& value);

}  // namespace caas::kafka::schema
