#include <gtest/gtest.h>

#include "wire/generated/api_versions.hpp"
#include "wire/generated/headers.hpp"
#include "wire/generated/metadata.hpp"
#include "wire/generated/produce.hpp"
#include "wire/message.hpp"

namespace caas::kafka::wire {
namespace {

Buffer bytesOf(const auto& message, int version) {
  const auto frame = encode(message, version);
  return frame ? frame->flat() : Buffer{};
}

TEST(WireCodec, WritesAsTheProtocolSays) {
  RequestHeader header{.requestApiKey = 18, .requestApiVersion = 3, .correlationId = 7};
  header.clientId = "ab";
  // The client id keeps its two-byte length in the flexible header; no tagged fields follow it.
  EXPECT_EQ(bytesOf(header, 2), (Buffer{0, 18, 0, 3, 0, 0, 0, 7, 0, 2, 'a', 'b', 0}));
  EXPECT_EQ(bytesOf(header, 1), (Buffer{0, 18, 0, 3, 0, 0, 0, 7, 0, 2, 'a', 'b'}));
  header.clientId.reset();
  EXPECT_EQ(bytesOf(header, 1), (Buffer{0, 18, 0, 3, 0, 0, 0, 7, 0xFF, 0xFF}));
}

TEST(WireCodec, SkipsUnknownTaggedFields) {
  // Correlation id, then three tagged fields that we do not know.
  const Buffer bytes{0, 0, 0, 9, 3, 5, 2, 'x', 'y', 6, 0, 0x80, 0x01, 1, 'z'};
  const auto header = decode<ResponseHeader>(bytes, 1);
  ASSERT_TRUE(header) << header.error().message;
  EXPECT_EQ(header->correlationId, 9);
}

TEST(WireCodec, RefusesATaggedFieldThatIsCutOff) {
  for (const Buffer& bytes : {Buffer{0, 0, 0, 9, 1, 5, 2, 'x'}, Buffer{0, 0, 0, 9, 1},
                              Buffer{0, 0, 0, 9, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F},
                              Buffer{0, 0, 0, 9, 1, 5, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F}}) {
    EXPECT_FALSE(decode<ResponseHeader>(bytes, 1));
  }
}

TEST(WireCodec, AnArraysLengthIsHeldAgainstWhatIsLeft) {
  // 2,147,483,647 brokers in no bytes: refused before anything is allocated for them.
  const Buffer bytes{0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0};
  const auto read = decode<MetadataResponse>(bytes, 0);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kInternal);
  EXPECT_NE(read.error().message.find("brokers has a length of 2147483647"), std::string::npos)
      << read.error().message;
  // Twelve bytes cannot be two brokers of at least ten.
  const Buffer two{0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_FALSE(decode<MetadataResponse>(two, 0));
}

TEST(WireCodec, NegativeLengthsAndBytesBehindTheEndAreRefused) {
  EXPECT_FALSE(decode<MetadataResponse>(Buffer{0xFF, 0xFF, 0xFF, 0xFE}, 0));
  EXPECT_FALSE(decode<MetadataResponse>(Buffer{0xFF, 0xFF, 0xFF, 0xFF}, 0));  // null, not allowed
  EXPECT_TRUE(decode<MetadataResponse>(Buffer{0, 0, 0, 0, 0, 0, 0, 0}, 0));
  EXPECT_FALSE(decode<MetadataResponse>(Buffer{0, 0, 0, 0, 0, 0, 0, 0, 1}, 0));
}

TEST(WireCodec, AValueThatTheVersionCannotCarryIsAnErrorAndNotLost) {
  MetadataRequest request;
  request.topics.reset();
  const auto everything = encode(request, 0);  // "all topics" is null from v1 on
  ASSERT_FALSE(everything);
  EXPECT_EQ(everything.error().code, ErrorCode::kInvalidArgument);
  EXPECT_TRUE(encode(request, 1));
  request.allowAutoTopicCreation = false;
  EXPECT_FALSE(encode(request, 3)) << "it cannot be switched off before v4";
  EXPECT_TRUE(encode(request, 4));
}

TEST(WireCodec, TooLongATextIsAnError) {
  MetadataRequest request;
  request.topics->push_back({.name = std::string(40'000, 'x')});
  EXPECT_FALSE(encode(request, 1));
  EXPECT_FALSE(encode(request, 12));
}

TEST(WireCodec, LargeRecordsAreReferredToAndSmallOnesCopied) {
  const Buffer large(10'000, 1);
  const Buffer small(100, 2);
  ProduceRequest request;
  ProduceRequest::TopicProduceData topic{.name = "t"};
  topic.partitionData.push_back({.index = 0, .records = Records{large}});
  topic.partitionData.push_back({.index = 1, .records = Records{small}});
  topic.partitionData.push_back({.index = 2, .records = Records{large}});
  request.topicData.push_back(topic);
  const auto frame = encode(request, 9);
  ASSERT_TRUE(frame);
  const auto pieces = frame->pieces();
  ASSERT_EQ(pieces.size(), 5);
  EXPECT_EQ(pieces[1].data(), large.data());
  EXPECT_EQ(pieces[3].data(), large.data());
  const auto flat = frame->flat();
  EXPECT_EQ(flat.size(), frame->size());
  const auto read = decode<ProduceRequest>(flat, 9);
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, request);
}

TEST(WireCodec, HeadersFollowTheirVersions) {
  EXPECT_EQ(requestHeaderVersion(2, ApiVersionsRequest::kFlexibleSince), 1);
  EXPECT_EQ(requestHeaderVersion(3, ApiVersionsRequest::kFlexibleSince), 2);
  EXPECT_EQ(responseHeaderVersion(Api::kApiVersions, 3, ApiVersionsResponse::kFlexibleSince), 0);
  EXPECT_EQ(responseHeaderVersion(Api::kMetadata, 9, MetadataResponse::kFlexibleSince), 1);
  EXPECT_EQ(responseHeaderVersion(Api::kMetadata, 8, MetadataResponse::kFlexibleSince), 0);
}

}  // namespace
}  // namespace caas::kafka::wire
