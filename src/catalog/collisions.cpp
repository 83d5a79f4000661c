#include "catalog/collisions.hpp"

#include <map>

#include <fmt/format.h>

#include "catalog/names.hpp"

namespace caas::kafka::catalog {
namespace {

/// Whether `rest` can be the (beginning of a) tenant id.
bool canBeginTenant(std::string_view rest) { return rest.empty() || isTenantId(rest); }

/// A topic name that both entries could have, in Kafka's eyes.
bool collide(const TopicDefinition& a, const TopicDefinition& b) {
  const auto nameA = metricName(a.entry + (a.perTenant() ? "." : ""));
  const auto nameB = metricName(b.entry + (b.perTenant() ? "." : ""));
  if (nameA == nameB) {
    return true;
  }
  const bool aIsShorter = nameA.size() < nameB.size();
  const auto& shorter = aIsShorter ? nameA : nameB;
  const auto& longer = aIsShorter ? nameB : nameA;
  const bool shorterPerTenant = aIsShorter ? a.perTenant() : b.perTenant();
  const bool longerPerTenant = aIsShorter ? b.perTenant() : a.perTenant();
  if (!shorterPerTenant || !longer.starts_with(shorter)) {
    return false;
  }
  // The longer one may go on with a tenant of its own, which takes at least one character more.
  const auto rest = std::string_view(longer).substr(shorter.size());
  return canBeginTenant(rest) && rest.size() + (longerPerTenant ? 1 : 0) <= kMaxTenantIdLength;
}

}  // namespace

void checkBetweenEntries(const std::vector<ReadEntry>& entries, Problems& problems) {
  std::map<std::string, const ReadEntry*> eventOwners;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto& current = entries[i];
    for (std::size_t j = 0; j < i; ++j) {
      const auto& earlier = entries[j];
      if (current.definition.pattern == earlier.definition.pattern) {
        problems.add(current.line, current.definition.pattern,
                     fmt::format("is defined twice, first in line {}", earlier.line));
      } else if (current.definition.entry == earlier.definition.entry) {
        problems.add(
            current.line, current.definition.pattern,
            fmt::format("has the same entry name '{}' as '{}' in line {}; choose another",
                        current.definition.entry, earlier.definition.pattern, earlier.line));
      } else if (collide(current.definition, earlier.definition)) {
        problems.add(current.line, current.definition.pattern,
                     fmt::format("can name the same topic as '{}' in line {} (Kafka takes '.' and "
                                 "'_' for the same); choose another name",
                                 earlier.definition.pattern, earlier.line));
      }
    }
    for (const auto& type : current.definition.eventTypes) {
      const auto [owner, first] = eventOwners.emplace(type, &current);
      if (!first) {
        problems.add(
            current.line, current.definition.pattern,
            fmt::format("event type '{}' is given to '{}' in line {} already; each type has "
                        "one topic",
                        type, owner->second->definition.pattern, owner->second->line));
      }
    }
  }
}

}  // namespace caas::kafka::catalog
