#include "schema/wire_format.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace caas::kafka::schema {
namespace {

using ::testing::HasSubstr;
using namespace std::string_literals;

TEST(WireFormatTest, FramesAsConfluentDoes) {
  std::string out = "before";
  appendFrame(0x01020304, out);
  EXPECT_EQ(out, "before\0\1\2\3\4"s);
  const auto bytes = "\0\xff\0\0\1abc"s;
  const auto framed = unframe(bytes);
  ASSERT_TRUE(framed);
  EXPECT_EQ(static_cast<unsigned>(framed->id), 0xFF00'0001U);
  EXPECT_EQ(framed->payload, "abc");
  const auto empty = unframe("\0\0\0\0\7"s);
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->id, 7);
  EXPECT_EQ(empty->payload, "");
}

TEST(WireFormatTest, TellsWhatIsNoFrame) {
  EXPECT_FALSE(looksFramed("{\"a\":1}"));
  EXPECT_FALSE(looksFramed("\0\0\0\0"s));
  EXPECT_TRUE(looksFramed("\0\0\0\0\1"s));
  const auto text = unframe("{\"a\":1}");
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(text.error().message, HasSubstr("0x7b"));
  EXPECT_THAT(unframe("\0\0"s).error().message, HasSubstr("2 bytes"));
}

TEST(WireFormatTest, MessageIndexesAreZigzagVarints) {
  const std::vector<std::pair<MessageIndexes, std::string>> cases{
      {{0}, "\0"s}, {{1}, "\2\2"s}, {{0, 0}, "\4\0\0"s}, {{2, 1, 300}, "\6\4\2\xd8\4"s}};
  for (const auto& [indexes, bytes] : cases) {
    std::string out;
    appendMessageIndexes(indexes, out);
    EXPECT_EQ(out, bytes);
    const std::string more = bytes + "rest";
    std::string_view payload = more;
    const auto taken = takeMessageIndexes(payload);
    ASSERT_TRUE(taken);
    EXPECT_EQ(*taken, indexes);
    EXPECT_EQ(payload, "rest");
  }
  // The long form of [0] is read too.
  std::string_view longForm("\2\0", 2);
  EXPECT_EQ(takeMessageIndexes(longForm), MessageIndexes{0});
}

TEST(WireFormatTest, HostileIndexesAreRefused) {
  for (const auto& bytes : {""s, "\x80"s, "\xff\xff\xff\xff\xff\xff"s, "\1"s, "\2\1"s, "\2"s,
                            "\xff\xff\xff\xff\x1f\0"s, "\xfe\xff\xff\xff\x0f"s}) {
    std::string_view payload = bytes;
    const auto taken = takeMessageIndexes(payload);
    EXPECT_FALSE(taken) << testing::PrintToString(bytes);
  }
}

}  // namespace
}  // namespace caas::kafka::schema
