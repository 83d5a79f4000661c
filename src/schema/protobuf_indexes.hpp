#pragma once

#include <cstdint>

namespace google::protobuf {
class Descriptor;
}

namespace caas::kafka::schema {

/// The messages within a message, as Confluent's Java and JavaScript clients count them: those that
/// the file has, and not the entries of maps, which are messages to Protobuf's descriptors and to
/// Confluent's Python client. So a number beyond them is taken as Python's, where that is a message
/// of the file. nullptr: neither.
[[nodiscard]] const google::protobuf::Descriptor* nestedMessage(
    const google::protobuf::Descriptor& within, std::int32_t index);
/// The number of a message within the one that contains it.
[[nodiscard]] std::int32_t indexWithin(const google::protobuf::Descriptor& nested);

}  // namespace caas::kafka::schema
