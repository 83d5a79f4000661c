// Built-in events by the schemas of a real registry: published as Avro, read back typed, and what
// cannot be read in the DLQ.
#include <algorithm>
#include <fstream>

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "caas/kafka/event_decoder.hpp"
#include "caas/kafka/publisher.hpp"
#include "caas/kafka/schema_serde.hpp"
#include "caas/kafka/topic_manager.hpp"
#include "integration/cli_fixture.hpp"
#include "integration/consumer_fixture.hpp"
#include "produce/event_fields.hpp"
#include "produce/schema_event_encoder.hpp"
#include "retry/failure_router.hpp"
#include "schema/wire_format.hpp"
#include "support/dlq_seed.hpp"

namespace caas::kafka::test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr Milliseconds kSoon{30'000};

std::shared_ptr<SchemaRegistry> registry() {
  return must(SchemaRegistry::create(testSettings().schemaRegistry));
}

/// An entry of a catalog that no other test has, so that its subjects are this test's own.
TopicDefinition entryFor(std::string_view type) {
  TopicDefinition definition;
  definition.entry = uniqueTopic("entry");
  definition.pattern = definition.entry;
  definition.eventTypes = {std::string(type)};
  return definition;
}

constexpr SchemaType kFormats[] = {SchemaType::kAvro, SchemaType::kJson, SchemaType::kProtobuf};

template <class E>
std::string encoded(const E& event, std::shared_ptr<SchemaRegistry> registry,
                    SchemaType format = SchemaType::kAvro) {
  const produce::SchemaEventEncoder encoder(std::move(registry), format, SubjectStrategy::kCatalog,
                                            true);
  std::string bytes;
  must(encoder.encode(entryFor(typeOf(&event)), nullptr, produce::viewOf(event), bytes));
  return bytes;
}

template <class E>
void expectComesBack(const E& event) {
  const auto all = registry();
  for (const auto format : kFormats) {
    const auto bytes = encoded(event, all, format);
    EXPECT_TRUE(isFramed(bytes));
    const auto back = must(EventDecoder(all).decodeAs<E>(bytes));
    EXPECT_EQ(eventToJson(toEvent(back)), eventToJson(toEvent(event))) << toString(format);
    const auto generic = must(EventDecoder(all).decode(typeOf(&event), bytes));
    EXPECT_EQ(eventToJson(generic), eventToJson(toEvent(event))) << toString(format);
  }
}

constexpr Timestamp kAt{std::chrono::milliseconds{1'763'908'800'123}};

TEST(SchemaEvents, EveryEventComesBackThroughItsSchema) {
  expectComesBack(ChatMessage{.messageId = "m",
                              .conversationId = "c",
                              .userId = "u",
                              .text = "grüß dich\n",
                              .replyTo = "m0",
                              .sentAt = kAt});
  expectComesBack(
      ChatMessage{.messageId = "m", .conversationId = "c", .userId = "u", .sentAt = kAt});
  expectComesBack(Reaction{.conversationId = "c",
                           .messageId = "m",
                           .userId = "u",
                           .emoji = "👍",
                           .removed = true,
                           .at = kAt});
  expectComesBack(Typing{.conversationId = "c", .userId = "u", .typing = false, .at = kAt});
  expectComesBack(ReadReceipt{.conversationId = "c", .messageId = "m", .userId = "u", .at = kAt});
  expectComesBack(Presence{.userId = "u", .state = "away", .statusText = "lunch", .at = kAt});
  expectComesBack(AnalyticsEvent{.eventId = "e",
                                 .name = "n",
                                 .userId = "u",
                                 .properties = {{"a", "1"}, {"b", ""}},
                                 .at = kAt});
  expectComesBack(Notification{.notificationId = "n",
                               .userId = "u",
                               .kind = "mention",
                               .title = "t",
                               .body = "b",
                               .at = kAt});
  expectComesBack(PlatformEvent{
      .eventId = "e", .tenantId = "acme", .name = "n", .details = {{"k", "v"}}, .at = kAt});
  expectComesBack(AuditEvent{.eventId = "e",
                             .actor = "a",
                             .action = "x",
                             .resource = "r",
                             .outcome = "denied",
                             .details = {{"k", "v"}},
                             .at = kAt});
  expectComesBack(PlatformNotification{.notificationId = "n",
                                       .tenantId = "acme",
                                       .severity = "critical",
                                       .title = "t",
                                       .body = "b",
                                       .at = kAt});
}

TEST(SchemaEvents, OlderAndNewerWritersAreRead) {
  const auto all = registry();
  SchemaSerde serde(all);
  const EventDecoder decoder(all);
  const auto written = [&](std::string fields, std::string_view json) {
    const SchemaText schema{
        .text = R"({"type":"record","name":"Typing","namespace":"caas.events","fields":[)" +
                fields + "]}"};
    std::string bytes;
    must(serde.encode(must(all->registerSchema(uniqueTopic("subject"), schema)), json, bytes));
    return bytes;
  };
  const std::string known =
      R"({"name":"conversationId","type":"string"},{"name":"userId","type":"string"},)"
      R"({"name":"typing","type":"boolean"},{"name":"at","type":"long"})";
  const auto newer = must(decoder.decodeAs<Typing>(
      written(known + R"(,{"name":"device","type":["null","string"]})",
              R"({"conversationId":"c","userId":"u","typing":true,"at":5,"device":"phone"})")));
  EXPECT_EQ(newer.userId, "u");
  EXPECT_EQ(newer.at, Timestamp(std::chrono::milliseconds{5}));
  const auto foreign = decoder.decodeAs<Typing>(
      written(R"({"name":"userId","type":"string"})", R"({"userId":"u"})"));
  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(foreign.error().message, HasSubstr("schema "));
  EXPECT_THAT(foreign.error().message, HasSubstr("conversationId"));
  // JSON as it was before there were schemas.
  EXPECT_EQ(
      must(decoder.decodeAs<Typing>(R"({"conversationId":"c","userId":"u","typing":true,"at":5})"))
          .userId,
      "u");
  EXPECT_EQ(EventDecoder().decode("typing", "x").error().code, ErrorCode::kInvalidArgument);
}

TEST(SchemaEvents, OlderAndNewerWritersOfTheOtherFormatsAreReadToo) {
  const auto all = registry();
  SchemaSerde serde(all);
  const EventDecoder decoder(all);
  const auto written = [&](const SchemaText& schema, std::string_view json,
                           std::string_view message = {}) {
    std::string bytes;
    const int id = must(all->registerSchema(uniqueTopic("subject"), schema));
    must(serde.encode(id, json, bytes, message));
    return bytes;
  };
  const auto changed = [&](SchemaType format, std::string_view what, std::string_view by) {
    auto schema = *eventSchema("typing", format);
    schema.text.replace(schema.text.find(what), what.size(), by);
    return schema;
  };
  const auto* const json =
      R"({"conversationId":"c","userId":"u","typing":true,"at":"1970-01-01T00:00:00.005Z",)"
      R"("device":"phone"})";
  // A field more than ours have.
  for (const auto& schema :
       {changed(SchemaType::kJson, "\"properties\": {",
                R"("properties": {"device":{"type":"string"},)"),
        changed(SchemaType::kProtobuf, "string user_id", "string device = 7; string user_id")}) {
    const auto newer = must(decoder.decodeAs<Typing>(written(schema, json)));
    EXPECT_EQ(newer.userId, "u");
    EXPECT_TRUE(newer.typing);
    EXPECT_EQ(newer.at, Timestamp(std::chrono::milliseconds{5}));
  }
  // One less, which we can do without.
  const auto older = must(decoder.decodeAs<Typing>(
      written({.type = SchemaType::kProtobuf,
               .text = "syntax = \"proto3\"; message A {} message T { string conversation_id = 1; "
                       "string user_id = 2; bool typing = 3; }"},
              R"({"conversationId":"c","userId":"u","typing":true})", "T")));
  EXPECT_EQ(older.conversationId, "c");
  EXPECT_FALSE(older.at);
  // And one that we cannot: named, with the schema's id.
  for (const auto& [schema, value] :
       {std::pair{SchemaText{.type = SchemaType::kJson,
                             .text = R"({"$schema":"http://json-schema.org/draft-07/schema#"})"},
                  R"({"userId":"u"})"},
        std::pair{SchemaText{.type = SchemaType::kProtobuf,
                             .text = "syntax = \"proto3\"; message T { string user_id = 1; }"},
                  R"({"userId":"u"})"}}) {
    const auto foreign = decoder.decodeAs<Typing>(written(schema, value));
    ASSERT_FALSE(foreign);
    EXPECT_EQ(foreign.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(foreign.error().message,
                testing::AllOf(HasSubstr("schema "), HasSubstr("conversationId")));
  }
}

TEST(SchemaEvents, WhatIsNotRegisteredIsToldWithTheRemedy) {
  for (const auto format : kFormats) {
    const produce::SchemaEventEncoder encoder(registry(), format, SubjectStrategy::kCatalog, false);
    std::string bytes;
    const Typing typing{.conversationId = "c", .userId = "u", .at = kAt};
    const auto missing =
        encoder.encode(entryFor("typing"), nullptr, produce::viewOf(typing), bytes);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, ErrorCode::kSchemaNotFound);
    EXPECT_THAT(missing.error().hint, HasSubstr("schemas register"));
    EXPECT_EQ(bytes, "");
  }
}

TEST(SchemaEvents, SubjectsAreThoseOfTheStrategyInEveryFormat) {
  const auto all = registry();
  const Typing typing{.conversationId = "c", .userId = "u", .at = kAt};
  const auto tenant = must(TenantId::parse("acme"));
  for (const auto format : kFormats) {
    auto entry = entryFor("typing");
    entry.category = TopicCategory::kTenant;
    entry.pattern = entry.entry + ".{tenant}";
    const auto topic = entry.topicFor(tenant);
    const auto subjectBy = [&](SubjectStrategy strategy) {
      const produce::SchemaEventEncoder encoder(all, format, strategy, true);
      std::string bytes;
      must(encoder.encode(entry, &tenant, produce::viewOf(typing), bytes));
      return must(schema::unframe(bytes)).id;
    };
    // Of each subject the newest version is the one that was registered.
    for (const auto& [strategy, subject] :
         {std::pair{SubjectStrategy::kCatalog, entry.entry + "-value"},
          std::pair{SubjectStrategy::kTopic, topic + "-value"},
          std::pair{SubjectStrategy::kTopicRecord, topic + "-caas.events.Typing"}}) {
      const int id = subjectBy(strategy);
      EXPECT_EQ(id, must(all->latest(subject)).id) << subject;
    }
    EXPECT_THAT(must(all->subjects()), testing::Not(Contains(entry.pattern + "-value")));
  }
  // The record's name alone belongs to everybody: Avro's is registered, if it may be.
  const produce::SchemaEventEncoder encoder(all, SchemaType::kAvro, SubjectStrategy::kRecord, true);
  std::string bytes;
  must(encoder.encode(entryFor("typing"), nullptr, produce::viewOf(typing), bytes));
  EXPECT_THAT(must(all->subjects()), Contains("caas.events.Typing"));
}

using SchemaConsumer = ConsumerTest;

TEST_F(SchemaConsumer, TypedHandlersGetEventsAndTheRestGoesToTheDlqAsUndecodable) {
  const auto all = registry();
  const TestTopic topic("typed", 1);
  const auto good = encoded(Typing{.conversationId = "c", .userId = "typed-user", .at = kAt}, all);
  const std::string cut = good.substr(0, good.size() - 3);
  const std::string unknown = std::string("\0\x7f\xff\xff\xff", 5) + "rest";
  {
    const auto producer = must(Producer::create(settings_));
    const std::vector<HeaderView> headers{{"caas.type", "typing"}};
    for (const auto& value : {good, cut, unknown}) {
      must(producer->send({.topic = topic.name(), .key = "k", .value = value, .headers = headers}));
    }
    must(producer->flush());
  }
  ConsumerOptions some = options();
  useOwnRetryTopics(some);
  auto consumer = must(Consumer::create(settings_, catalog_, some));
  must(consumer->subscribeTopic(topic.name()));
  std::atomic<int> typed = 0;
  must(consumer->on("typing", typedHandler<Typing>(std::make_shared<const EventDecoder>(all),
                                                   [&](const ConsumedRecord&, const Typing& event) {
                                                     typed +=
                                                         event.userId == "typed-user" ? 1 : 100;
                                                     return HandlerResult::ack();
                                                   })));
  must(consumer->start());
  EXPECT_TRUE(eventually(kSoon, [&] { return consumer->stats().deadLettered == 2; }))
      << consumer->stats().deadLettered;
  must(consumer->close());
  EXPECT_EQ(typed, 1);
  const auto dead = readAll(dlq_->name());
  ASSERT_THAT(dead, SizeIs(2));
  const auto first = failureHeadersOf(dead[0]).headers;
  EXPECT_EQ(first.reason, DlqReason::kUndecodable);
  EXPECT_EQ(first.error.stage, "decode");
  const int id = must(schema::unframe(good)).id;
  EXPECT_THAT(first.error.message, HasSubstr(fmt::format("schema {}", id)));
  const auto second = failureHeadersOf(dead[1]).headers;
  EXPECT_EQ(second.reason, DlqReason::kUndecodable);
  EXPECT_THAT(second.error.message, HasSubstr("schema not found: id 2147483647"));
}

TEST_F(SchemaConsumer, TypedBatchHandlersGetEventsAndTheRestIsAnsweredWithoutThem) {
  const auto all = registry();
  const TestTopic topic("typed-batch", 1);
  std::vector<std::string> values;
  for (const auto format : kFormats) {
    values.push_back(
        encoded(Typing{.conversationId = "c", .userId = "batch-user", .at = kAt}, all, format));
  }
  const auto cut = values[0].substr(0, values[0].size() - 3);
  {
    const auto producer = must(Producer::create(settings_));
    const auto send = [&](std::string_view type, std::optional<std::string_view> value) {
      const std::vector<HeaderView> headers{{"caas.type", type}};
      must(producer->send({.topic = topic.name(), .key = "k", .value = value, .headers = headers}));
    };
    send("typing", values[0]);
    send("typing", cut);
    send("typing", values[1]);
    send("reaction", "another type");
    send("typing", std::nullopt);
    send("typing", values[2]);
    must(producer->flush());
  }
  ConsumerOptions some = options();
  useOwnRetryTopics(some);
  auto consumer = must(Consumer::create(settings_, catalog_, some));
  must(consumer->subscribeTopic(topic.name()));
  std::atomic<int> typed = 0;
  must(consumer->startBatch(typedBatchHandler<Typing>(
      std::make_shared<const EventDecoder>(all), [&](std::span<const TypedRecord<Typing>> batch) {
        std::vector<HandlerResult> results;
        for (const auto& [record, event] : batch) {
          typed += event.userId == "batch-user" && record->type == "typing" ? 1 : 100;
          results.push_back(HandlerResult::ack());
        }
        return results;
      })));
  EXPECT_TRUE(eventually(kSoon, [&] {
    const auto stats = consumer->stats();
    return stats.deadLettered == 2 && stats.acked == 4;
  })) << consumer->stats().deadLettered;
  must(consumer->close());
  EXPECT_EQ(typed, 3);
  const auto dead = readAll(dlq_->name());
  ASSERT_THAT(dead, SizeIs(2));
  EXPECT_THAT(failureHeadersOf(dead[0]).headers.error.message, HasSubstr("schema "));
  EXPECT_EQ(failureHeadersOf(dead[1]).headers.error.code, "tombstone");
}

class SchemasTool : public CliTool {
 protected:
  std::string fileWith(std::string_view name, std::string_view text) const {
    const auto path = folder() / name;
    std::ofstream(path) << text;
    return path;
  }
};

TEST_F(SchemasTool, RegistersShowsChecksAndCompares) {
  const auto subject = uniqueTopic("subject");
  const auto v1 =
      fileWith("a.avsc", R"({"type":"record","name":"A","fields":[{"name":"id","type":"long"}]})");
  const auto v2 =
      fileWith("b.avsc", R"({"type":"record","name":"A","fields":[{"name":"id","type":"long"},)"
                         R"({"name":"note","type":"string","default":""}]})");
  const auto bad =
      fileWith("c.avsc", R"({"type":"record","name":"A","fields":[{"name":"id","type":"long"},)"
                         R"({"name":"mail","type":"string"}]})");
  EXPECT_EQ(run({"schemas", "register", subject, "--file", v1}).exitCode, 0);
  must(registry()->setCompatibility(Compatibility::kBackward, subject));
  EXPECT_EQ(run({"schemas", "check", subject, "--file", v2}).exitCode, 0);
  const auto refused = run({"schemas", "check", subject, "--file", bad});
  EXPECT_EQ(refused.exitCode, 3);
  EXPECT_THAT(refused.out, HasSubstr("mail"));
  EXPECT_EQ(run({"schemas", "register", subject, "--file", bad}).exitCode, 2);
  EXPECT_EQ(run({"schemas", "register", subject, "--file", v2}).exitCode, 0);
  EXPECT_THAT(run({"schemas", "list", "--prefix", subject}).out, HasSubstr(subject));
  EXPECT_THAT(run({"schemas", "show", subject}).out, HasSubstr("\"note\""));
  const auto diff = run({"schemas", "diff", subject});
  EXPECT_EQ(diff.exitCode, 0) << diff.err;
  EXPECT_THAT(diff.out, HasSubstr("\n+"));
  EXPECT_THAT(diff.out, HasSubstr("note"));
  const auto missing = run({"schemas", "show", subject + "-none"});
  EXPECT_EQ(missing.exitCode, 1);
  EXPECT_THAT(missing.err, HasSubstr("schema not found"));
  const auto down = run({"schemas", "list", "--timeout", "1s"}, {},
                        {{"SCHEMA_REGISTRY_URL", "http://127.0.0.1:1"}});
  EXPECT_EQ(down.exitCode, 1);
  EXPECT_THAT(down.err, HasSubstr("SCHEMA_REGISTRY_URL"));
}

TEST_F(SchemasTool, JsonSchemaAndProtobufGoTheSameWay) {
  struct Case {
    const char* extension;
    const char* type;
    const char* v1;
    const char* v2;
    const char* bad;
    const char* reason;
  };
  for (
      const auto& [extension, type, v1, v2, bad, reason] :
      {Case{
           "json", "JSON",
           R"({"type":"object","properties":{"id":{"type":"integer"}},"additionalProperties":false})",
           R"({"type":"object","properties":{"id":{"type":"integer"},"note":{"type":"string"}},)"
           R"("additionalProperties":false})",
           R"({"type":"object","properties":{"id":{"type":"string"}},"additionalProperties":false})",
           "at /id: integer was written, string is taken"},
       Case{"proto", "PROTOBUF", "syntax = \"proto3\";\nmessage A {\n  int64 id = 1;\n}\n",
            "syntax = \"proto3\";\nmessage A {\n  int64 id = 1;\n  string note = 2;\n}\n",
            "syntax = \"proto3\";\nmessage A {\n  string id = 1;\n}\n",
            "at A.id (field 1): written as int64, read as string"}}) {
    const auto subject = uniqueTopic("subject");
    const auto file = [&](const char* name, const char* text) {
      return fileWith(std::string(name) + "." + extension, text);
    };
    const auto registered = run({"schemas", "register", subject, "--file", file("a", v1)});
    EXPECT_EQ(registered.exitCode, 0) << registered.err;
    must(registry()->setCompatibility(Compatibility::kBackward, subject));
    const auto good = run({"schemas", "check", subject, "--file", file("b", v2)});
    EXPECT_EQ(good.exitCode, 0) << good.out << good.err;
    const auto refused = run({"schemas", "check", subject, "--file", file("c", bad)});
    EXPECT_EQ(refused.exitCode, 3);
    EXPECT_THAT(refused.out, HasSubstr(reason));
    EXPECT_THAT(refused.out, HasSubstr("the registry")) << "its own verdict";
    const auto failed = run({"schemas", "register", subject, "--file", file("c", bad)});
    EXPECT_EQ(failed.exitCode, 2);
    EXPECT_THAT(failed.err, HasSubstr("not compatible"));
    EXPECT_EQ(run({"schemas", "register", subject, "--file", file("b", v2)}).exitCode, 0);
    const auto list = run({"schemas", "list", "--prefix", subject, "--versions"});
    EXPECT_THAT(list.out, HasSubstr(type));
    EXPECT_THAT(run({"schemas", "show", subject}).out, HasSubstr("note"));
    const auto diff = run({"schemas", "diff", subject});
    EXPECT_THAT(diff.out, HasSubstr("\n+"));
    EXPECT_THAT(diff.out, HasSubstr("note"));
  }
  const auto wrong = run({"schemas", "check", uniqueTopic("subject"), "--file",
                          fileWith("w.proto", "syntax = \"proto3\"; message A { int64 id = 1 }")});
  EXPECT_EQ(wrong.exitCode, 2);
  EXPECT_THAT(wrong.err, HasSubstr("line 1"));
}

TEST_F(SchemasTool, ReferencesAreGivenAndShown) {
  const auto user = uniqueTopic("subject");
  const auto room = uniqueTopic("subject");
  const auto userFile =
      fileWith("user.proto", "syntax = \"proto3\"; message User { int64 id = 1; }");
  const auto roomFile = fileWith(
      "room.proto", "syntax = \"proto3\"; import \"user.proto\"; message Room { User owner = 1; }");
  EXPECT_EQ(run({"schemas", "register", user, "--file", userFile}).exitCode, 0);
  const auto alone = run({"schemas", "register", room, "--file", roomFile});
  EXPECT_EQ(alone.exitCode, 2);
  EXPECT_THAT(alone.err, HasSubstr("user.proto"));
  const std::vector<std::string> with{"--reference", "user.proto=" + user + ":1"};
  const auto registered = run({"schemas", "register", room, "--file", roomFile, with[0], with[1]});
  EXPECT_EQ(registered.exitCode, 0) << registered.err;
  EXPECT_THAT(run({"schemas", "show", room}).err, HasSubstr("user.proto = " + user + " version 1"));
  const auto json = boost::json::parse(run({"schemas", "show", room, "--json"}).out);
  EXPECT_EQ(std::string(json.at("references").at(0).at("subject").as_string()), user);
  // A change is judged with what it refers to.
  must(registry()->setCompatibility(Compatibility::kBackward, room));
  const auto changed =
      fileWith("other.proto",
               "syntax = \"proto3\"; import \"user.proto\"; message Room { string owner = 1; }");
  const auto refused = run({"schemas", "check", room, "--file", changed, with[0], with[1]});
  EXPECT_EQ(refused.exitCode, 3);
  EXPECT_THAT(refused.out, HasSubstr("written as User, read as string"));
}

TEST_F(SchemasTool, EventsOfEveryFormatArePublishedAndPrintedDecoded) {
  const auto tenant = uniqueTenant("formats");
  ASSERT_EQ(run({"tenants", "create", tenant}).exitCode, 0);
  // Subjects of the tenant's own, or the formats would be in each other's way.
  for (const auto* const format : {"avro", "json-schema", "protobuf"}) {
    const Environment environment{{"SCHEMA_REGISTRY_EVENT_FORMAT", format},
                                  {"SCHEMA_REGISTRY_AUTO_REGISTER", "true"},
                                  {"SCHEMA_REGISTRY_SUBJECTS", "topic"}};
    const auto topic = "chat.messages." + tenant;
    const auto published =
        run({"publish", "--tenant", tenant, "--type", "message", "--field", "conversationId=c",
             "--field", "userId=u", "--field", "text=grüß dich"},
            {}, environment);
    ASSERT_EQ(published.exitCode, 0) << format << ": " << published.err;
    const auto records =
        ndjson(run({"consume", "--tenant", tenant, "--type", "message", "--json"}).out);
    ASSERT_FALSE(records.empty());
    EXPECT_EQ(records.back().at("valueEncoding"), format);
    EXPECT_EQ(records.back().at("value").at("text"), "grüß dich");
    // The next format is another kind of schema, which no registry takes for the same subject.
    must(registry()->deleteSubject(topic + "-value"));
    must(registry()->deleteSubject(topic + "-value", true));
  }
  EXPECT_EQ(run({"tenants", "delete", tenant, "--yes"}).exitCode, 0);
}

TEST_F(SchemasTool, DeadLettersAreShownDecoded) {
  const auto settings = testSettings();
  const auto catalog = must(Catalog::load(settings));
  must(TopicManager::create(settings, catalog)->createPlatformTopics());
  const TestTopic topic("dead-schema", 1);
  const auto group = uniqueTopic("dead-schema");
  auto router = must(retry::FailureRouter::create(
      settings, {.policy = {}, .group = group, .sources = {topic.name()}}));
  const auto all = registry();
  std::int64_t offset = 0;
  for (const auto format : kFormats) {
    const auto value =
        encoded(Typing{.conversationId = "c", .userId = "dead-user", .at = kAt}, all, format);
    must(divertAndWait(*router,
                       {.topic = topic.name(),
                        .type = "typing",
                        .partition = 0,
                        .offset = offset++,
                        .timestamp = systemClock().now(),
                        .value = value},
                       HandlerResult::Kind::kReject));
  }
  const auto list = run({"dlq", "list", "--group", group, "--json"});
  const auto entries = boost::json::parse(list.out).at("entries").as_array();
  ASSERT_THAT(entries, SizeIs(3)) << list.err;
  for (const auto& entry : entries) {
    const auto shown = run({"dlq", "show", std::string(entry.at("id").as_string())});
    EXPECT_EQ(shown.exitCode, 0) << shown.err;
    EXPECT_THAT(shown.out, HasSubstr("dead-user\""));
  }
}

TEST_F(SchemasTool, TheBuiltInEventsAreCheckedInTheFormatThatIsAskedFor) {
  const auto check = [&](std::vector<std::string> words, Environment environment) {
    words.insert(words.begin(), {"schemas", "check", "--json"});
    environment["SCHEMA_REGISTRY_SUBJECTS"] = "record";
    return run(words, {}, environment);
  };
  for (const auto* const format : {"avro", "json-schema", "protobuf"}) {
    const auto byFormat = check({}, {{"SCHEMA_REGISTRY_EVENT_FORMAT", format}});
    const auto byType = check({"--type", format}, {});
    for (const auto& done : {byFormat, byType}) {
      const auto checked = boost::json::parse(done.out).at("checked").as_array();
      EXPECT_EQ(checked.size(), 10U);
      for (const auto& row : checked) {
        EXPECT_TRUE(row.at("subject").as_string().starts_with("caas.events.")) << row;
      }
    }
    EXPECT_EQ(byFormat.out, byType.out);
  }
}

TEST_F(SchemasTool, EventsArePublishedAsAvroAndPrintedDecoded) {
  const auto tenant = uniqueTenant("avro");
  ASSERT_EQ(run({"tenants", "create", tenant}).exitCode, 0);
  const Environment avro{{"SCHEMA_REGISTRY_EVENT_FORMAT", "avro"},
                         {"SCHEMA_REGISTRY_AUTO_REGISTER", "true"}};
  const auto published =
      run({"publish", "--tenant", tenant, "--type", "message", "--field", "conversationId=c",
           "--field", "userId=u", "--field", "text=grüß dich"},
          {}, avro);
  EXPECT_EQ(published.exitCode, 0) << published.err;
  const auto read = run({"consume", "--tenant", tenant, "--type", "message", "--json"});
  const auto records = ndjson(read.out);
  ASSERT_THAT(records, SizeIs(1)) << read.err;
  EXPECT_EQ(records[0].at("valueEncoding"), "avro");
  EXPECT_EQ(records[0].at("value").at("text"), "grüß dich");
  EXPECT_GT(records[0].at("schemaId").as_int64(), 0);
  const auto raw =
      ndjson(run({"consume", "--tenant", tenant, "--type", "message", "--json", "--raw"}).out);
  ASSERT_THAT(raw, SizeIs(1));
  EXPECT_NE(raw[0].at("valueEncoding"), "avro");
  const auto down = run({"consume", "--tenant", tenant, "--type", "message", "--json"}, {},
                        {{"SCHEMA_REGISTRY_URL", "http://127.0.0.1:1"}});
  EXPECT_THAT(ndjson(down.out), SizeIs(1));
  EXPECT_THAT(down.err, HasSubstr("shown as bytes"));
  // Asked only where events need it.
  const auto healthOf = [&](Environment environment) {
    const auto health = run({"health", "--json"}, {}, environment);
    return boost::json::parse(health.out).at("details").at("registry");
  };
  EXPECT_TRUE(healthOf({}).is_null());
  EXPECT_EQ(healthOf(avro).at("up"), true);
  const auto degraded = run(
      {"health"}, {},
      {{"SCHEMA_REGISTRY_EVENT_FORMAT", "avro"}, {"SCHEMA_REGISTRY_URL", "http://127.0.0.1:1"}});
  EXPECT_EQ(degraded.exitCode, 3);
  EXPECT_THAT(degraded.out, HasSubstr("the schema registry does not answer"));
  EXPECT_EQ(run({"tenants", "delete", tenant, "--yes"}).exitCode, 0);
}

}  // namespace
}  // namespace caas::kafka::test
