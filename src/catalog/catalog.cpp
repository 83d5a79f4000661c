#include "caas/kafka/catalog.hpp"

#include <algorithm>

#include "catalog/embedded.hpp"
#include "catalog/names.hpp"
#include "config/small_file.hpp"
#include "core/errors.hpp"

namespace caas::kafka {

std::string TopicDefinition::topicFor(const TenantId& tenant) const {
  return perTenant() ? entry + "." + tenant.str() : pattern;
}

std::string_view Catalog::embeddedYaml() { return embeddedTopicsYaml(); }

Result<Catalog> Catalog::load(const Settings& settings) {
  if (settings.catalogFile.empty()) {
    return parse(embeddedYaml(), settings, "the embedded topics.yaml");
  }
  CAAS_ASSIGN(const auto text, config::readSmallFile("cannot read the catalog",
                                                     settings.catalogFile, catalog::kMaxFileBytes));
  return parse(text, settings, settings.catalogFile.string());
}

const TopicDefinition* Catalog::find(std::string_view entry) const {
  const auto found = std::ranges::find_if(definitions_, [entry](const TopicDefinition& definition) {
    return definition.entry == entry || definition.pattern == entry;
  });
  return found == definitions_.end() ? nullptr : &*found;
}

const TopicDefinition* Catalog::findByEventType(std::string_view type) const {
  const auto found = std::ranges::find_if(definitions_, [type](const TopicDefinition& definition) {
    return std::ranges::find(definition.eventTypes, type) != definition.eventTypes.end();
  });
  return found == definitions_.end() ? nullptr : &*found;
}

std::vector<std::string> Catalog::eventTypes() const {
  std::vector<std::string> types;
  for (const auto& definition : definitions_) {
    types.insert(types.end(), definition.eventTypes.begin(), definition.eventTypes.end());
  }
  std::ranges::sort(types);
  return types;
}

std::vector<const TopicDefinition*> Catalog::ofCategory(TopicCategory category) const {
  std::vector<const TopicDefinition*> result;
  for (const auto& definition : definitions_) {
    if (definition.category == category) {
      result.push_back(&definition);
    }
  }
  return result;
}

std::optional<TopicOwner> Catalog::ownerOf(std::string_view topic) const {
  for (const auto& definition : definitions_) {
    if (!definition.perTenant()) {
      if (definition.pattern == topic) {
        return TopicOwner{&definition, std::nullopt};
      }
      continue;
    }
    const auto& prefix = definition.entry;
    if (topic.size() <= prefix.size() || !topic.starts_with(prefix) ||
        topic[prefix.size()] != '.') {
      continue;
    }
    if (auto tenant = TenantId::parse(topic.substr(prefix.size() + 1))) {
      return TopicOwner{&definition, *std::move(tenant)};
    }
  }
  return std::nullopt;
}

std::vector<std::string> Catalog::tenantTopics(const TenantId& tenant) const {
  std::vector<std::string> topics;
  for (const auto& definition : definitions_) {
    if (definition.perTenant()) {
      topics.push_back(definition.topicFor(tenant));
    }
  }
  return topics;
}

}  // namespace caas::kafka
