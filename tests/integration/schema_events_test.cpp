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
#include "produce/avro_event_encoder.hpp"
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

std::string encoded(const Event& event, std::shared_ptr<SchemaRegistry> registry) {
  const produce::AvroEventEncoder encoder(std::move(registry), SubjectStrategy::kCatalog, true);
  std::string bytes;
  must(encoder.encode(entryFor(event.type), nullptr, event, bytes));
  return bytes;
}

template <class E>
void expectComesBack(const E& event) {
  const auto all = registry();
  const auto bytes = encoded(toEvent(event), all);
  EXPECT_TRUE(isFramed(bytes));
  const auto back = must(EventDecoder(all).decodeAs<E>(bytes));
  EXPECT_EQ(eventToJson(toEvent(back)), eventToJson(toEvent(event)));
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

TEST(SchemaEvents, WhatIsNotRegisteredIsToldWithTheRemedy) {
  const produce::AvroEventEncoder encoder(registry(), SubjectStrategy::kCatalog, false);
  std::string bytes;
  const auto missing =
      encoder.encode(entryFor("typing"), nullptr,
                     toEvent(Typing{.conversationId = "c", .userId = "u", .at = kAt}), bytes);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kSchemaNotFound);
  EXPECT_THAT(missing.error().hint, HasSubstr("schemas register"));
  EXPECT_EQ(bytes, "");
}

using SchemaConsumer = ConsumerTest;

TEST_F(SchemaConsumer, TypedHandlersGetEventsAndTheRestGoesToTheDlqAsUndecodable) {
  const auto all = registry();
  const TestTopic topic("typed", 1);
  const auto good =
      encoded(toEvent(Typing{.conversationId = "c", .userId = "typed-user", .at = kAt}), all);
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
