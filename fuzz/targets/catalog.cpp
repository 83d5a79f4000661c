// needs: core/*.cpp catalog/*.cpp config/*.cpp
#include "caas/kafka/catalog.hpp"

#include "caas/kafka/settings.hpp"
#include "target.hpp"

namespace caas::kafka::fuzz {
namespace {

bool run(std::string_view input) {
  static const Settings kSettings;
  const auto catalog = Catalog::parse(input, kSettings);
  if (!accepted(catalog)) {
    return false;
  }
  const auto tenant = TenantId::parse("acme");
  check(tenant.has_value(), "acme is a tenant");
  check(!catalog->definitions().empty(), "a catalog has entries");
  for (const auto& definition : catalog->definitions()) {
    check(catalog->find(definition.entry) == &definition, "an entry is found by its name");
    const auto topic = definition.topicFor(*tenant);
    const auto owner = catalog->ownerOf(topic);
    check(owner && owner->definition == &definition, "its topic is its own");
    check(owner->tenant.has_value() == definition.perTenant(), "and its tenant's");
    for (const auto& type : definition.eventTypes) {
      check(catalog->findByEventType(type) == &definition, "so are its event types");
    }
  }
  return true;
}

const Target kTarget{"catalog", run};

}  // namespace
}  // namespace caas::kafka::fuzz
