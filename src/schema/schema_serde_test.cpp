#include "caas/kafka/schema_serde.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "caas/kafka/events.hpp"
#include "schema/avro_schema.hpp"
#include "schema/codec.hpp"
#include "schema/event_schemas.hpp"

namespace caas::kafka {
namespace {

using schema::CompleteSchema;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

avro::Type typeFor(const EventField& field) {
  switch (field.kind) {
    case FieldKind::kString: return avro::Type::kString;
    case FieldKind::kBool: return avro::Type::kBoolean;
    case FieldKind::kTimestamp: return avro::Type::kLong;
    case FieldKind::kStringMap: return avro::Type::kMap;
  }
  return avro::Type::kNull;
}

TEST(EventSchemasTest, EachEventTypeHasItsFieldsAndNoOther) {
  std::set<std::string_view> types;
  for (const auto& [type, format, text] : schema::embeddedEventSchemas()) {
    // That those of the other formats fit is held by event_formats_test.cpp.
    if (format != SchemaType::kAvro) {
      continue;
    }
    types.insert(type);
    const auto fields = eventFields(type);
    ASSERT_TRUE(fields) << type;
    const auto parsed = avro::Schema::parse(text);
    ASSERT_TRUE(parsed) << type << ": " << parsed.error().describe();
    const auto& record = parsed->rootNode();
    ASSERT_EQ(record.fields.size(), fields->size()) << type;
    for (std::size_t i = 0; i < fields->size(); ++i) {
      const auto& ours = (*fields)[i];
      const auto& theirs = record.fields[i];
      EXPECT_EQ(theirs.name, ours.name);
      const auto* node = &parsed->at(theirs.type);
      if (node->type == avro::Type::kUnion) {
        EXPECT_FALSE(ours.required) << ours.name;
        ASSERT_EQ(node->branches.size(), 2U);
        EXPECT_EQ(parsed->at(node->branches[0]).type, avro::Type::kNull);
        node = &parsed->at(node->branches[1]);
      }
      EXPECT_EQ(node->type, typeFor(ours)) << type << "." << ours.name;
      if (ours.kind == FieldKind::kTimestamp) {
        EXPECT_EQ(node->logical, avro::LogicalType::kTimestampMillis);
      }
      // What may be missing has a default; ids and times are filled in when it is published.
      EXPECT_EQ(theirs.byDefault.has_value(),
                !ours.required && !ours.generatedId && !ours.eventTime)
          << type << "." << ours.name;
    }
  }
  for (const auto* type : {"message", "reaction", "typing", "read-receipt", "presence", "analytics",
                           "notification", "platform-event", "audit", "platform-notification"}) {
    EXPECT_TRUE(types.contains(type)) << type;
    EXPECT_TRUE(eventSchema(type)) << type;
  }
  EXPECT_FALSE(eventSchema("poll"));
}

TEST(SubjectsTest, AreNamedByTheStrategy) {
  TopicDefinition one;
  one.entry = "chat.messages";
  one.eventTypes = {"message"};
  TopicDefinition many;
  many.entry = "chat.events";
  many.eventTypes = {"reaction", "typing"};
  EXPECT_EQ(subjectOf(SubjectStrategy::kCatalog, one, "message"), "chat.messages-value");
  EXPECT_EQ(subjectOf(SubjectStrategy::kCatalog, many, "typing"), "chat.events-typing-value");
  EXPECT_EQ(subjectOf(SubjectStrategy::kTopic, one, "message", "chat.messages.acme", "e.Message"),
            "chat.messages.acme-value");
  EXPECT_EQ(subjectOf(SubjectStrategy::kRecord, one, "message", "t", "e.Message"), "e.Message");
  EXPECT_EQ(subjectOf(SubjectStrategy::kTopicRecord, one, "message", "t", "e.Message"),
            "t-e.Message");
}

RegisteredSchema versionOf(int version, std::string text) {
  return {.subject = "s", .version = version, .schema = {.text = std::move(text)}};
}

TEST(CompatibilityTest, SaysWhatWouldBreakAndWhere) {
  const auto record = [&](std::string fields) {
    return R"({"type":"record","name":"R","fields":[)" + fields + "]}";
  };
  const auto a = record(R"({"name":"a","type":"int"})");
  const auto ab = record(R"({"name":"a","type":"int"},{"name":"b","type":"int"})");
  const auto abDefault =
      record(R"({"name":"a","type":"int"},{"name":"b","type":"int","default":0})");
  const auto judge = [](Compatibility level, const std::string& text,
                        std::vector<RegisteredSchema> versions) {
    return checkCompatibility(level, {.text = text}, versions).value();
  };
  EXPECT_TRUE(judge(Compatibility::kFull, a, {}).compatible);
  EXPECT_TRUE(judge(Compatibility::kNone, ab, {versionOf(1, a)}).compatible);
  EXPECT_TRUE(judge(Compatibility::kFull, abDefault, {versionOf(1, a)}).compatible);
  const auto backward = judge(Compatibility::kBackward, ab, {versionOf(1, a)});
  EXPECT_FALSE(backward.compatible);
  EXPECT_THAT(backward.reasons,
              ElementsAre(testing::AllOf(HasSubstr("version 1"), HasSubstr("b"))));
  EXPECT_TRUE(judge(Compatibility::kForward, ab, {versionOf(1, a)}).compatible);
  EXPECT_FALSE(judge(Compatibility::kForward, a, {versionOf(1, ab)}).compatible);
  // Only the newest counts, unless the level is transitive.
  const std::vector<RegisteredSchema> both{versionOf(1, a), versionOf(2, abDefault)};
  EXPECT_TRUE(judge(Compatibility::kBackward, ab, both).compatible);
  EXPECT_FALSE(judge(Compatibility::kBackwardTransitive, ab, both).compatible);
  EXPECT_EQ(checkCompatibility(Compatibility::kNone, {.text = "{"}, {}).error().code,
            ErrorCode::kInvalidArgument);
}

/// What a new version of it would break, "; " between.
std::string breaks(SchemaType type, std::string before, std::string after,
                   Compatibility level = Compatibility::kBackward) {
  const RegisteredSchema old{
      .subject = "s", .version = 1, .schema = {.type = type, .text = std::move(before)}};
  const auto verdict = checkCompatibility(level, {.type = type, .text = std::move(after)}, {old});
  if (!verdict) {
    return "error: " + verdict.error().message;
  }
  std::string all;
  for (const auto& reason : verdict->reasons) {
    all += (all.empty() ? "" : "; ") + reason.substr(reason.find(": ") + 2);
  }
  EXPECT_EQ(verdict->compatible, all.empty());
  return all;
}

TEST(CompatibilityTest, OfJsonSchemaWhatOnePlaceSays) {
  const auto json = [](std::string before, std::string after) {
    return breaks(SchemaType::kJson, std::move(before), std::move(after));
  };
  const std::string user =
      R"({"type":"object","properties":{"id":{"type":"integer"},"name":{"type":"string"},)"
      R"("kind":{"enum":["a","b"]}},"required":["id"],"additionalProperties":false})";
  const auto with = [&](std::string_view what, std::string_view by) {
    auto changed = user;
    changed.replace(changed.find(what), what.size(), by);
    return json(user, changed);
  };
  EXPECT_EQ(json(user, user), "");
  EXPECT_EQ(with(R"("id":{"type":"integer"})", R"("id":{"type":"number"},"more":{})"), "");
  EXPECT_EQ(with("\"integer\"", "\"string\""), "at /id: integer was written, string is taken");
  EXPECT_EQ(with(R"(["id"])", R"(["id","name"])"),
            "at /name: required, and may have been written without it");
  EXPECT_EQ(with(R"("name":{"type":"string"},)", ""),
            "at /name: it is not known any more, and no others are taken");
  EXPECT_EQ(with(R"(["a","b"])", R"(["a"])"), R"(at /kind: "b" is not taken any more)");
  EXPECT_EQ(with(R"("name":{"type":"string"})", R"("name":{"type":"string","maxLength":5})"),
            "at /name: maxLength is 5 and was not set");
  EXPECT_EQ(with(R"("name":{"type":"string"})", R"("name":{"type":"string","minLength":0})"), "");
  EXPECT_EQ(with(R"("name":{"type":"string"})", R"("name":false)"),
            "at /name: it is not known any more, and no others are taken");
  EXPECT_EQ(json(R"({"type":"object"})", user).substr(0, 26), "at /id: required, and may ");
  EXPECT_EQ(json(R"({"type":"object"})", R"({"type":"object","additionalProperties":false})"),
            "at the top: any other property may have been written, and none is taken");
  EXPECT_EQ(json(R"({"type":"array","items":{"type":"string"}})",
                 R"({"type":"array","items":{"type":"null"}})"),
            "at /[]: string was written, null is taken");
  // Through references, and a tree ends.
  const std::string tree =
      R"({"definitions":{"node":{"type":"object","properties":{"v":{"type":"integer"},)"
      R"("left":{"$ref":"#/definitions/node"}}}},"$ref":"#/definitions/node"})";
  auto other = tree;
  other.replace(other.find("integer"), 7, "boolean");
  EXPECT_EQ(json(tree, tree), "");
  EXPECT_EQ(json(tree, other), "at /v: integer was written, boolean is taken");
  // What allOf says of it is the registry's affair.
  EXPECT_EQ(json(R"({"allOf":[{"type":"string"}]})", R"({"type":"null"})"), "");
  EXPECT_THAT(json("{", "{}"), HasSubstr("no JSON"));
}

TEST(CompatibilityTest, OfProtobufWhatTheNumbersSay) {
  const auto proto = [](std::string_view before, std::string_view after) {
    const std::string syntax = "syntax = \"proto3\"; ";
    return breaks(SchemaType::kProtobuf, syntax + std::string(before), syntax + std::string(after));
  };
  const auto* const user =
      "package p; message U { int32 id = 1; string name = 2; repeated int32 n = 3; M m = 4; "
      "map<string, M> ms = 5; message In { bool x = 1; } } message M { int64 v = 1; }";
  EXPECT_EQ(proto(user, user), "");
  EXPECT_EQ(
      proto(user,
            "package p; message M { bool v = 1; string more = 2; } message U { uint64 id = 1; "
            "bytes called = 2; M m = 4; map<string, M> ms = 5; "
            "message In { bool x = 1; } }"),
      "");
  EXPECT_EQ(proto("message U { int32 id = 1; }", "message U { string id = 1; }"),
            "at U.id (field 1): written as int32, read as string");
  EXPECT_EQ(proto("message U { int32 id = 1; }", "message U { sint32 id = 1; }"),
            "at U.id (field 1): written as int32, read as sint32");
  EXPECT_EQ(proto("message U { repeated int32 id = 1; }", "message U { int32 id = 1; }"),
            "at U.id (field 1): written as repeated int32, read as int32");
  EXPECT_EQ(proto("message U { string id = 1; }", "message U { repeated string id = 1; }"), "");
  EXPECT_EQ(proto("message A {} message U { A a = 1; } message B {}",
                  "message A {} message U { B a = 1; } message B {}"),
            "at U.a (field 1): written as A, read as B");
  EXPECT_EQ(proto("message U { message In { int32 x = 1; } In i = 1; }",
                  "message U { message In { string x = 1; } In i = 1; }"),
            "at U.In.x (field 1): written as int32, read as string");
  EXPECT_EQ(proto("message A {} message B { message C {} }", "message A {} message B {}"),
            "message B.C is gone");
  EXPECT_EQ(proto("package a; message A {}", "package b; message A {}"), "package 'a' became 'b'");
  EXPECT_EQ(
      proto("message T { T left = 1; int32 v = 2; }", "message T { T left = 1; bytes v = 2; }"),
      "at T.v (field 2): written as int32, read as bytes");
  EXPECT_EQ(breaks(SchemaType::kProtobuf, "syntax = \"proto2\"; message U {}",
                   "syntax = \"proto2\"; message U { required int32 id = 1; }"),
            "at U.id (field 1): required, and may have been written without it");
  EXPECT_EQ(
      breaks(SchemaType::kProtobuf, "syntax = \"proto2\"; message U { required int32 id = 1; }",
             "syntax = \"proto2\"; message U {}", Compatibility::kFull),
      "at U.id (field 1): required, and may have been written without it");
  const auto types =
      checkCompatibility(Compatibility::kBackward, {.type = SchemaType::kJson, .text = "{}"},
                         {versionOf(1, R"("string")")});
  ASSERT_TRUE(types);
  EXPECT_THAT(types->reasons, ElementsAre(HasSubstr("written as AVRO, read as JSON")));
}

std::string through(SchemaType type, std::string text, std::string_view json,
                    std::vector<std::pair<std::string, std::string>> references = {}) {
  const auto codec = schema::makeCodec(
      {.schema = {.type = type, .text = std::move(text)}, .references = references});
  if (!codec) {
    return "schema: " + codec.error().message;
  }
  std::string bytes;
  if (const auto encoded = (*codec)->encode(boost::json::parse(json), bytes); !encoded) {
    return "encode: " + encoded.error().message;
  }
  const auto value = (*codec)->decode(bytes);
  return value ? boost::json::serialize(*value) : "decode: " + value.error().message;
}

TEST(JsonCodecTest, ErrorsPointAtTheCause) {
  constexpr char kUser[] =
      R"({"type":"object","required":["name"],"properties":{"name":{"type":"string","maxLength":3},)"
      R"("tags":{"type":"array","items":{"type":"string"}},"mail":{"pattern":"@"}}})";
  const auto json = [&](std::string_view value) {
    return through(SchemaType::kJson, kUser, value);
  };
  EXPECT_EQ(json(R"({"name":"abc","tags":["x"]})"), R"({"name":"abc","tags":["x"]})");
  EXPECT_THAT(json(R"({"name":"abcd"})"),
              testing::AllOf(HasSubstr("/name"), HasSubstr("3"), HasSubstr("\"abcd\"")));
  EXPECT_THAT(json(R"({"name":"a","tags":["x",7]})"),
              testing::AllOf(HasSubstr("/tags/1"), HasSubstr("it is 7")));
  EXPECT_THAT(json("{}"), HasSubstr("Missing required property 'name'"));
  EXPECT_THAT(json(R"({"name":"a","mail":"x"})"), HasSubstr("/mail"));
  EXPECT_THAT(json(R"({"name":"a","mail":")" + std::string(100'000, 'a') + "\"}"),
              HasSubstr("/mail"));
}

TEST(JsonCodecTest, HostileSchemasAreRefused) {
  EXPECT_THAT(through(SchemaType::kJson, R"({"allOf":[{"$ref":"#"}]})", "1"),
              HasSubstr("without end"));
  EXPECT_THAT(
      through(SchemaType::kJson,
              R"({"definitions":{"a":{"$ref":"#/definitions/b"},"b":{"$ref":"#/definitions/a"}},)"
              R"("$ref":"#/definitions/a"})",
              "1"),
      HasSubstr("without end"));
  // A tree refers to itself and ends where its values end.
  EXPECT_EQ(through(SchemaType::kJson, R"({"properties":{"left":{"$ref":"#"}}})",
                    R"({"left":{"left":{}}})"),
            R"({"left":{"left":{}}})");
  EXPECT_THAT(through(SchemaType::kJson, "{", "1"), HasSubstr("no JSON"));
  EXPECT_THAT(through(SchemaType::kJson, R"({"type":7})", "1"), HasSubstr("schema"));
  EXPECT_THAT(through(SchemaType::kJson, R"({"pattern":"["})", R"("x")"), HasSubstr("judge"));
  EXPECT_THAT(through(SchemaType::kJson, R"({"$ref":"user.json"})", "{}"), HasSubstr("schema"));
  EXPECT_EQ(through(SchemaType::kJson, R"({"$ref":"user.json"})", "7",
                    {{"user.json", R"({"type":"integer"})"}}),
            "7");
}

TEST(ProtobufCodecTest, MessagesImportsAndWhatIsWrong) {
  const auto proto = [](std::string text, std::string_view json,
                        std::vector<std::pair<std::string, std::string>> references = {}) {
    return through(SchemaType::kProtobuf, "syntax = \"proto3\"; " + text, json, references);
  };
  EXPECT_EQ(proto("message A { string b = 1; repeated int32 c = 2; }", R"({"b":"x","c":[1,2]})"),
            R"({"b":"x","c":[1,2]})");
  EXPECT_EQ(proto("import \"google/protobuf/timestamp.proto\"; "
                  "message A { google.protobuf.Timestamp at = 1; }",
                  R"({"at":"2026-11-24T01:02:03Z"})"),
            R"({"at":"2026-11-24T01:02:03Z"})");
  EXPECT_EQ(proto("import \"user.proto\"; message A { User owner = 1; }", R"({"owner":{"id":7}})",
                  {{"user.proto", "syntax = \"proto3\"; message User { int32 id = 1; }"}}),
            R"({"owner":{"id":7}})");
  EXPECT_THAT(proto("message A { string b = 1 }", "{}"), HasSubstr("line 1"));
  EXPECT_THAT(proto("message A { Nobody b = 1; }", "{}"), HasSubstr("Nobody"));
  EXPECT_THAT(proto("import \"missing.proto\"; message A {}", "{}"), HasSubstr("missing.proto"));
  EXPECT_THAT(proto("enum E { ZERO = 0; }", "{}"), HasSubstr("no message"));
  EXPECT_THAT(proto("message A { int32 b = 1; }", R"({"b":"x"})"), HasSubstr("encode"));
  EXPECT_THAT(proto("message A { int32 b = 1; }", R"({"z":1})"), HasSubstr("z"));

  const auto codec = schema::makeProtobufCodec(
      {.schema = {.type = SchemaType::kProtobuf,
                  .text = "syntax = \"proto3\"; message A { message B { int32 x = 1; } } "
                          "message C { int32 y = 1; }"}});
  ASSERT_TRUE(codec);
  using namespace std::string_literals;
  EXPECT_EQ(boost::json::serialize((*codec)->decode("\2\2\x08\x07"s).value()), R"({"y":7})");
  EXPECT_EQ(boost::json::serialize((*codec)->decode("\4\0\0\x08\x07"s).value()), R"({"x":7})");
  EXPECT_FALSE((*codec)->decode("\2\4"s));
  EXPECT_FALSE((*codec)->decode("\4\0\2"s));
  EXPECT_FALSE((*codec)->decode("\2\2\xff"s));
}

TEST(ReferencesTest, ComeInOrderOnceAndNeverInACircle) {
  std::map<std::string, std::vector<SchemaReference>> graph{
      {"a", {{"b", "b", 1}, {"c", "c", 1}}}, {"b", {{"c", "c", 1}}}, {"c", {}}};
  const auto find = [&](const SchemaReference& reference) -> Result<RegisteredSchema> {
    return RegisteredSchema{
        .subject = reference.subject,
        .version = 1,
        .schema = {.text = "text of " + reference.subject, .references = graph[reference.subject]}};
  };
  const auto complete =
      schema::withReferences({.text = "a", .references = graph["a"]}, find).value();
  EXPECT_THAT(complete.references, ElementsAre(Pair("c", "text of c"), Pair("b", "text of b")));
  graph["c"] = {{"b", "b", 1}};
  const auto circle = schema::withReferences({.text = "a", .references = graph["a"]}, find);
  ASSERT_FALSE(circle);
  EXPECT_THAT(circle.error().message, HasSubstr("refers to itself"));
}

}  // namespace
}  // namespace caas::kafka
