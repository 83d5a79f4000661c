#include "consume/subscription.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace caas::kafka::consume {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class SubscriptionTest : public ::testing::Test {
 protected:
  static TenantId tenant(std::string_view name) { return *TenantId::parse(name); }
  std::vector<std::string> matching() const { return subscription_.matching(catalog_, kExisting); }

  const std::vector<std::string> kExisting{
      "presence.acme",    "chat.messages.zeta", "chat.messages.acme",
      "chat.events.acme", "platform.events",    "internal.retry",
      "orders",           "chat.messages",      "chat.messages.a.b.c",
      "chat.messages.",   "xchat.messages.acme"};
  const Catalog catalog_ = *Catalog::load(Settings{});
  Subscription subscription_;
};

TEST_F(SubscriptionTest, AnEntryIsAllItsTenantsTopicsAndNothingThatOnlyLooksLikeThem) {
  ASSERT_TRUE(subscription_.add(catalog_, "chat.messages", AllTenants{}));
  EXPECT_THAT(matching(), ElementsAre("chat.messages.acme", "chat.messages.zeta"));
}

TEST_F(SubscriptionTest, ATenantThatComesLaterIsSeenAndOneThatGoesIsNot) {
  ASSERT_TRUE(subscription_.add(catalog_, "chat.messages", AllTenants{}));
  EXPECT_THAT(subscription_.matching(catalog_, {}), IsEmpty());
  EXPECT_THAT(subscription_.matching(catalog_, {"chat.messages.new"}),
              ElementsAre("chat.messages.new"));
}

TEST_F(SubscriptionTest, SomeTenantsAreOnlyThose) {
  ASSERT_TRUE(
      subscription_.add(catalog_, "chat.messages", std::vector{tenant("acme"), tenant("absent")}));
  EXPECT_THAT(matching(), ElementsAre("chat.messages.acme"));
}

TEST_F(SubscriptionTest, SeveralEntriesAndForeignTopicsAddUp) {
  ASSERT_TRUE(subscription_.add(catalog_, "chat.events", AllTenants{}));
  ASSERT_TRUE(subscription_.add(catalog_, "platform.events", AllTenants{}));
  ASSERT_TRUE(subscription_.addTopic("orders"));
  ASSERT_TRUE(subscription_.addTopic("not-there"));
  EXPECT_THAT(matching(), ElementsAre("chat.events.acme", "orders", "platform.events"));
}

TEST_F(SubscriptionTest, ATopicThatIsNamedAndInAnEntryIsThereOnce) {
  ASSERT_TRUE(subscription_.add(catalog_, "chat.messages", AllTenants{}));
  ASSERT_TRUE(subscription_.addTopic("chat.messages.acme"));
  EXPECT_THAT(matching(), ElementsAre("chat.messages.acme", "chat.messages.zeta"));
}

TEST_F(SubscriptionTest, OfTwoSelectionsOfAnEntryTheLastCounts) {
  ASSERT_TRUE(subscription_.add(catalog_, "chat.messages", AllTenants{}));
  ASSERT_TRUE(subscription_.add(catalog_, "chat.messages.{tenant}", std::vector{tenant("zeta")}));
  EXPECT_THAT(matching(), ElementsAre("chat.messages.zeta"));
}

TEST_F(SubscriptionTest, AnUnknownEntryIsRefusedAndTheKnownOnesAreNamed) {
  const auto added = subscription_.add(catalog_, "chat.message", AllTenants{});
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(added.error().message, HasSubstr("'chat.message'"));
  EXPECT_THAT(added.error().hint, HasSubstr("chat.messages, chat.events"));
  EXPECT_TRUE(subscription_.empty());
}

TEST_F(SubscriptionTest, TenantsOfAnEntryWithoutAnyAndNoTenantAtAllAreRefused) {
  EXPECT_FALSE(subscription_.add(catalog_, "platform.events", std::vector{tenant("acme")}));
  EXPECT_FALSE(subscription_.add(catalog_, "chat.messages", std::vector<TenantId>{}));
  EXPECT_FALSE(subscription_.addTopic(""));
  EXPECT_TRUE(subscription_.empty());
}

}  // namespace
}  // namespace caas::kafka::consume
