#include "produce/trace_context.hpp"

#include <string>

#include <gtest/gtest.h>

namespace caas::kafka::produce {
namespace {

const std::string kGood = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(Traceparent, TakesWhatTheW3cAllows) {
  EXPECT_TRUE(checkTraceparent(kGood));
  EXPECT_TRUE(checkTraceparent("01" + kGood.substr(2)));
  EXPECT_TRUE(checkTraceparent("01" + kGood.substr(2) + "-more")) << "later versions may go on";
}

TEST(Traceparent, RefusesTheRest) {
  const auto replaced = [](std::size_t at, std::string_view with) {
    auto text = kGood;
    return text.replace(at, with.size(), with);
  };
  for (const auto& bad :
       {std::string("x"), kGood.substr(0, 54), kGood + "-more", kGood + "0", replaced(0, "ff"),
        replaced(0, "0G"), replaced(3, "4B"), replaced(2, "_"), replaced(3, std::string(32, '0')),
        replaced(36, std::string(16, '0')), replaced(53, "0x")}) {
    const auto result = checkTraceparent(bad);
    ASSERT_FALSE(result) << bad;
    EXPECT_EQ(result.error().code, ErrorCode::kInvalidArgument);
    EXPECT_NE(result.error().message.find(bad.substr(0, 20)), std::string::npos);
  }
}

}  // namespace
}  // namespace caas::kafka::produce
