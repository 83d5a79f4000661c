#include "schema/json_formats.hpp"

#include <charconv>

namespace caas::kafka::schema {
namespace {

constexpr std::size_t kDateSize = 10;

/// Takes so many digits off the front; -1 where there are none, or where they are more than `most`.
int takeNumber(std::string_view& text, std::size_t digits, int most) {
  const auto part = text.substr(0, digits);
  int number = 0;
  const auto* end = part.data() + part.size();
  if (part.size() != digits || part.starts_with('-') ||
      std::from_chars(part.data(), end, number).ptr != end || number > most) {
    return -1;
  }
  text.remove_prefix(digits);
  return number;
}

bool takeAny(std::string_view& text, std::string_view characters) {
  const bool there = !text.empty() && characters.find(text.front()) != std::string_view::npos;
  text.remove_prefix(there ? 1 : 0);
  return there;
}

int daysOf(int month, int year) {
  if (month == 2) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  }
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

}  // namespace

bool isDate(std::string_view text) {
  const int year = takeNumber(text, 4, 9999);
  const bool first = takeAny(text, "-");
  const int month = takeNumber(text, 2, 12);
  const bool second = takeAny(text, "-");
  return year >= 0 && first && month > 0 && second &&
         takeNumber(text, 2, daysOf(month, year)) > 0 && text.empty();
}

bool isTime(std::string_view text) {
  // 60: a leap second.
  if (takeNumber(text, 2, 23) < 0 || !takeAny(text, ":") || takeNumber(text, 2, 59) < 0 ||
      !takeAny(text, ":") || takeNumber(text, 2, 60) < 0) {
    return false;
  }
  if (takeAny(text, ".")) {
    const auto digits = text.find_first_not_of("0123456789");
    if (digits == 0 || digits == std::string_view::npos) {
      return false;
    }
    text.remove_prefix(digits);
  }
  if (takeAny(text, "Zz")) {
    return text.empty();
  }
  return takeAny(text, "+-") && takeNumber(text, 2, 23) >= 0 && takeAny(text, ":") &&
         takeNumber(text, 2, 59) >= 0 && text.empty();
}

bool isDateTime(std::string_view text) {
  return text.size() > kDateSize && (text[kDateSize] == 'T' || text[kDateSize] == 't') &&
         isDate(text.substr(0, kDateSize)) && isTime(text.substr(kDateSize + 1));
}

}  // namespace caas::kafka::schema
