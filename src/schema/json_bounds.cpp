#include "schema/json_bounds.hpp"

#include "core/utf8.hpp"

namespace caas::kafka::schema {
namespace {

constexpr std::size_t kFreeSteps = 100'000;
constexpr std::size_t kStepsPerValue = 16;

std::size_t valuesIn(const boost::json::value& value) {
  std::size_t count = 1;
  if (const auto* array = value.if_array()) {
    for (const auto& item : *array) {
      count += valuesIn(item);
    }
  } else if (const auto* object = value.if_object()) {
    for (const auto& [name, member] : *object) {
      count += valuesIn(member);
    }
  }
  return count;
}

}  // namespace

Steps stepsFor(const boost::json::value& value) {
  return Steps(kFreeSteps + kStepsPerValue * valuesIn(value));
}

std::string excerpt(const boost::json::value& value, std::size_t most) {
  boost::json::serializer serializer;
  serializer.reset(&value);
  std::string text(most, '\0');
  text.resize(serializer.read(text.data(), most).size());
  if (!serializer.done()) {
    text.resize(validUtf8Prefix(text));
    text += "…";
  }
  return text;
}

}  // namespace caas::kafka::schema
