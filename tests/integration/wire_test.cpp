// Our own protocol on the real cluster, with Kafka's own tools as the second opinion.
#include <future>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "caas/kafka/health.hpp"
#include "support/cluster.hpp"
#include "support/kafka_tool.hpp"
#include "wire/client_quotas.hpp"
#include "wire/generated/init_producer_id.hpp"
#include "wire/generated/metadata.hpp"
#include "wire/generated/produce.hpp"
#include "wire/quorum.hpp"
#include "wire/record_batch.hpp"

namespace caas::kafka::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr Milliseconds kPatience{20'000};

std::unique_ptr<wire::Client> makeClient() {
  return must(wire::Client::create(must(wire::clientOptions(testSettings(), "wire-test"))));
}

/// A number of `kafka-metadata-quorum describe --status`: "LeaderId:   3".
int numberAfter(const std::string& text, const std::string& name) {
  const auto at = text.find(name);
  if (at == text.npos) {
    throw std::runtime_error(fmt::format("the tool does not say {}: {}", name, text));
  }
  return std::stoi(text.substr(at + name.size()));
}

TEST(WireOnCluster, TheQuorumIsWhatKafkasOwnToolSays) {
  const auto client = makeClient();
  const auto quorum = must(wire::describeQuorum(*client, kPatience));
  const auto status = kafkaTool({"metadata-quorum", "describe", "--status"});
  EXPECT_EQ(quorum.leaderId, numberAfter(status, "LeaderId:"));
  EXPECT_EQ(quorum.leaderEpoch, numberAfter(status, "LeaderEpoch:"));
  ASSERT_EQ(quorum.voters.size(), 3);
  for (int i = 0; i < 3; ++i) {
    const auto& voter = quorum.voters[static_cast<std::size_t>(i)];
    EXPECT_EQ(voter.nodeId, i + 1);
    EXPECT_GE(voter.lag, 0);
    EXPECT_LT(voter.lag, 100) << "all are up, and follow within moments";
    EXPECT_TRUE(voter.lastCaughtUp);
  }
}

TEST(WireOnCluster, HealthNamesTheController) {
  const auto settings = testSettings();
  const auto catalog = must(Catalog::load(settings));
  const auto health = HealthCheck::create(settings, catalog);
  const auto leader =
      numberAfter(kafkaTool({"metadata-quorum", "describe", "--status"}), "LeaderId:");
  const auto result = health->check();
  ASSERT_TRUE(result.details.cluster);
  EXPECT_EQ(result.details.cluster->controllerId, leader);
  EXPECT_EQ(must(health->getStats()).cluster.controllerId, leader);
}

TEST(WireOnCluster, QuotasAreWhatKafkasOwnToolSays) {
  const auto client = makeClient();
  wire::ClientQuotas quotas(*client);
  const auto name = uniqueTenant("quota");
  const wire::QuotaEntity user{.user = name};
  const wire::QuotaEntity both{.user = name, .clientId = std::string(wire::kDefaultEntity)};
  must(quotas.validate(user, {.producerByteRate = 5}, kPatience));
  EXPECT_TRUE(must(quotas.describe(user, kPatience)).empty()) << "validating changed something";

  must(quotas.set(user, {.producerByteRate = 1'048'576, .requestPercentage = 12.5}, kPatience));
  must(quotas.set(both, {.consumerByteRate = 2'000'000}, kPatience));
  const std::vector<std::string> describe{"configs", "--entity-type", "users", "--entity-name",
                                          name,      "--describe"};
  const auto shown = kafkaTool(describe);
  EXPECT_THAT(shown, HasSubstr("producer_byte_rate=1048576.0"));
  EXPECT_THAT(shown, HasSubstr("request_percentage=12.5"));
  EXPECT_TRUE(eventually(kPatience, [&] {
    const auto all = quotas.describe(std::nullopt, kPatience);
    return all && all->contains(user) && all->contains(both) &&
           all->at(both) == wire::Quotas{.consumerByteRate = 2'000'000};
  }));

  // The other way: what the tool sets is what we see, and what is not named goes away.
  (void)kafkaTool({"configs", "--entity-type", "users", "--entity-name", name, "--alter",
                   "--add-config", "consumer_byte_rate=777"});
  EXPECT_TRUE(eventually(kPatience, [&] {
    const auto mine = quotas.describe(user, kPatience);
    return mine && mine->size() == 1 &&
           mine->at(user) == wire::Quotas{.producerByteRate = 1'048'576,
                                          .consumerByteRate = 777,
                                          .requestPercentage = 12.5};
  }));
  must(quotas.set(user, {.consumerByteRate = 777}, kPatience));
  EXPECT_TRUE(eventually(kPatience, [&] {
    const auto text = kafkaTool(describe);
    return text.find("producer_byte_rate") == text.npos && text.find("777") != text.npos;
  }));
  must(quotas.set(user, {}, kPatience));
  must(quotas.set(both, {}, kPatience));
  EXPECT_TRUE(eventually(kPatience, [&] {
    const auto all = quotas.describe(std::nullopt, kPatience);
    return all && !all->contains(user) && !all->contains(both);
  }));

  const auto nobody = quotas.set({}, {.producerByteRate = 1}, kPatience);
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().code, ErrorCode::kInvalidArgument);
  EXPECT_FALSE(quotas.set(user, {.producerByteRate = -1}, kPatience));
  EXPECT_FALSE(quotas.set(user, {.connectionCreationRate = 1}, kPatience));
}

/// One request for all partitions of a topic, in one version.
class OneRequest {
 public:
  OneRequest(wire::Client& client, const TestTopic& topic, int version)
      : client_(client), topic_(topic), version_(version) {
    wire::MetadataRequest question;
    question.topics->push_back({.topicId = {}, .name = topic.name()});
    metadata_ =
        must(client.ask<wire::MetadataResponse>(wire::Client::kAnyBroker, question, kPatience));
  }

  [[nodiscard]] const wire::MetadataResponse::MetadataResponseTopic& topic() const {
    return metadata_.topics.at(0);
  }
  /// To each leader what is its own. Offsets by partition.
  std::map<int, std::int64_t> send(const std::map<int, wire::RecordBatch>& batches) {
    std::map<int, std::vector<int>> byLeader;
    for (const auto& partition : topic().partitions) {
      byLeader[partition.leaderId].push_back(partition.partitionIndex);
    }
    std::map<int, std::int64_t> offsets;
    for (const auto& [leader, partitions] : byLeader) {
      wire::ProduceRequest request;
      request.acks = -1;
      request.timeoutMs = 10'000;
      auto& data = request.topicData.emplace_back();
      data.name = topic_.name();
      data.topicId = topic().topicId;
      for (const int partition : partitions) {
        data.partitionData.push_back(
            {.index = partition, .records = wire::Records{batches.at(partition).bytes()}});
      }
      const auto answer = ask(leader, std::move(request));
      for (const auto& response : answer.responses.at(0).partitionResponses) {
        EXPECT_EQ(response.errorCode, 0) << response.errorMessage.value_or("");
        offsets[response.index] = response.baseOffset;
      }
    }
    return offsets;
  }

 private:
  wire::ProduceResponse ask(int leader, wire::ProduceRequest request) {
    std::promise<Result<wire::ProduceResponse>> promise;
    client_.send(leader, wire::makeRequest(std::move(request), {version_, version_}), kPatience,
                 [&](wire::Outcome outcome) {
                   promise.set_value(outcome.reply
                                         ? wire::answerOf<wire::ProduceResponse>(*outcome.reply)
                                         : std::unexpected(outcome.reply.error()));
                 });
    return must(promise.get_future().get(), "producing");
  }

  wire::Client& client_;
  const TestTopic& topic_;
  int version_;
  wire::MetadataResponse metadata_;
};

// Many partitions in one request, each version and codec, idempotent too; librdkafka reads it back.
TEST(WireOnCluster, BatchesOfEveryVersionAndCodecAreReadBack) {
  constexpr int kPartitions = 6;
  const TestTopic topic("wire", kPartitions);
  const auto client = makeClient();
  const wire::InitProducerIdRequest question{.transactionalId = std::nullopt,
                                             .transactionTimeoutMs = 60'000};
  wire::InitProducerIdResponse id;
  // A broker that has no ids left fetches some first, and says that it loads.
  ASSERT_TRUE(eventually(kPatience, [&] {
    id = must(
        client->ask<wire::InitProducerIdResponse>(wire::Client::kAnyBroker, question, kPatience));
    return id.errorCode == 0;
  })) << id.errorCode;
  const std::string large(200'000, 'L');
  std::map<int, std::vector<std::string>> sent;
  std::int32_t sequence = 0;
  wire::Compressor compressor;
  for (const auto codec : {Compression::kNone, Compression::kGzip, Compression::kSnappy,
                           Compression::kLz4, Compression::kZstd}) {
    const int version = 9 + static_cast<int>(codec);  // 9 to 13
    std::map<int, wire::RecordBatch> batches;
    for (int partition = 0; partition < kPartitions; ++partition) {
      auto& batch = batches.emplace(partition, wire::RecordBatch(1'000'000)).first->second;
      for (int i = 0; i < 3; ++i) {
        const auto value = i == 2 ? large : fmt::format("v{} {} {}", version, partition, i);
        const std::vector<HeaderView> headers{{.name = "h", .value = "x"},
                                              {.name = "null", .value = std::nullopt}};
        Record record;
        record.key = "key";
        record.value = value;
        record.headers = headers;
        ASSERT_TRUE(batch.append(record, systemClock().now()));
        sent[partition].push_back(value);
      }
      wire::Buffer scratch;
      batch.seal(
          codec, compressor, scratch,
          {.producerId = id.producerId, .epoch = id.producerEpoch, .baseSequence = sequence});
    }
    OneRequest request(*client, topic, version);
    const auto offsets = request.send(batches);
    ASSERT_EQ(offsets.size(), kPartitions);
    EXPECT_EQ(offsets.at(0), sequence);
    // Sent again, the broker tells the repetition by its sequence and writes nothing.
    EXPECT_EQ(request.send(batches), offsets);
    sequence += 3;
  }
  std::map<int, std::vector<std::string>> read;
  for (const auto& record : readAll(topic.name())) {
    EXPECT_EQ(record.key, "key");
    EXPECT_EQ(record.headers, (std::vector<Header>{{"h", "x"}, {"null", std::nullopt}}));
    read[record.partition].push_back(record.value.value_or("none"));
  }
  EXPECT_EQ(read, sent);
}

}  // namespace
}  // namespace caas::kafka::test
