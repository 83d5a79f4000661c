#include "consume/subscription.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/errors.hpp"

namespace caas::kafka::consume {

Result<void> Subscription::add(const Catalog& catalog, std::string_view entry,
                               TenantSelection tenants) {
  const auto* definition = catalog.find(entry);
  if (definition == nullptr) {
    std::vector<std::string> known;
    for (const auto& each : catalog.definitions()) {
      known.push_back(each.entry);
    }
    return fail(errors::invalidArgument(fmt::format("the catalog has no entry '{}'", entry),
                                        fmt::format("It has {}", fmt::join(known, ", "))));
  }
  const auto* some = std::get_if<std::vector<TenantId>>(&tenants);
  if (!definition->perTenant() && some != nullptr) {
    return fail(errors::invalidArgument(
        fmt::format("'{}' belongs to no tenant: tenants cannot be chosen", definition->entry)));
  }
  if (some != nullptr && some->empty()) {
    return fail(errors::invalidArgument(fmt::format("no tenant of '{}' was chosen", entry)));
  }
  entries_.insert_or_assign(definition->entry, std::move(tenants));
  return {};
}

Result<void> Subscription::addTopic(std::string_view topic) {
  if (topic.empty()) {
    return fail(errors::invalidArgument("a topic's name is empty"));
  }
  topics_.emplace(topic);
  return {};
}

std::vector<std::string> Subscription::matching(const Catalog& catalog,
                                                const std::vector<std::string>& existing) const {
  std::vector<std::string> topics;
  for (const auto& topic : existing) {
    if (topics_.contains(topic)) {
      topics.push_back(topic);
      continue;
    }
    const auto owner = catalog.ownerOf(topic);
    const auto entry = owner ? entries_.find(owner->definition->entry) : entries_.end();
    if (entry == entries_.end()) {
      continue;
    }
    const auto* some = std::get_if<std::vector<TenantId>>(&entry->second);
    if (some == nullptr ||
        (owner->tenant && std::ranges::find(*some, *owner->tenant) != some->end())) {
      topics.push_back(topic);
    }
  }
  std::ranges::sort(topics);
  return topics;
}

}  // namespace caas::kafka::consume
