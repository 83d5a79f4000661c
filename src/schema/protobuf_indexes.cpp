#include "schema/protobuf_indexes.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

namespace caas::kafka::schema {

namespace pb = google::protobuf;

const pb::Descriptor* nestedMessage(const pb::Descriptor& within, std::int32_t index) {
  std::int32_t messages = 0;
  for (int i = 0; i < within.nested_type_count(); ++i) {
    const auto* nested = within.nested_type(i);
    if (!nested->options().map_entry() && messages++ == index) {
      return nested;
    }
  }
  if (index < 0 || index >= within.nested_type_count() ||
      within.nested_type(index)->options().map_entry()) {
    return nullptr;
  }
  return within.nested_type(index);
}

std::int32_t indexWithin(const pb::Descriptor& nested) {
  std::int32_t messages = 0;
  const auto* within = nested.containing_type();
  for (int i = 0; i < nested.index(); ++i) {
    messages += within->nested_type(i)->options().map_entry() ? 0 : 1;
  }
  return messages;
}

}  // namespace caas::kafka::schema
