#include "wire/request.hpp"

#include <gtest/gtest.h>

#include "wire/backoff.hpp"
#include "wire/generated/api_versions.hpp"
#include "wire/generated/init_producer_id.hpp"
#include "wire/generated/produce.hpp"
#include "wire/kafka_error.hpp"
#include "wire/options.hpp"

namespace caas::kafka::wire {
namespace {

TEST(WireRequest, TheHighestVersionThatBothSpeak) {
  EXPECT_EQ(chooseVersion(Api::kProduce, {9, 13}, {3, 11}), 11);  // Kafka 3.9
  EXPECT_EQ(chooseVersion(Api::kProduce, {9, 13}, {0, 99}), 13);
  for (const VersionRange theirs : {VersionRange{}, VersionRange{3, 8}, VersionRange{14, 20}}) {
    const auto version = chooseVersion(Api::kProduce, {9, 13}, theirs);
    ASSERT_FALSE(version);
    EXPECT_EQ(version.error().code, ErrorCode::kUnsupported);
  }
}

TEST(WireRequest, AVersionThatKafkaCallsUnstableIsNotAsked) {
  EXPECT_EQ(InitProducerIdRequest::kVersions.high, 6);
  EXPECT_EQ(makeRequest(InitProducerIdRequest{}).versions, (VersionRange{0, 5}));
  EXPECT_EQ(makeRequest(ProduceRequest{}, {0, 11}).versions, (VersionRange{9, 11}));
}

TEST(WireRequest, HeaderAndBodyStandOneBehindTheOther) {
  ApiVersionsRequest body;
  body.clientSoftwareName = "x";
  body.clientSoftwareVersion = "1";
  const auto frame = encodeRequest(makeRequest(body), 3, 5, "me");
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->flat(), (Buffer{0, 18, 0, 3, 0, 0, 0, 5, 0, 2, 'm', 'e', 0, 2, 'x', 2, '1', 0}));
  const auto oldest = encodeRequest(makeRequest(ApiVersionsRequest{}), 0, 5, "me");
  ASSERT_TRUE(oldest);
  EXPECT_EQ(oldest->flat(), (Buffer{0, 18, 0, 0, 0, 0, 0, 5, 0, 2, 'm', 'e'}));
}

TEST(WireOptions, AddressesAreRead) {
  EXPECT_EQ(parseAddress("kafka-1:9092"), (Address{"kafka-1", 9092}));
  EXPECT_EQ(parseAddress("[::1]:9092"), (Address{"::1", 9092}));
  EXPECT_EQ(parseAddress("SASL_SSL://b:1"), (Address{"b", 1}));
  EXPECT_EQ(toString(Address{"::1", 9092}), "[::1]:9092");
  for (const auto* wrong : {"", "kafka", "kafka:", ":9092", "kafka:0", "kafka:70000", "kafka:9x"}) {
    const auto address = parseAddress(wrong);
    ASSERT_FALSE(address) << wrong;
    EXPECT_EQ(address.error().code, ErrorCode::kInvalidConfiguration);
  }
}

TEST(WireOptions, FollowTheSettings) {
  Settings settings;
  settings.brokers = {"a:1", "b:2"};
  settings.clientId = "me";
  settings.sasl = {.enabled = true,
                   .username = "u",
                   .password = Secret("p"),
                   .mechanism = SaslMechanism::kScramSha256};
  settings.ssl.enabled = true;
  const auto options = clientOptions(settings, "health");
  ASSERT_TRUE(options);
  EXPECT_EQ(options->clientId, "me-health");
  ASSERT_TRUE(options->sasl && options->tls);
  EXPECT_EQ(options->sasl->mechanism, "SCRAM-SHA-256");
  settings.brokers = {"nonsense"};
  EXPECT_FALSE(clientOptions(settings, "health"));
}

class Fixed final : public Random {
 public:
  explicit Fixed(std::uint64_t value) : value_(value) {}
  std::uint64_t next() override { return value_; }

 private:
  std::uint64_t value_;
};

TEST(Backoff, DoublesBetweenItsBoundsWithAFifthByChance) {
  Fixed least(0);
  Fixed most(40);
  constexpr Milliseconds kFirst{50};
  constexpr Milliseconds kMost{1'000};
  EXPECT_EQ(backoffAfter(0, kFirst, kMost, most), Milliseconds{0});
  EXPECT_EQ(backoffAfter(1, kFirst, kMost, least), Milliseconds{40});
  EXPECT_EQ(backoffAfter(1, kFirst, kMost, most), Milliseconds{60});
  EXPECT_EQ(backoffAfter(3, kFirst, kMost, least), Milliseconds{160});
  EXPECT_EQ(backoffAfter(1'000'000, kFirst, kMost, most), Milliseconds{1'200});
}

TEST(KafkaError, KnownAndUnknownOnes) {
  const auto leader = kafkaError(6, "producing");
  EXPECT_EQ(leader.code, ErrorCode::kUnavailable);
  EXPECT_TRUE(leader.retriable);
  EXPECT_NE(leader.message.find("NOT_LEADER_OR_FOLLOWER"), std::string::npos);
  const auto login = kafkaError(58, "logging in", "wrong password");
  EXPECT_EQ(login.code, ErrorCode::kAuthentication);
  EXPECT_NE(login.message.find("wrong password"), std::string::npos);
  EXPECT_EQ(kafkaError(9'999, "x").code, ErrorCode::kInternal);
}

}  // namespace
}  // namespace caas::kafka::wire
