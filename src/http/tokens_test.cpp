#include "http/tokens.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace caas::kafka::http {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Tokens, AMadeOneIsFoundByItsLine) {
  const auto made = makeToken("ci@build", Role::kOperator);
  ASSERT_TRUE(made);
  EXPECT_THAT(made->line, Not(HasSubstr(made->token)));
  const auto tokens = Tokens::parse("# people\n\n  " + made->line + "  \r\n", "tokens");
  ASSERT_TRUE(tokens) << tokens.error().message;
  const auto found = tokens->find(made->token);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name, "ci@build");
  EXPECT_EQ(found->role, Role::kOperator);
  EXPECT_FALSE(tokens->find(made->token + "0"));
  EXPECT_FALSE(tokens->find(""));
  EXPECT_FALSE(tokens->find(std::string(100'000, 'a')));
  EXPECT_NE(makeToken("ci", Role::kViewer)->token, makeToken("ci", Role::kViewer)->token);
}

TEST(Tokens, HashesAreSha256OfTheToken) {
  // printf %s secret | sha256sum
  const auto tokens = Tokens::parse(
      "a:admin:2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b", "t");
  ASSERT_TRUE(tokens) << tokens.error().message;
  EXPECT_EQ(tokens->find("secret")->role, Role::kAdmin);
}

TEST(Tokens, EveryBadLineIsNamedAndNotShown) {
  const std::string hash(64, 'a');
  const auto bad = Tokens::parse("good:viewer:" + hash + "\nno-role:boss:" + hash +
                                     "\nplain-secret\nshort:admin:abc\n:admin:" + hash,
                                 "/etc/tokens");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, ErrorCode::kInvalidConfiguration);
  EXPECT_THAT(bad.error().message,
              AllOf(HasSubstr("/etc/tokens:2: the role"), HasSubstr("/etc/tokens:3:"),
                    HasSubstr("/etc/tokens:4: the hash"), HasSubstr("/etc/tokens:5: the name"),
                    Not(HasSubstr(":1:")), Not(HasSubstr("plain-secret"))));
}

TEST(Tokens, NamesAndFilesAreChecked) {
  EXPECT_FALSE(makeToken("", Role::kViewer));
  EXPECT_FALSE(makeToken("a:b", Role::kViewer));
  EXPECT_FALSE(makeToken(std::string(65, 'a'), Role::kViewer));
  EXPECT_EQ(Tokens::load("/no/such/file").error().code, ErrorCode::kIo);
}

}  // namespace
}  // namespace caas::kafka::http
