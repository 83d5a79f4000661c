#include "caas/kafka/record.hpp"

#include <algorithm>
#include <ranges>

namespace caas::kafka {

std::string_view toString(Persistence persistence) {
  switch (persistence) {
    case Persistence::kNotPersisted: return "not persisted";
    case Persistence::kPossiblyPersisted: return "possibly persisted";
    case Persistence::kPersisted: return "persisted";
  }
  return "unknown";
}

OwnedRecord::OwnedRecord(const Record& record)
    : topic(record.topic),
      key(record.key),
      value(record.value),
      partition(record.partition),
      timestamp(record.timestamp) {
  headers.reserve(record.headers.size());
  for (const auto& [name, text] : record.headers) {
    headers.push_back({std::string(name), text ? std::optional<std::string>(*text) : std::nullopt});
  }
}

std::optional<std::string_view> ReceivedRecord::header(std::string_view name) const {
  const auto reversed = std::views::reverse(headers);
  const auto found = std::ranges::find(reversed, name, &Header::name);
  if (found == reversed.end() || !found->value) {
    return std::nullopt;
  }
  return *found->value;
}

}  // namespace caas::kafka
