#include "schema/json_numbers.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace caas::kafka::schema {
namespace {

bool isWhole(double number) {
  constexpr double kEnd = 9'223'372'036'854'775'808.0;  // 2^63
  return number >= -kEnd && number < kEnd && std::trunc(number) == number;
}

}  // namespace

bool hasWholeDoubles(const boost::json::value& value) {
  if (const auto* number = value.if_double()) {
    return isWhole(*number);
  }
  if (const auto* array = value.if_array()) {
    return std::ranges::any_of(*array, hasWholeDoubles);
  }
  const auto* object = value.if_object();
  return object != nullptr && std::ranges::any_of(*object, [](const auto& member) {
           return hasWholeDoubles(member.value());
         });
}

void wholeDoublesToIntegers(boost::json::value& value) {
  if (const auto* number = value.if_double(); number != nullptr && isWhole(*number)) {
    value = static_cast<std::int64_t>(*number);
  } else if (auto* array = value.if_array()) {
    std::ranges::for_each(*array, wholeDoublesToIntegers);
  } else if (auto* object = value.if_object()) {
    for (auto& member : *object) {
      wholeDoublesToIntegers(member.value());
    }
  }
}

}  // namespace caas::kafka::schema
