// partition-key and recommend: pure, no Kafka is asked.

#include <memory>

#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>
#include <fmt/format.h>

#include "caas/kafka/partition_strategy.hpp"
#include "cli/commands.hpp"
#include "core/errors.hpp"
#include "http/json/error_json.hpp"

namespace caas::kafka::cli {
namespace {

constexpr int kMostPartitions = 1'000'000;

struct KeyOptions {
  std::string strategy;
  std::string tenant;
  std::string conversation;
  std::string user;
  std::optional<int> topicPartitions{};
};

struct RecommendOptions {
  std::string strategy;
  LoadInfo load;
};

Result<int> partitionKey(Session& session, const KeyOptions& options) {
  CAAS_ASSIGN(const auto key, PartitionStrategy::createMessageKey(
                                  options.strategy, {.tenantId = options.tenant,
                                                     .conversationId = options.conversation,
                                                     .userId = options.user}));
  std::optional<int> partition;
  if (options.topicPartitions) {
    partition = PartitionStrategy::partitionFor(key, *options.topicPartitions);
  }
  if (session.json()) {
    session.print({{"strategy", options.strategy},
                   {"key", key},
                   {"partition", partition ? boost::json::value(*partition) : nullptr}});
    return kExitDone;
  }
  session.out() << escapeForTerminal(key) << '\n';
  if (partition) {
    session.out() << "partition " << *partition << " of " << *options.topicPartitions << '\n';
  }
  return kExitDone;
}

Result<int> recommend(Session& session, const RecommendOptions& options) {
  CAAS_ASSIGN(const auto advice,
              PartitionStrategy::explainRecommendedPartitions(options.strategy, options.load));
  if (session.json()) {
    session.print({{"partitions", advice.partitions},
                   {"reasons", toJsonArray(advice.reasons)},
                   {"expectedSkew", advice.expectedSkew}});
    return kExitDone;
  }
  session.out() << plural(advice.partitions, "partition") << '\n';
  for (const auto& reason : advice.reasons) {
    session.out() << "  - " << reason << '\n';
  }
  session.out() << fmt::format(
      "  - expected load of the busiest partition: {:.2f} times the mean\n", advice.expectedSkew);
  return kExitDone;
}

constexpr char kStrategies[] = "How the key is made: conversation_id, user_id, tenant_id or random";

}  // namespace

void addStrategyCommands(CommandSet& commands) {
  auto key = std::make_shared<KeyOptions>();
  auto& keyApp = commands.command(
      {"partition-key",
       "Shows the key that a record gets, and the partition that this key goes to. The same "
       "partition as Kafka's Java client chooses (murmur2). Kafka is not asked.",
       "  caas-kafka partition-key --strategy conversation_id --conversation conv-456\n"
       "  caas-kafka partition-key --strategy user_id --user user-789 --topic-partitions 16",
       kPlanningHeading},
      [key](Session& session) { return partitionKey(session, *key); });
  keyApp.add_option("--strategy", key->strategy, kStrategies)->type_name("NAME")->required();
  keyApp.add_option("--tenant", key->tenant, "The tenant's id")->type_name("ID");
  keyApp.add_option("--conversation", key->conversation, "The conversation's id")->type_name("ID");
  keyApp.add_option("--user", key->user, "The user's id")->type_name("ID");
  keyApp
      .add_option("--topic-partitions", key->topicPartitions,
                  "Also say which of so many partitions it is")
      ->type_name("N")
      ->check(CLI::Range(1, kMostPartitions));

  auto load = std::make_shared<RecommendOptions>();
  auto& recommendApp = commands.command(
      {"recommend",
       "Recommends a number of partitions for a load, with reasons. Kafka is not asked.",
       "  caas-kafka recommend --strategy conversation_id --rate 1000 --keys 500 --consumers 3",
       kPlanningHeading},
      [load](Session& session) { return recommend(session, *load); });
  recommendApp.add_option("--strategy", load->strategy, kStrategies)->type_name("NAME")->required();
  recommendApp
      .add_option("--rate", load->load.messagesPerSecond, "Messages per second, at the peak")
      ->type_name("N")
      ->required();
  recommendApp
      .add_option("--keys", load->load.uniqueKeys,
                  "How many different keys; 0 or not given: not known")
      ->type_name("N");
  recommendApp
      .add_option("--consumers", load->load.consumers,
                  "How many consumers of one group; 0 or not given: not known")
      ->type_name("N");
}

}  // namespace caas::kafka::cli
