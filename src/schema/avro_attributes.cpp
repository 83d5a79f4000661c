#include "schema/avro_attributes.hpp"

#include <algorithm>

namespace caas::kafka::avro {
namespace {

namespace json = boost::json;

int intOf(const json::object& object, std::string_view key, int missing) {
  const auto* value = object.if_contains(key);
  boost::system::error_code wrong;
  const int number = value == nullptr ? missing : value->to_number<int>(wrong);
  return wrong ? -1 : number;
}

/// Most digits that a two's complement number of so many bytes can always hold.
int mostDigits(std::size_t bytes) {
  return static_cast<int>((static_cast<double>(std::min<std::size_t>(bytes, 10'000)) * 8 - 1) *
                          0.30102999566398120);
}

}  // namespace

std::optional<std::string> textOf(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::optional(std::string(value->get_string()))
                                                : std::nullopt;
}

void annotate(const json::object& object, Node& node) {
  const auto name = textOf(object, "logicalType");
  if (!name) {
    return;
  }
  struct Known {
    std::string_view name;
    Type type;
    LogicalType logical;
  };
  static constexpr Known kKnown[] = {
      {"big-decimal", Type::kBytes, LogicalType::kBigDecimal},
      {"uuid", Type::kString, LogicalType::kUuid},
      {"date", Type::kInt, LogicalType::kDate},
      {"time-millis", Type::kInt, LogicalType::kTimeMillis},
      {"time-micros", Type::kLong, LogicalType::kTimeMicros},
      {"timestamp-millis", Type::kLong, LogicalType::kTimestampMillis},
      {"timestamp-micros", Type::kLong, LogicalType::kTimestampMicros},
      {"timestamp-nanos", Type::kLong, LogicalType::kTimestampNanos},
      {"local-timestamp-millis", Type::kLong, LogicalType::kLocalTimestampMillis},
      {"local-timestamp-micros", Type::kLong, LogicalType::kLocalTimestampMicros},
      {"local-timestamp-nanos", Type::kLong, LogicalType::kLocalTimestampNanos}};
  for (const auto& known : kKnown) {
    if (*name == known.name && node.type == known.type) {
      node.logical = known.logical;
    }
  }
  const bool fixed = node.type == Type::kFixed;
  if (*name == "uuid" && fixed && node.size == 16) {
    node.logical = LogicalType::kUuid;
  } else if (*name == "duration" && fixed && node.size == 12) {
    node.logical = LogicalType::kDuration;
  } else if (*name == "decimal" && (fixed || node.type == Type::kBytes)) {
    const int precision = intOf(object, "precision", 0);
    const int scale = intOf(object, "scale", 0);
    if (precision > 0 && scale >= 0 && scale <= precision &&
        (!fixed || precision <= mostDigits(node.size))) {
      node.logical = LogicalType::kDecimal;
      node.precision = precision;
      node.scale = scale;
    }
  }
}

}  // namespace caas::kafka::avro
