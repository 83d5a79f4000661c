#include "produce/event_formats.hpp"

#include <random>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "caas/kafka/schema_serde.hpp"
#include "produce/event_rules.hpp"
#include "schema/event_schemas.hpp"

namespace caas::kafka::produce {
namespace {

using namespace std::string_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr Timestamp kAt{std::chrono::milliseconds{1'763'908'800'123}};
constexpr SchemaType kFormats[] = {SchemaType::kAvro, SchemaType::kJson, SchemaType::kProtobuf};

SchemaText schemaOf(std::string_view type, SchemaType format) {
  return eventSchema(type, format).value_or(SchemaText{});
}

/// One of each type, with everything in it.
const std::vector<Event>& allEvents() {
  static const std::vector<Event> kEvents{
      toEvent(ChatMessage{.messageId = "m",
                          .conversationId = "c",
                          .userId = "u",
                          .text = "grüß dich\n\"",
                          .replyTo = "m0",
                          .sentAt = kAt}),
      toEvent(Reaction{.conversationId = "c",
                       .messageId = "m",
                       .userId = "u",
                       .emoji = "👍",
                       .removed = true,
                       .at = kAt}),
      toEvent(Typing{.conversationId = "c", .userId = "u", .typing = false, .at = kAt}),
      toEvent(ReadReceipt{.conversationId = "c", .messageId = "m", .userId = "u", .at = kAt}),
      toEvent(Presence{.userId = "u", .state = "away", .statusText = "", .at = kAt}),
      toEvent(AnalyticsEvent{.eventId = "e",
                             .name = "n",
                             .userId = "u",
                             .properties = {{"", "1"}, {"b", ""}, {"ö", "x"}},
                             .at = kAt}),
      toEvent(Notification{.notificationId = "n",
                           .userId = "u",
                           .kind = "mention",
                           .title = "t",
                           .body = "b",
                           .at = kAt}),
      toEvent(PlatformEvent{
          .eventId = "e", .tenantId = "acme", .name = "n", .details = {{"k", "v"}}, .at = kAt}),
      toEvent(AuditEvent{.eventId = "e",
                         .tenantId = "acme",
                         .actor = "a",
                         .action = "x",
                         .resource = "r",
                         .outcome = "denied",
                         .details = {{"k", "v"}},
                         .at = kAt}),
      toEvent(PlatformNotification{.notificationId = "n",
                                   .tenantId = "acme",
                                   .severity = "critical",
                                   .title = "t",
                                   .body = "b",
                                   .at = kAt})};
  return kEvents;
}

std::string written(const Event& event, SchemaType format) {
  const auto& info = *findEventType(event.type);
  const auto writer = makeEventWriter(info, schemaOf(event.type, format));
  EXPECT_TRUE(writer) << event.type << ": " << (writer ? "" : writer.error().describe());
  std::string out;
  EXPECT_TRUE(writer && (*writer)->write(viewOf(info, event), out)) << event.type;
  return out;
}

/// What a reader makes of it, as JSON; or the error.
std::string read(std::string_view type, const SchemaText& writer, std::string_view payload) {
  const auto& info = *findEventType(type);
  const auto reader = makeEventReader(info, {.schema = writer});
  if (!reader) {
    return "schema: " + reader.error().message;
  }
  FieldValues values;
  auto event = targetOf(info, values);
  if (const auto done = (*reader)->read(payload, event); !done) {
    return "error: " + done.error().message;
  }
  return eventToJson(toEvent(info, std::move(values)));
}

TEST(EventFormats, EveryEventHasASchemaInEachFormatThatFitsItsFields) {
  std::set<std::string_view> types;
  for (const auto& [type, format, text] : schema::embeddedEventSchemas()) {
    types.insert(type);
    const auto* info = findEventType(type);
    ASSERT_NE(info, nullptr) << "schemas/ has a file for '" << type << "', which is no event";
    const auto writer = makeEventWriter(*info, {.type = format, .text = std::string(text)});
    EXPECT_TRUE(writer) << type << ": " << (writer ? "" : writer.error().describe());
    const auto codec = schema::makeCodec({.schema = {.type = format, .text = std::string(text)}});
    ASSERT_TRUE(codec) << type;
    EXPECT_THAT((*codec)->recordName(), testing::StartsWith("caas.events."));
    const auto avro = schema::makeCodec({.schema = schemaOf(type, SchemaType::kAvro)});
    EXPECT_EQ((*codec)->recordName(), (*avro)->recordName());
  }
  EXPECT_EQ(types.size(), std::tuple_size_v<BuiltInEvents>);
  EXPECT_EQ(schema::embeddedEventSchemas().size(), 3 * types.size());
}

TEST(EventFormats, EveryEventComesBackFromEveryFormat) {
  ASSERT_EQ(allEvents().size(), std::tuple_size_v<BuiltInEvents>);
  for (const auto& event : allEvents()) {
    for (const auto format : kFormats) {
      const auto bytes = written(event, format);
      EXPECT_EQ(read(event.type, schemaOf(event.type, format), bytes), eventToJson(event))
          << toString(format);
    }
  }
}

TEST(EventFormats, OnlyWhatMustBeThereIsThere) {
  const auto least =
      toEvent(ChatMessage{.messageId = "m", .conversationId = "c", .userId = "u", .sentAt = kAt});
  const auto presence = toEvent(Presence{.userId = "u", .state = "away", .at = kAt});
  for (const auto format : kFormats) {
    EXPECT_EQ(read("message", schemaOf("message", format), written(least, format)),
              eventToJson(least))
        << toString(format);
    EXPECT_EQ(read("presence", schemaOf("presence", format), written(presence, format)),
              eventToJson(presence))
        << toString(format);
  }
  // An event that nobody completed is refused where the schema asks for more.
  const auto& info = *findEventType("message");
  const auto avro = makeEventWriter(info, schemaOf("message", SchemaType::kAvro)).value();
  std::string out = "before";
  const ChatMessage bare{.conversationId = "c", .userId = "u"};
  const auto refused = avro->write(viewOf(bare), out);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("messageId"));
  EXPECT_EQ(out, "before");
}

TEST(EventFormats, TheBytesAreThoseOfTheFormatsOwnEncoders) {
  for (const auto& event : allEvents()) {
    const auto proto =
        schema::makeCodec({.schema = schemaOf(event.type, SchemaType::kProtobuf)}).value();
    auto value = boost::json::parse(eventToJson(event));
    std::string expected;
    ASSERT_TRUE(proto->encode(value, expected)) << event.type;
    EXPECT_EQ(written(event, SchemaType::kProtobuf), expected) << event.type;

    const auto avro =
        schema::makeCodec({.schema = schemaOf(event.type, SchemaType::kAvro)}).value();
    value.as_object()[event.type == "message" ? "sentAt" : "at"] = kAt.time_since_epoch().count();
    expected.clear();
    ASSERT_TRUE(avro->encode(value, expected)) << event.type;
    EXPECT_EQ(written(event, SchemaType::kAvro), expected) << event.type;

    const auto json =
        schema::makeCodec({.schema = schemaOf(event.type, SchemaType::kJson)}).value();
    EXPECT_TRUE(json->decode(written(event, SchemaType::kJson))) << event.type;
  }
  const auto old = toEvent(Typing{.conversationId = "c",
                                  .userId = "u",
                                  .typing = true,
                                  .at = Timestamp(std::chrono::milliseconds{-1})});
  const auto proto =
      schema::makeCodec({.schema = schemaOf("typing", SchemaType::kProtobuf)}).value();
  std::string expected;
  ASSERT_TRUE(proto->encode(boost::json::parse(eventToJson(old)), expected));
  EXPECT_EQ(written(old, SchemaType::kProtobuf), expected) << "before 1970";
}

TEST(EventFormats, ASchemaThatDoesNotFitTheStructIsAFirstUseError) {
  const auto& info = *findEventType("message");
  const auto refused = [&](SchemaType format, std::string_view what, std::string_view by) {
    auto schema = schemaOf("message", format);
    const auto at = schema.text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    schema.text.replace(at, what.size(), by);
    const auto writer = makeEventWriter(info, schema);
    if (writer) {
      return std::string("accepted");
    }
    return std::string(toString(writer.error().code)) + ": " + writer.error().message;
  };
  using enum SchemaType;
  EXPECT_THAT(refused(kAvro, "conversationId", "conversation"),
              AllOf(HasSubstr("internal"), HasSubstr("'conversationId'")));
  EXPECT_THAT(
      refused(kAvro, R"("name": "text", "type": "string")", R"("name": "text", "type": "bytes")"),
      HasSubstr("'text'"));
  EXPECT_THAT(refused(kAvro, R"("logicalType": "timestamp-millis")",
                      R"("logicalType": "timestamp-micros")"),
              HasSubstr("'sentAt'"));
  EXPECT_THAT(refused(kJson, "\"conversationId\": {", "\"conversation\": {"),
              AllOf(HasSubstr("internal"), HasSubstr("'conversationId'")));
  EXPECT_THAT(refused(kJson, R"("text": {"type": "string")",
                      R"("text": {"type": "string", "minLength": 1)"),
              HasSubstr("'text'"));
  EXPECT_THAT(refused(kJson, R"("userId", "text", "sentAt")", R"("userId", "sentAt")"),
              HasSubstr("'text'"));
  EXPECT_THAT(
      refused(kJson, R"("required": ["messageId")", R"("required": ["replyTo", "messageId")"),
      HasSubstr("'replyTo'"));
  EXPECT_THAT(refused(kJson, R"("additionalProperties": false)", R"("additionalProperties": true)"),
              HasSubstr("no others"));
  EXPECT_THAT(refused(kProtobuf, "conversation_id", "conversation"),
              AllOf(HasSubstr("internal"), HasSubstr("'conversationId'")));
  EXPECT_THAT(refused(kProtobuf, "string text", "bytes text"), HasSubstr("'text'"));
  EXPECT_THAT(refused(kProtobuf, "google.protobuf.Timestamp sent_at", "int64 sent_at"),
              HasSubstr("'sentAt'"));
  EXPECT_THAT(refused(kProtobuf, "optional string", "string"), HasSubstr("reply_to"));
  EXPECT_THAT(refused(kProtobuf, "text = 4", "text = 7"), Not(HasSubstr("accepted")));
  const auto presence = [&](std::string_view what, std::string_view by) {
    auto schema = schemaOf("presence", kJson);
    schema.text.replace(schema.text.find(what), what.size(), by);
    return makeEventWriter(*findEventType("presence"), schema).has_value();
  };
  EXPECT_FALSE(presence(R"("busy", )", ""));
  EXPECT_TRUE(presence(R"("busy", )", R"("busy", )"));
}

SchemaText proto(std::string_view text) {
  return {.type = SchemaType::kProtobuf, .text = "syntax = \"proto3\"; " + std::string(text)};
}

/// JSON → the writer's bytes → our event.
std::string through(std::string_view type, const SchemaText& schema, std::string_view json,
                    std::string_view message = {}) {
  const auto codec = schema::makeCodec({.schema = schema});
  if (!codec) {
    return "schema: " + codec.error().message;
  }
  std::string bytes;
  if (const auto done = (*codec)->encodeAs(message, boost::json::parse(json), bytes); !done) {
    return "encode: " + done.error().message;
  }
  return read(type, schema, bytes);
}

TEST(EventFormats, ForeignProtobufWritersAreReadByTheirNames) {
  const auto* const expected =
      R"({"conversationId":"c","userId":"7","typing":true,"at":"2025-11-23T14:40:00.123Z"})";
  // Other numbers, another order, more of it, and it is not the first message.
  EXPECT_EQ(through("typing",
                    proto("import \"google/protobuf/timestamp.proto\"; message A {} message T { "
                          "string user_id = 9; repeated int32 more = 1; bool typing = 4; "
                          "google.protobuf.Timestamp at = 3; string conversation_id = 2; }"),
                    R"({"userId":"7","more":[1,2],"typing":true,"conversationId":"c",)"
                    R"("at":"2025-11-23T14:40:00.123Z"})",
                    "T"),
            expected);
  // Ids that are numbers, wrapped values, times as milliseconds, names as in JSON.
  EXPECT_EQ(
      through("typing",
              proto("import \"google/protobuf/wrappers.proto\"; message T { int64 userId = 1; "
                    "google.protobuf.StringValue conversationId = 2; "
                    "google.protobuf.BoolValue typing = 3; optional int64 at = 4; }"),
              R"({"userId":"7","conversationId":"c","typing":true,"at":"1763908800123"})"),
      expected);
  EXPECT_EQ(through("typing",
                    proto("message T { string user_id = 1; string conversation_id = 2; "
                          "optional bool typing = 3; optional int64 at = 4; }"),
                    R"({"userId":"7","conversationId":"c","typing":true,"at":"1763908800123"})"),
            expected);
  EXPECT_EQ(through("presence",
                    proto("enum State { offline = 0; away = 1; } message P { string user_id = 1; "
                          "State state = 2; }"),
                    R"({"userId":"u","state":"away"})"),
            R"({"userId":"u","state":"away"})");
  // Without presence, an empty id is none and a flag that is not there is false.
  const auto message = proto(
      "message M { string message_id = 1; string conversation_id = 2; string user_id = 3; "
      "string text = 4; string reply_to = 5; }");
  EXPECT_EQ(through("message", message, R"({"conversationId":"c","userId":"u"})"),
            R"({"conversationId":"c","userId":"u","text":""})");
  EXPECT_THAT(through("message", message, R"({"userId":"u"})"),
              AllOf(HasSubstr("'conversationId'"), HasSubstr("empty string")));
  EXPECT_EQ(
      through(
          "typing",
          proto("message T { string user_id = 1; string conversation_id = 2; bool typing = 3; }"),
          R"({"userId":"u","conversationId":"c"})"),
      R"({"conversationId":"c","userId":"u","typing":false})");
  EXPECT_THAT(
      through("typing", proto("message T { string user_id = 1; string conversation_id = 2; }"),
              R"({"userId":"u","conversationId":"c"})"),
      AllOf(HasSubstr("'typing'"), HasSubstr("nothing")));
  EXPECT_THAT(through("typing",
                      proto("message T { bytes user_id = 1; string conversation_id = 2; bool "
                            "typing = 3; int32 at = 4; }"),
                      R"({"userId":"dQ==","conversationId":"c","at":7})"),
              Not(HasSubstr("error")))
      << "what JSON can say of it is taken";
}

TEST(EventFormats, ForeignJsonWritersAreHeldAgainstTheirOwnSchema) {
  const SchemaText open{.type = SchemaType::kJson,
                        .text = R"({"type":"object","required":["device"]})"};
  EXPECT_EQ(read("typing", open,
                 R"({"device":"phone","conversationId":"c","userId":7,"typing":true,"at":5})"),
            R"({"conversationId":"c","userId":"7","typing":true,"at":"1970-01-01T00:00:00.005Z"})");
  EXPECT_THAT(read("typing", open, R"({"conversationId":"c","userId":"u","typing":true})"),
              HasSubstr("device"));
  EXPECT_THAT(read("typing", open, R"({"device":"phone","conversationId":"c","typing":true})"),
              AllOf(HasSubstr("'userId'"), HasSubstr("nothing")));
  EXPECT_THAT(
      read("typing", open, R"({"device":1,"conversationId":"c","userId":"u","typing":"y"})"),
      AllOf(HasSubstr("'typing'"), HasSubstr("true or false")));
  // A word that a newer writer's schema knows reaches the handler.
  EXPECT_EQ(read("presence", {.type = SchemaType::kJson, .text = R"({"type":"object"})"},
                 R"({"userId":"u","state":"dancing"})"),
            R"({"userId":"u","state":"dancing"})");
}

TEST(EventFormats, HostileProtobufIsAnErrorAndNothingIsBelieved) {
  const auto schema = schemaOf("typing", SchemaType::kProtobuf);
  const auto good = written(allEvents()[2], SchemaType::kProtobuf);
  const auto problem = [&](const std::string& bytes) { return read("typing", schema, bytes); };
  EXPECT_THAT(problem(""), HasSubstr("cut off"));
  EXPECT_THAT(problem("\0\x0a\xff\xff\xff\xff\x07x"s), HasSubstr("are no caas.events.Typing"));
  EXPECT_THAT(problem("\0\x0a\x05x"s), HasSubstr("are no"));
  EXPECT_THAT(problem("\0\x0a\x01\xff"s + good.substr(1)), HasSubstr("are no")) << "not UTF-8";
  EXPECT_THAT(problem("\0\0\0"s), HasSubstr("are no")) << "field 0";
  EXPECT_THAT(problem(std::string(1, '\0') + std::string(10'000, '\x3b')), HasSubstr("are no"))
      << "groups in groups";
  EXPECT_THAT(problem(good + "\x3c"s), HasSubstr("are no")) << "a group's end without its start";
  // Times that are none: 2^62 seconds, and nanoseconds below zero.
  EXPECT_THAT(problem(good + "\x22\x0a\x08\x80\x80\x80\x80\x80\x80\x80\x80\x40"s),
              HasSubstr("are no"));
  EXPECT_THAT(problem(good + "\x22\x0b\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s),
              HasSubstr("are no"));
  EXPECT_THAT(problem("\2\x7f"s), HasSubstr("message index"));
  // Of a field that comes twice the last counts; another wire type is another field.
  EXPECT_EQ(
      problem(good + "\x0a\x01z"s),
      R"({"conversationId":"z","userId":"u","typing":false,"at":"2025-11-23T14:40:00.123Z"})");
  EXPECT_EQ(problem(good + "\x08\x05"s), eventToJson(allEvents()[2]));

  const auto analytics = allEvents()[5];
  const auto maps = written(analytics, SchemaType::kProtobuf);
  const auto own = schemaOf("analytics", SchemaType::kProtobuf);
  for (std::size_t i = 0; i < maps.size(); ++i) {
    static_cast<void>(read("analytics", own, maps.substr(0, i)));
  }
  EXPECT_THAT(read("analytics", own, maps + "\x22\x7f\x0a\x01x"s), HasSubstr("are no"));
  EXPECT_THAT(read("analytics", own, maps + "\x22\x03\x0a\x7fx"s), HasSubstr("are no"));
  std::mt19937_64 random(11);
  const auto& info = *findEventType("analytics");
  const auto reader = makeEventReader(info, {.schema = own}).value();
  for (int i = 0; i < 20'000; ++i) {
    auto bytes = maps;
    for (int change = 0; change < 3; ++change) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    FieldValues values;
    auto event = targetOf(info, values);
    static_cast<void>(reader->read(bytes, event));
  }
}

}  // namespace
}  // namespace caas::kafka::produce
