#include "config/dotenv.hpp"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace caas::kafka::config {
namespace {

using std::string_view_literals::operator""sv;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

EnvironmentMap read(std::string_view text) {
  auto result = parseDotEnv(text, ".env");
  EXPECT_TRUE(result) << (result ? "" : result.error().message);
  return result ? result->values : EnvironmentMap{};
}

TEST(DotEnvTest, ReadsPlainValuesCommentsAndExport) {
  EXPECT_THAT(read("# head\n"
                   "\n"
                   "A=1\n"
                   "  B = two words  # comment\n"
                   "export C=x#y\n"
                   "\texport\tD=\n"
                   "E=# all comment\n"
                   "F=a=b"),
              ElementsAre(Pair("A", "1"), Pair("B", "two words"), Pair("C", "x#y"), Pair("D", ""),
                          Pair("E", ""), Pair("F", "a=b")));
}

TEST(DotEnvTest, ReadsQuotes) {
  EXPECT_THAT(read(R"(A='as $it \n "is" # here' # comment
B="tab\t, line\n, quote\", back\\, dollar\$ # here"
C=""
D='  '
E=it's)"),
              ElementsAre(Pair("A", R"(as $it \n "is" # here)"),
                          Pair("B", "tab\t, line\n, quote\", back\\, dollar$ # here"),
                          Pair("C", ""), Pair("D", "  "), Pair("E", "it's")));
}

TEST(DotEnvTest, TakesFilesFromWindows) {
  EXPECT_THAT(read("\xef\xbb\xbf"
                   "A=1\r\nB='2'\r\n\r\nC=\"3\"\r\n"),
              ElementsAre(Pair("A", "1"), Pair("B", "2"), Pair("C", "3")));
}

TEST(DotEnvTest, TheLastOfTwoCountsAndIsAWarning) {
  const auto result = parseDotEnv("A=1\nA=2\n", ".env");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->values.at("A"), "2");
  EXPECT_THAT(result->warnings, ElementsAre(HasSubstr(".env:2: A is given again")));
}

struct BadLine {
  std::string line;
  std::string problem;

  friend void PrintTo(const BadLine& bad, std::ostream* out) { *out << bad.line; }
};
class DotEnvBadLineTest : public testing::TestWithParam<BadLine> {};

TEST_P(DotEnvBadLineTest, NamesFileLineAndProblemButNeverTheValue) {
  const auto result = parseDotEnv("OK=1\n" + GetParam().line + "\n", "conf/.env");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kInvalidConfiguration);
  EXPECT_THAT(result.error().message, HasSubstr("conf/.env:2: "));
  EXPECT_THAT(result.error().message, HasSubstr(GetParam().problem));
  EXPECT_THAT(result.error().describe(), Not(HasSubstr("s3cret")));
}

INSTANTIATE_TEST_SUITE_P(Lines, DotEnvBadLineTest,
                         testing::Values(BadLine{"s3cret", "no '='"}, BadLine{"=s3cret", "no name"},
                                         BadLine{"1A=s3cret", "no name"},
                                         BadLine{"A B=s3cret", "no name"},
                                         BadLine{"A-s3cret=1", "no name"},
                                         BadLine{"A='s3cret", "A: the closing '"},
                                         BadLine{"A=\"s3cret", "A: the closing \""},
                                         BadLine{"A=\"s3cret\\", "A: unknown escape"},
                                         BadLine{"A=\"\\q s3cret\"", "A: unknown escape"},
                                         BadLine{"A='x' s3cret", "text follows the closing '"},
                                         BadLine{"A=\"x\"s3cret", "text follows the closing \""},
                                         BadLine{"A='x'#s3cret", "text follows the closing '"},
                                         BadLine{std::string("A=s3cret\0x", 10), "NUL"}));

TEST(DotEnvTest, ReportsEveryBadLine) {
  const auto result = parseDotEnv("a\nB='\nC=1\n=d\n", ".env");
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message,
              testing::AllOf(HasSubstr(".env:1: "), HasSubstr(".env:2: "), HasSubstr(".env:4: "),
                             Not(HasSubstr(".env:3: "))));
}

TEST(DotEnvTest, QuotedTextComesBackWhateverItIs) {
  std::mt19937 random(7);
  constexpr std::string_view kAlphabet = "ab \t\n\r\"'\\$#=\xc3\xa4";
  for (int round = 0; round < 2'000; ++round) {
    std::string value;
    std::string quoted;
    for (auto length = random() % 12; length > 0; --length) {
      const char c = kAlphabet[random() % kAlphabet.size()];
      value += c;
      switch (c) {
        case '\n': quoted += "\\n"; break;
        case '\r': quoted += "\\r"; break;
        case '"':
        case '\\':
        case '$': quoted += '\\'; [[fallthrough]];
        default: quoted += c;
      }
    }
    EXPECT_THAT(read("A=\"" + quoted + "\" # \"end\"\n"), ElementsAre(Pair("A", value)));
  }
}

TEST(DotEnvTest, RandomBytesAreReadOrRefused) {
  std::mt19937 random(11);
  constexpr auto kAlphabet = "AB=\"'\\# \t\n\r\0xport\xff"sv;
  int refused = 0;
  for (int round = 0; round < 5'000; ++round) {
    std::string text;
    for (auto length = random() % 40; length > 0; --length) {
      text += kAlphabet[random() % kAlphabet.size()];
    }
    const auto result = parseDotEnv(text, ".env");
    refused += result ? 0 : 1;
    EXPECT_TRUE(result || result.error().code == ErrorCode::kInvalidConfiguration);
  }
  EXPECT_GT(refused, 0);
  EXPECT_LT(refused, 5'000);
}

TEST(DotEnvTest, AMissingFileSaysNothingAndAFolderIsAnError) {
  const auto missing = readDotEnv(testing::TempDir() + "/there-is-no-such-file.env");
  ASSERT_TRUE(missing);
  EXPECT_TRUE(missing->values.empty());
  const auto folder = readDotEnv(testing::TempDir());
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().code, ErrorCode::kInvalidConfiguration);
  EXPECT_THAT(folder.error().message, HasSubstr("directory"));
}

}  // namespace
}  // namespace caas::kafka::config
