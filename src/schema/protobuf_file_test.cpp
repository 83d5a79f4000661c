#include "schema/protobuf_file.hpp"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include "schema/codec.hpp"

namespace caas::kafka::schema {
namespace {

using ::testing::HasSubstr;

/// What confluent-kafka (Python) registers for `package t; message A { string b = 1; }`, file
/// u.proto.
constexpr char kDescriptor[] = "Cgd1LnByb3RvEgF0IhEKAUESDAoBYhgBIAEoCVIBYmIGcHJvdG8z";

TEST(ProtobufFileTest, ADescriptorInBase64IsReadAsItsText) {
  const auto file = parseProtobufFile("name.proto", kDescriptor);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->name(), "name.proto");
  EXPECT_EQ(file->package(), "t");
  ASSERT_EQ(file->message_type_size(), 1);
  EXPECT_EQ(file->message_type(0).field(0).name(), "b");
  const auto codec =
      makeCodec({.schema = {.type = SchemaType::kProtobuf, .text = kDescriptor}, .references = {}});
  ASSERT_TRUE(codec) << codec.error().message;
  EXPECT_EQ((*codec)->decode(std::string("\0\n\1x", 4)).value().at("b"), "x");
}

TEST(ProtobufFileTest, OtherBase64IsNoFile) {
  for (const auto* text : {"", "Cgd1", "Cgd1LnByb3RvEgF0IhEKAUE=", "====", "Cg==Cg=="}) {
    const auto file = parseProtobufFile("a.proto", text);
    if (file) {  // an empty text is an empty file
      EXPECT_EQ(file->message_type_size(), 0) << text;
    } else {
      EXPECT_THAT(file.error().message, HasSubstr("the Protobuf schema a.proto is wrong: line 1"));
    }
  }
}

// Its fields were shown in the place of the message's own.
TEST(ProtobufFileTest, AGroupIsRefused) {
  const auto codec = makeCodec(
      {.schema = {.type = SchemaType::kProtobuf,
                  .text = "syntax = \"proto2\"; message A { message B { optional group C = 1 { "
                          "optional string d = 1; } } optional string e = 2; }"}});
  ASSERT_FALSE(codec);
  EXPECT_THAT(codec.error().message, HasSubstr("'A.B.c' is a group"));
}

}  // namespace
}  // namespace caas::kafka::schema
