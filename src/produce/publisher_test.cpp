// What a publisher refuses before any broker is asked. What arrives in Kafka is seen in
// tests/integration/publisher_test.cpp.
#include "caas/kafka/publisher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace caas::kafka {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr std::string_view kPollEntry = R"(
  - name: chat.polls.{tenant}
    category: tenant
    partitions: 2
    cleanup: delete
    strategy: conversation_id
    events: [poll]
    description: Polls
)";

class PublisherRefusals : public testing::Test {
 protected:
  PublisherRefusals() {
    settings_.brokers = {"127.0.0.1:1"};
    auto yaml = std::string(Catalog::embeddedYaml());
    yaml += kPollEntry;
    catalog_.emplace(*Catalog::parse(yaml, settings_));
    publisher_ = *EventPublisher::create(settings_, *catalog_);
  }

  static std::string text(const Result<void>& result) {
    return result ? "accepted"
                  : std::string(toString(result.error().code)) + ": " + result.error().describe();
  }

  Settings settings_;
  std::optional<Catalog> catalog_;
  std::unique_ptr<EventPublisher> publisher_;
  TenantId tenant_ = *TenantId::parse("acme");
  ChatMessage message_{.conversationId = "c", .userId = "u", .text = "hi"};
};

TEST_F(PublisherRefusals, AnInvalidEvent) {
  EXPECT_THAT(text(publisher_->publish(tenant_, ChatMessage{.userId = "u", .text = "x"})),
              AllOf(HasSubstr("invalid_argument"), HasSubstr("'conversationId'")));
  EXPECT_THAT(text(publisher_->publish(tenant_, Presence{.userId = "u", .state = "gone"})),
              HasSubstr("online, away, busy, offline"));
  EXPECT_THAT(text(publisher_->publishEvent(&tenant_, {.type = "massage", .fields = {}})),
              AllOf(HasSubstr("\"massage\""), HasSubstr("message"), HasSubstr("topics.yaml")));
}

TEST_F(PublisherRefusals, ATenantWhereNoneBelongsAndNoneWhereOneDoes) {
  EXPECT_THAT(text(publisher_->publish(message_)),
              AllOf(HasSubstr("chat.messages.{tenant}"), HasSubstr("needs a tenant")));
  EXPECT_THAT(text(publisher_->publish(tenant_, PlatformEvent{.name = "tenant.created"})),
              AllOf(HasSubstr("platform.events"), HasSubstr("'acme'")));
}

TEST_F(PublisherRefusals, ABadTraceparent) {
  EXPECT_THAT(text(publisher_->publish(tenant_, message_, {}, {.traceparent = "00-abc"})),
              AllOf(HasSubstr("invalid_argument"), HasSubstr("00-abc")));
}

TEST_F(PublisherRefusals, PresenceOfNobody) {
  EXPECT_THAT(text(publisher_->clearPresence(tenant_, "")), HasSubstr("'userId'"));
  EXPECT_THAT(text(publisher_->clearPresence(tenant_, "\xff")), HasSubstr("UTF-8"));
}

TEST_F(PublisherRefusals, RawBytesForATypeWithFieldsAndFieldsForARawType) {
  EXPECT_THAT(text(publisher_->publishRaw("message", &tenant_, {}, "bytes")),
              HasSubstr("not published as raw bytes"));
  EXPECT_THAT(text(publisher_->publishEvent(&tenant_, {.type = "poll", .fields = {}})),
              AllOf(HasSubstr("\"poll\""), HasSubstr("publishRaw")));
  EXPECT_THAT(text(publisher_->publishRaw("vote", &tenant_, {}, "bytes")),
              AllOf(HasSubstr("\"vote\""), HasSubstr("poll")));
}

TEST_F(PublisherRefusals, ARawEventWithoutWhatItsKeyIsMadeOf) {
  EXPECT_THAT(text(publisher_->publishRaw("poll", &tenant_, {}, "bytes")),
              AllOf(HasSubstr("invalid_argument"), HasSubstr("conversation")));
}

TEST_F(PublisherRefusals, EverythingAfterClose) {
  ASSERT_TRUE(publisher_->close());
  EXPECT_THAT(text(publisher_->publish(tenant_, message_)), HasSubstr("shutdown"));
  EXPECT_THAT(text(publisher_->clearPresence(tenant_, "u")), HasSubstr("shutdown"));
  const auto again = publisher_->close();
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->clean());
  EXPECT_EQ(publisher_->stats().accepted, 0);
}

}  // namespace
}  // namespace caas::kafka
