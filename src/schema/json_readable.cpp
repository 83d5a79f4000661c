#include "schema/json_readable.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

namespace caas::kafka::schema {
namespace {

/// U+10FFFE is no character, and counts as one.
constexpr std::string_view kInsteadOfZero = "\xf4\x8f\xbf\xbe";

bool isWhole(double number) {
  constexpr double kEnd = 9'223'372'036'854'775'808.0;  // 2^63
  return number >= -kEnd && number < kEnd && std::trunc(number) == number;
}

bool hasZero(std::string_view text) { return text.find('\0') != std::string_view::npos; }

std::string withoutZero(std::string_view text) {
  std::string out;
  for (const char each : text) {
    if (each == '\0') {
      out += kInsteadOfZero;
    } else {
      out += each;
    }
  }
  return out;
}

}  // namespace

bool isMisread(const boost::json::value& value) {
  if (const auto* number = value.if_double()) {
    return isWhole(*number);
  }
  if (const auto* text = value.if_string()) {
    return hasZero(*text);
  }
  if (const auto* array = value.if_array()) {
    return std::ranges::any_of(*array, isMisread);
  }
  const auto* object = value.if_object();
  return object != nullptr && std::ranges::any_of(*object, [](const auto& member) {
           return hasZero(member.key()) || isMisread(member.value());
         });
}

void makeReadable(boost::json::value& value) {
  if (const auto* number = value.if_double(); number != nullptr && isWhole(*number)) {
    value = static_cast<std::int64_t>(*number);
  } else if (const auto* text = value.if_string(); text != nullptr && hasZero(*text)) {
    value = boost::json::string(withoutZero(*text));
  } else if (auto* array = value.if_array()) {
    std::ranges::for_each(*array, makeReadable);
  } else if (auto* object = value.if_object()) {
    boost::json::object readable(object->storage());
    for (auto& member : *object) {
      makeReadable(member.value());
      readable.emplace(withoutZero(member.key()), std::move(member.value()));
    }
    *object = std::move(readable);
  }
}

}  // namespace caas::kafka::schema
