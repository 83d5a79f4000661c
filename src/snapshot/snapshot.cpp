#include "caas/kafka/snapshot.hpp"

#include <algorithm>

namespace caas::kafka {
namespace {

template <class Items, class NameOf>
auto findByName(const Items& items, std::string_view name, NameOf nameOf)
    -> decltype(items.data()) {
  const auto found = std::ranges::lower_bound(items, name, std::less<>{}, nameOf);
  return found != items.end() && nameOf(*found) == name ? &*found : nullptr;
}

}  // namespace

std::string_view toString(SnapshotPart part) {
  switch (part) {
    case SnapshotPart::kHealth: return "health";
    case SnapshotPart::kController: return "controller";
    case SnapshotPart::kTopics: return "topics";
    case SnapshotPart::kConfigs: return "configs";
    case SnapshotPart::kOffsets: return "offsets";
    case SnapshotPart::kGroups: return "groups";
    case SnapshotPart::kLag: return "lag";
  }
  return "unknown";
}

const TopicSnapshot* ClusterSnapshot::topic(std::string_view name) const {
  return findByName(topics, name,
                    [](const TopicSnapshot& item) -> std::string_view { return item.info.name; });
}
const TenantInfo* ClusterSnapshot::tenant(std::string_view id) const {
  return findByName(tenants, id,
                    [](const TenantInfo& item) -> std::string_view { return item.tenantId; });
}
const GroupLag* ClusterSnapshot::group(std::string_view id) const {
  return findByName(lag.groups, id,
                    [](const GroupLag& item) -> std::string_view { return item.group; });
}

}  // namespace caas::kafka
