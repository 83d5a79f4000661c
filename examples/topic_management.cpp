// Creates a tenant's topics, lists all topics, looks at their health, and deletes the tenant again.
// Takes the tenant's id as argument; without one it makes one up, because the name of a tenant that
// was deleted is refused for a minute.
#include <iostream>

#include <caas/kafka/service.hpp>

using namespace caas::kafka;

namespace {

Result<void> manage(TopicManager& topicManager, const std::string& tenant) {
  // [create]
  const auto created = topicManager.createTenantTopics(tenant);
  if (!created) {
    return std::unexpected(created.error());
  }
  for (const auto& topic : created->topics) {
    std::cout << "Created: " << topic.topic << " (" << topic.partitions << " partitions)\n";
  }
  // [/create]

  const auto topics = topicManager.listTopics();
  if (!topics) {
    return std::unexpected(topics.error());
  }
  std::cout << "Topics: " << topics->size() << "\n";
  for (const auto& topic : *topics) {
    std::cout << "  " << topic.name << "\n";
  }

  const auto health = topicManager.getTopicHealth();
  if (!health) {
    return std::unexpected(health.error());
  }
  std::cout << "Topic health: " << (health->healthy ? "healthy" : "not healthy") << ", "
            << health->partitions << " partitions, " << health->underReplicatedPartitions
            << " under-replicated\n";

  // Cleanup.
  const auto deleted = topicManager.deleteTenantTopics(tenant);
  if (!deleted) {
    return std::unexpected(deleted.error());
  }
  std::cout << "Deleted: " << deleted->deletedTopics.size() << " topics\n";
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  const std::string tenant = argc > 1 ? argv[1] : "tenant-" + makeId(systemClock(), systemRandom());
  if (const auto done = manage(*getTopicManager(), tenant); !done) {
    std::cerr << done.error().describe() << "\n";
    return 1;
  }
  return 0;
}
