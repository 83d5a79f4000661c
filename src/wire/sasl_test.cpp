#include "wire/sasl.hpp"

#include <gtest/gtest.h>

#include "wire/scram.hpp"

namespace caas::kafka::wire {
namespace {

// The example of RFC 7677, section 3.
constexpr std::string_view kNonce = "rOprNGfwEbeRWgbNEkqO";
constexpr std::string_view kServerFirst =
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
constexpr std::string_view kServerFinal = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

ScramExchange example() { return {ScramHash::kSha256, "user", "pencil", std::string(kNonce)}; }

TEST(Scram, TheRfcsExample) {
  auto scram = example();
  EXPECT_EQ(scram.first(), "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
  const auto answer = scram.next(kServerFirst);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->value_or(""),
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
            "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
  const auto end = scram.next(kServerFinal);
  ASSERT_TRUE(end) << end.error().message;
  EXPECT_FALSE(end->has_value());
  EXPECT_FALSE(scram.next(kServerFinal));
}

TEST(Scram, ABrokerThatDoesNotKnowThePasswordIsRefused) {
  for (const std::string_view last :
       {"v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", "v=", "", "e=other-error", "x"}) {
    auto scram = example();
    (void)scram.first();
    ASSERT_TRUE(scram.next(kServerFirst));
    const auto end = scram.next(last);
    ASSERT_FALSE(end) << last;
    EXPECT_EQ(end.error().code, ErrorCode::kAuthentication);
  }
}

TEST(Scram, NonsenseFromTheBrokerIsRefused) {
  for (const std::string_view first :
       {"", "x", "r=abc", "r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",  // no nonce
        "r=another,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", "r=rOprNGfwEbeRWgbNEkqOx,s=???,i=4096",
        "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=many",
        "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4095",
        "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=2000000000",
        "r=rOprNGfwEbeRWgbNEkqOx,s=,i=4096"}) {
    auto scram = example();
    (void)scram.first();
    const auto answer = scram.next(first);
    ASSERT_FALSE(answer) << first;
    EXPECT_EQ(answer.error().code, ErrorCode::kAuthentication);
  }
}

TEST(Scram, NamesAreEscapedAndNoncesDiffer) {
  ScramExchange scram(ScramHash::kSha512, "a=b,c", "x", "n");
  EXPECT_EQ(scram.first(), "n,,n=a=3Db=2Cc,r=n");
  EXPECT_NE(makeNonce(), makeNonce());
  EXPECT_EQ(makeNonce().find(','), std::string::npos);
}

TEST(Sasl, PlainAndTokensSayAllInOneMessage) {
  using namespace std::string_literals;
  const auto plain =
      makeSaslExchange({.mechanism = "PLAIN", .username = "me", .password = Secret("secret")}, "");
  ASSERT_TRUE(plain);
  EXPECT_EQ((*plain)->first(), "\0me\0secret"s);
  const auto over = (*plain)->next("");
  ASSERT_TRUE(over);
  EXPECT_FALSE(over->has_value());
  const auto token = makeSaslExchange({.mechanism = "OAUTHBEARER"}, "abc");
  ASSERT_TRUE(token);
  EXPECT_EQ((*token)->first(),
            "n,,\x01"
            "auth=Bearer abc\x01\x01");
  // A refusal comes as JSON, is acknowledged, and is told then.
  const auto acknowledged = (*token)->next("{\"status\":\"invalid_token\"}");
  ASSERT_TRUE(acknowledged);
  EXPECT_EQ(*acknowledged, "\x01"s);
  const auto refused = (*token)->next("x");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("invalid_token"), std::string::npos);
}

TEST(Sasl, AnUnknownMechanismIsAnError) {
  const auto made = makeSaslExchange({.mechanism = "GSSAPI"}, "");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::kInvalidConfiguration);
}

}  // namespace
}  // namespace caas::kafka::wire
