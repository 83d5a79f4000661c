#include "schema/protobuf_indexes.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include "schema/codec.hpp"
#include "schema/protobuf_file.hpp"

namespace caas::kafka::schema {
namespace {

constexpr char kFile[] = R"(syntax = "proto3";
message Maps {
  map<string, string> a = 1;
  message First { int32 x = 1; }
  map<string, First> b = 2;
  message Second { int32 y = 1; }
})";

TEST(ProtobufIndexesTest, TheEntriesOfMapsAreNotCounted) {
  google::protobuf::DescriptorPool pool;
  const auto* maps = pool.BuildFile(parseProtobufFile("a.proto", kFile).value())->message_type(0);
  ASSERT_EQ(maps->nested_type_count(), 4);
  const auto* first = maps->FindNestedTypeByName("First");
  const auto* second = maps->FindNestedTypeByName("Second");
  EXPECT_EQ(nestedMessage(*maps, 0), first);
  EXPECT_EQ(nestedMessage(*maps, 1), second);
  EXPECT_EQ(indexWithin(*first), 0);
  EXPECT_EQ(indexWithin(*second), 1);
  // Python's client counts them: its 3 is nothing that the others could mean.
  EXPECT_EQ(nestedMessage(*maps, 3), second);
  EXPECT_EQ(nestedMessage(*maps, 2), nullptr);
  EXPECT_EQ(nestedMessage(*maps, 4), nullptr);
  EXPECT_EQ(nestedMessage(*maps, -1), nullptr);
}

// What Confluent's JavaScript client wrote was read as an entry of the map.
TEST(ProtobufIndexesTest, AValueOfAMessageBesideMapsIsThatMessage) {
  const auto codec = makeCodec({.schema = {.type = SchemaType::kProtobuf, .text = kFile}});
  ASSERT_TRUE(codec);
  EXPECT_EQ((*codec)->decode(std::string("\4\0\0\x08\x07", 5)).value().at("x"), 7);
  EXPECT_FALSE((*codec)->decode(std::string("\4\0\4\x08\x07", 5)));
}

}  // namespace
}  // namespace caas::kafka::schema
