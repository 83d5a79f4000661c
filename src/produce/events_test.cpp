#include "caas/kafka/events.hpp"

#include <algorithm>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "caas/kafka/record.hpp"
#include "core/utf8.hpp"
#include "produce/event_rules.hpp"
#include "produce/event_table.hpp"

namespace caas::kafka {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr Timestamp kTime{
    std::chrono::milliseconds{1'763'908'800'123}};  // 2025-11-23T14:40:00.123Z

std::string errorOf(std::string_view type, std::string_view json, const FieldMap& map = {}) {
  const auto event = eventFromJson(type, json, map);
  if (event) {
    return "no error: " + eventToJson(*event);
  }
  EXPECT_EQ(event.error().code, ErrorCode::kInvalidArgument);
  return event.error().describe();
}

std::string text(const Event& event, std::string_view field) {
  return std::get<std::string>(event.fields.find(field)->second);
}

TEST(Events, EveryTypeSurvivesJsonAndBack) {
  const std::vector<Event> events{
      toEvent(ChatMessage{.messageId = "m",
                          .conversationId = "c",
                          .userId = "u",
                          .text = "hi",
                          .replyTo = "m0",
                          .sentAt = kTime}),
      toEvent(Reaction{.conversationId = "c",
                       .messageId = "m",
                       .userId = "u",
                       .emoji = "👍",
                       .removed = true,
                       .at = kTime}),
      toEvent(Typing{.conversationId = "c", .userId = "u", .typing = false, .at = kTime}),
      toEvent(ReadReceipt{.conversationId = "c", .messageId = "m", .userId = "u", .at = kTime}),
      toEvent(Presence{.userId = "u", .state = "busy", .statusText = "", .at = kTime}),
      toEvent(AnalyticsEvent{.eventId = "e",
                             .name = "opened",
                             .userId = "u",
                             .properties = {{"a", "1"}, {"b", ""}},
                             .at = kTime}),
      toEvent(Notification{.notificationId = "n",
                           .userId = "u",
                           .kind = "mention",
                           .title = "t",
                           .body = "b",
                           .at = kTime}),
      toEvent(PlatformEvent{.eventId = "e",
                            .tenantId = "t",
                            .name = "tenant.created",
                            .details = {{"by", "me"}},
                            .at = kTime}),
      toEvent(AuditEvent{.eventId = "e",
                         .tenantId = "t",
                         .actor = "a",
                         .action = "x",
                         .resource = "r",
                         .outcome = "denied",
                         .details = {{"k", "v"}},
                         .at = kTime}),
      toEvent(PlatformNotification{.notificationId = "n",
                                   .tenantId = "t",
                                   .severity = "critical",
                                   .title = "t",
                                   .body = "b",
                                   .at = kTime}),
  };
  ASSERT_EQ(events.size(), std::tuple_size_v<produce::BuiltInEvents>);
  for (const auto& event : events) {
    // All fields were set, so that one that the table forgot is noticed here.
    EXPECT_EQ(event.fields.size(), eventFields(event.type)->size()) << event.type;
    const auto json = eventToJson(event);
    const auto back = eventFromJson(event.type, json);
    ASSERT_TRUE(back) << back.error().describe();
    EXPECT_EQ(back->fields, event.fields) << json;
    EXPECT_NO_THROW(static_cast<void>(boost::json::parse(json))) << json;
  }
}

TEST(Events, JsonHasTheFieldsInTheTablesOrderAndTimesInUtc) {
  EXPECT_EQ(eventToJson(toEvent(ChatMessage{.messageId = "m-1",
                                            .conversationId = "c-1",
                                            .userId = "u-1",
                                            .text = "a \"b\"\\\n\t\x01 ä",
                                            .sentAt = kTime})),
            R"({"messageId":"m-1","conversationId":"c-1","userId":"u-1",)"
            R"("text":"a \"b\"\\\n\t\u0001 ä","sentAt":"2025-11-23T14:40:00.123Z"})");
  EXPECT_EQ(eventToJson(toEvent(AnalyticsEvent{
                .eventId = "e", .name = "n", .properties = {{"b", "2"}, {"a", "1"}}})),
            R"({"eventId":"e","name":"n","properties":{"a":"1","b":"2"}})");
  EXPECT_EQ(eventToJson(Event{.type = "message", .fields = {}}), "{}");
}

TEST(Events, FieldsOfATypeThatTheLibraryDoesNotKnow) {
  EXPECT_FALSE(eventFields("call-started"));
  EXPECT_THAT(errorOf("call-started", "{}"),
              AllOf(HasSubstr("\"call-started\""), HasSubstr("message, reaction, typing")));
}

TEST(Events, FieldMapRenames) {
  std::vector<std::string> ignored;
  const FieldMap map{{"conversation", "conversationId"}, {"user", "userId"}, {"time", "sentAt"}};
  const auto line = R"({"day":"d","conversation":"c","user":"u","time":1763908800123,"text":""})";
  for (int i = 0; i < 2; ++i) {
    const auto event = eventFromJson("message", line, map, &ignored);
    ASSERT_TRUE(event) << event.error().describe();
    EXPECT_EQ(text(*event, "conversationId"), "c");
    EXPECT_EQ(text(*event, "text"), "");
    EXPECT_EQ(std::get<Timestamp>(event->fields.find("sentAt")->second), kTime);
    EXPECT_FALSE(event->fields.contains("messageId"));
  }
  EXPECT_THAT(ignored, ElementsAre("day"));
}

TEST(Events, FieldMapErrorsNameBothSides) {
  EXPECT_THAT(errorOf("message", "{}", {{"conv", "conversation"}}),
              AllOf(HasSubstr("'conv' to 'conversation'"), HasSubstr("conversationId")));
  EXPECT_THAT(errorOf("typing", R"({"user":"a","userId":"b","conversationId":"c","typing":true})",
                      {{"user", "userId"}}),
              AllOf(HasSubstr("'userId'"), HasSubstr("twice")));
}

TEST(Events, ATimeThatIsNoneNamesItsFieldAndSource) {
  // The real data's times look like this.
  const auto line =
      R"({"conversationId":"c","userId":"u","text":"x","time":"2004-11-15_03T12:18:00Z"})";
  EXPECT_THAT(errorOf("message", line, {{"time", "sentAt"}}),
              AllOf(HasSubstr("'sentAt' (read from 'time')"), HasSubstr("2004-11-15_03T12:18:00Z"),
                    HasSubstr("ISO 8601"), HasSubstr("milliseconds since 1970")));
  EXPECT_TRUE(eventFromJson("message", line));
}

TEST(Events, IntegersAreTakenAsTextAndFractionsRefused) {
  const auto event = eventFromJson(
      "message", R"({"conversationId":7,"userId":18446744073709551615,"text":"x","replyTo":-1})");
  ASSERT_TRUE(event) << event.error().describe();
  EXPECT_EQ(text(*event, "conversationId"), "7");
  EXPECT_EQ(text(*event, "userId"), "18446744073709551615");
  EXPECT_EQ(text(*event, "replyTo"), "-1");
  EXPECT_THAT(errorOf("message", R"({"conversationId":1.5,"userId":"u","text":"x"})"),
              AllOf(HasSubstr("'conversationId'"), HasSubstr("1.5"), HasSubstr("no integer")));

  const auto analytics =
      eventFromJson("analytics", R"({"name":"n","properties":{"a":1,"b":true,"c":"x"}})");
  ASSERT_TRUE(analytics) << analytics.error().describe();
  EXPECT_EQ(eventToJson(*analytics), R"({"name":"n","properties":{"a":"1","b":"true","c":"x"}})");
  EXPECT_THAT(errorOf("analytics", R"({"name":"n","properties":{"a":1.5}})"),
              AllOf(HasSubstr("'properties'"), HasSubstr("\"a\""), HasSubstr("1.5")));
  EXPECT_THAT(errorOf("analytics", R"({"name":"n","properties":[]})"),
              AllOf(HasSubstr("'properties'"), HasSubstr("an array")));
}

TEST(Events, MissingEmptyAndNull) {
  EXPECT_THAT(errorOf("message", R"({"userId":"u","text":"x"})"),
              AllOf(HasSubstr("'conversationId'"), HasSubstr("missing")));
  EXPECT_THAT(errorOf("message", R"({"conversationId":null,"userId":"u","text":"x"})"),
              AllOf(HasSubstr("'conversationId'"), HasSubstr("missing")));
  EXPECT_THAT(errorOf("message", R"({"conversationId":"","userId":"u","text":"x"})"),
              AllOf(HasSubstr("'conversationId'"), HasSubstr("empty")));
  EXPECT_THAT(
      errorOf("message", R"({"messageId":"","conversationId":"c","userId":"u","text":"x"})"),
      AllOf(HasSubstr("'messageId'"), HasSubstr("generated")));
  EXPECT_TRUE(eventFromJson(
      "message",
      R"({"messageId":null,"conversationId":"c","userId":"u","text":"","sentAt":null})"));
}

TEST(Events, OnlyTheAllowedWords) {
  EXPECT_THAT(errorOf("presence", R"({"userId":"u","state":"asleep"})"),
              AllOf(HasSubstr("'state'"), HasSubstr("\"asleep\""),
                    HasSubstr("online, away, busy, offline")));
  EXPECT_THAT(errorOf("audit", R"({"actor":"a","action":"x","resource":"r","outcome":"ok"})"),
              AllOf(HasSubstr("'outcome'"), HasSubstr("success, failure, denied")));
  EXPECT_THAT(errorOf("platform-notification", R"({"severity":"Info","title":"t"})"),
              AllOf(HasSubstr("'severity'"), HasSubstr("info, warning, critical")));
  EXPECT_THAT(errorOf("typing", R"({"userId":"u","conversationId":"c","typing":"yes"})"),
              AllOf(HasSubstr("'typing'"), HasSubstr("\"yes\""), HasSubstr("true or false")));
}

TEST(Events, WhatIsNoJsonObjectIsAnError) {
  EXPECT_THAT(errorOf("message", "[1]"), HasSubstr("found an array"));
  EXPECT_THAT(errorOf("message", "\"x\""), HasSubstr("found \"x\""));
  EXPECT_THAT(errorOf("message", ""), HasSubstr("not valid JSON"));
  EXPECT_THAT(errorOf("message", R"({"a":1)"), HasSubstr("not valid JSON"));
  EXPECT_THAT(errorOf("message", R"({"a":1} {})"), HasSubstr("not valid JSON"));
  EXPECT_THAT(errorOf("message", "{\"text\":\"\xff\"}"),
              AllOf(HasSubstr("not valid JSON"), HasSubstr("\\xff")));
  EXPECT_THAT(errorOf("message", std::string(1000, '[')), HasSubstr("not valid JSON"));
  EXPECT_THAT(errorOf("message", std::string(kMaxEventJsonBytes + 1, ' ')),
              HasSubstr("16777216 are read"));
}

TEST(Events, ValidationRefusesWhatTypedEventsCanGetWrong) {
  const auto* info = produce::findEventType("message");
  const auto check = [&](const Event& event) {
    const auto result = produce::validateEvent(event, *info);
    return result ? std::string("fine") : result.error().describe();
  };
  EXPECT_THAT(check(toEvent(ChatMessage{.userId = "u", .text = "x"})),
              AllOf(HasSubstr("'conversationId'"), HasSubstr("an empty string")));
  EXPECT_THAT(check(toEvent(ChatMessage{.conversationId = "c", .userId = "u", .text = "a\xc3"})),
              AllOf(HasSubstr("'text'"), HasSubstr("not UTF-8"), HasSubstr("byte 1")));
  auto event = toEvent(ChatMessage{.conversationId = "c", .userId = "u", .text = "x"});
  EXPECT_EQ(check(event), "fine");
  event.fields["text"] = true;
  EXPECT_THAT(check(event), AllOf(HasSubstr("'text'"), HasSubstr("true or false")));
  event.fields["text"] = "x";
  event.fields["colour"] = "red";
  EXPECT_THAT(check(event), AllOf(HasSubstr("\"colour\""), HasSubstr("conversationId")));
}

class FixedClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override { return kTime; }
  [[nodiscard]] std::chrono::steady_clock::time_point steadyNow() const override { return {}; }
  void sleepFor(std::chrono::nanoseconds) override {}
};
class CountingRandom final : public Random {
 public:
  std::uint64_t next() override { return ++value_; }

 private:
  std::uint64_t value_ = 0;
};

TEST(Events, CompletingFillsIdsTimesAndFlags) {
  const FixedClock clock;
  CountingRandom random;
  std::string id;
  const ChatMessage typed{.conversationId = "c", .userId = "u", .text = "x"};
  auto message = produce::viewOf(typed);
  EXPECT_EQ(produce::completeEvent(message, id, clock, random), std::nullopt);
  EXPECT_EQ(message.text("messageId").size(), 36U);
  EXPECT_EQ(std::get<Timestamp>(message.fields[5]), kTime);

  const auto past = kTime - std::chrono::hours(1);
  const Event late{.type = "reaction", .fields = {{"at", past}}};
  auto reaction = produce::viewOf(*produce::findEventType("reaction"), late);
  EXPECT_EQ(produce::completeEvent(reaction, id, clock, random), past);
  EXPECT_FALSE(std::get<bool>(reaction.fields[4]));
  EXPECT_EQ(reaction.text("messageId"), "") << "only generated ids are made up";
}

TEST(Events, ShownValuesAreCutAndPrintable) {
  EXPECT_EQ(produce::shown("a\"b\n\x80"), "\"a\\\"b\\x0a\\x80\"");
  EXPECT_EQ(produce::shown(std::string(100, 'x')), "\"" + std::string(60, 'x') + "…\"");
  // The 60th byte is the first of two.
  EXPECT_EQ(produce::shown(std::string(59, 'x') + "ää"), "\"" + std::string(59, 'x') + "…\"");
}

TEST(Utf8, KnowsTheEdges) {
  EXPECT_TRUE(isUtf8(""));
  EXPECT_TRUE(isUtf8("plain text that is longer than eight bytes"));
  EXPECT_TRUE(isUtf8("\xc2\x80 \xdf\xbf \xe0\xa0\x80 \xed\x9f\xbf \xee\x80\x80 \xf0\x90\x80\x80"));
  EXPECT_TRUE(isUtf8("\xf4\x8f\xbf\xbf"));
  EXPECT_FALSE(isUtf8("\xf4\x90\x80\x80")) << "beyond U+10FFFF";
  EXPECT_FALSE(isUtf8("\xed\xa0\x80")) << "a surrogate";
  EXPECT_FALSE(isUtf8("\xc0\xaf")) << "overlong";
  EXPECT_FALSE(isUtf8("\xe0\x9f\xbf")) << "overlong";
  EXPECT_FALSE(isUtf8("\xf0\x8f\xbf\xbf")) << "overlong";
  EXPECT_FALSE(isUtf8("\x80"));
  EXPECT_FALSE(isUtf8("abcdefgh\xe2\x82")) << "cut off";
  EXPECT_EQ(validUtf8Prefix("0123456789\xff!"), 10U);
}

TEST(Records, TheLastHeaderOfANameCounts) {
  ReceivedRecord record;
  record.headers = {{"a", "1"}, {"b", std::nullopt}, {"a", "2"}};
  EXPECT_EQ(record.header("a"), "2");
  EXPECT_EQ(record.header("b"), std::nullopt);
  EXPECT_EQ(record.header("c"), std::nullopt);
}

TEST(Records, PersistenceHasWords) {
  EXPECT_EQ(toString(Persistence::kPossiblyPersisted), "possibly persisted");
}

}  // namespace
}  // namespace caas::kafka
