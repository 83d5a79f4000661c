#pragma once

#include <google/protobuf/descriptor.h>

#include "caas/kafka/events.hpp"

namespace caas::kafka::produce {

/// What a field of a writer's message is, as far as it can be put straight into one of ours.
enum class DirectKind {
  kNone,  ///< by way of JSON
  kString,
  kBool,
  kTimestamp,  ///< google.protobuf.Timestamp
  kMillis,     ///< an int64
  kStringMap,
};

[[nodiscard]] DirectKind directKindOf(const google::protobuf::FieldDescriptor& field,
                                      FieldKind ours);
/// How schemas/ has it.
[[nodiscard]] DirectKind naturalKind(FieldKind ours);

}  // namespace caas::kafka::produce
