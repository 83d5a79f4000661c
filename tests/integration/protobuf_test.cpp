// Generated Protobuf classes through a real registry.
#include "caas/kafka/protobuf.hpp"

#include <atomic>

#include <gmock/gmock.h>
#include <google/protobuf/compiler/parser.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include "caas/kafka/schema_serde.hpp"
#include "caas_test/legacy.pb.h"
#include "caas_test/room.pb.h"
#include "schema/wire_format.hpp"
#include "support/cluster.hpp"
#include "support/fake_http_server.hpp"

namespace caas::kafka::test {
namespace {

namespace pb = google::protobuf;
using ::caas::test::Legacy;
using ::caas::test::Lobby;
using ::caas::test::Room;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;

Room roomOf(std::string_view id) {
  Room room;
  room.set_id(std::string(id));
  room.set_kind(Room::KIND_CLOSED);
  room.set_topic("");
  room.set_most_members(7);
  room.mutable_note()->set_value("quiet, please");
  (*room.mutable_extra()->mutable_fields())["colour"].set_string_value("grün");
  auto& member = (*room.mutable_members())["ada"];
  member.mutable_user()->set_id(-5);
  member.mutable_user()->mutable_joined()->mutable_at()->set_seconds(1'700'000'000);
  member.add_badges()->set_label("first");
  room.add_inner()->set_id("inner");
  return room;
}

class ProtobufClasses : public ::testing::Test {
 protected:
  ProtobufClasses()
      : registry_(must(SchemaRegistry::create(testSettings().schemaRegistry))),
        subject_(uniqueTopic("subject")) {}

  std::string serialized(const pb::Message& message) {
    std::string bytes;
    must(serde_.serialize(subject_, message, bytes));
    return bytes;
  }

  std::shared_ptr<SchemaRegistry> registry_;
  ProtobufSerde serde_{registry_, {.autoRegister = true}};
  std::string subject_;
};

TEST_F(ProtobufClasses, AMessageComesBackWithWhatItImports) {
  const auto room = roomOf("r-1");
  const auto bytes = serialized(room);
  const auto back = must(serde_.parseAs<Room>(bytes));
  EXPECT_TRUE(pb::util::MessageDifferencer::Equals(back, room)) << back.DebugString();
  EXPECT_TRUE(back.has_topic());

  // The file is the subject's schema, its imports are references under their own names.
  const auto latest = must(registry_->latest(subject_));
  EXPECT_EQ(latest.schema.type, SchemaType::kProtobuf);
  EXPECT_EQ(latest.id, must(schema::unframe(bytes)).id);
  std::vector<std::string> imports;
  for (const auto& reference : latest.schema.references) {
    imports.push_back(reference.name);
    EXPECT_EQ(reference.subject, reference.name);
  }
  EXPECT_THAT(imports, testing::UnorderedElementsAre("caas_test/common/base.proto",
                                                     "caas_test/common/user.proto"));
  EXPECT_THAT(must(registry_->subjects()), Contains("caas_test/common/user.proto"));
}

TEST_F(ProtobufClasses, TheMessageIndexesSayWhichMessageItIs) {
  const auto indexesOf = [](std::string_view bytes) {
    auto payload = must(schema::unframe(bytes)).payload;
    return must(schema::takeMessageIndexes(payload));
  };
  Lobby lobby;
  lobby.set_name("hall");
  EXPECT_EQ(indexesOf(serialized(lobby)), (schema::MessageIndexes{0}));
  EXPECT_EQ(indexesOf(serialized(roomOf("r"))), (schema::MessageIndexes{1}));
  Room::Member::Badge badge;
  badge.set_label("gold");
  const auto bytes = serialized(badge);
  EXPECT_EQ(must(serde_.parseAs<Room::Member::Badge>(bytes)).label(), "gold");
  // Others read it by the schema alone.
  SchemaSerde generic(registry_);
  EXPECT_EQ(must(generic.decode(bytes)).json, R"({"label":"gold"})");
  // And what they write as a message that is not the first, a class reads.
  const int id = must(schema::unframe(bytes)).id;
  std::string other;
  must(generic.encode(id, R"({"id":"x","kind":"KIND_CLOSED","most_members":3})", other, "Room"));
  EXPECT_EQ(must(serde_.parseAs<Room>(other)).most_members(), 3);
  other.clear();
  must(generic.encode(id, R"({"label":"tin"})", other, "caas.test.Room.Member.Badge"));
  EXPECT_EQ(must(serde_.parseAs<Room::Member::Badge>(other)).label(), "tin");
  const auto nobody = generic.encode(id, "{}", other, "Nobody");
  ASSERT_FALSE(nobody);
  EXPECT_THAT(nobody.error().hint, HasSubstr("caas.test.Room.Member.Badge"));
}

TEST_F(ProtobufClasses, AnotherMessageIsRefusedAndNeverReadAsThisOne) {
  Lobby lobby;
  lobby.set_name("hall");
  const auto bytes = serialized(lobby);
  const auto wrong = serde_.parseAs<Room>(bytes);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(wrong.error().message, AllOf(HasSubstr("schema "), HasSubstr("caas.test.Lobby"),
                                           HasSubstr("caas.test.Room")));
  const int avro = must(registry_->registerSchema(uniqueTopic("subject"), {.text = R"("string")"}));
  std::string framed;
  schema::appendFrame(avro, framed);
  EXPECT_THAT(serde_.parseAs<Room>(framed + "\2x").error().message, HasSubstr("AVRO"));
}

TEST_F(ProtobufClasses, HostileBytesAreErrors) {
  const auto good = serialized(roomOf("r"));
  std::string deep;
  for (int i = 0; i < 5'000; ++i) {
    std::string outer = "\x4a";  // field 9, inner
    for (auto size = deep.size();; size >>= 7U) {
      outer += static_cast<char>(size < 0x80 ? size : (size & 0x7FU) | 0x80U);
      if (size < 0x80) {
        break;
      }
    }
    deep = outer + deep;
  }
  const auto head = good.substr(0, 7);  // frame and indexes
  for (const auto& bytes :
       {std::string(), std::string("{}"), good.substr(0, 5), good.substr(0, good.size() - 1),
        head + "\x0a\xff\xff\xff\xff\x07x", head + std::string(12, '\xff'), head + deep,
        good.substr(0, 5) + "\2\x7f"}) {
    const auto refused = serde_.parseAs<Room>(bytes);
    ASSERT_FALSE(refused) << testing::PrintToString(bytes.substr(0, 40));
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  }
}

TEST_F(ProtobufClasses, RequiredFieldsAreAskedFor) {
  Legacy legacy;
  std::string out = "before";
  const auto missing = serde_.serialize(subject_, legacy, out);
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, AllOf(HasSubstr("caas.test.Legacy"), HasSubstr("id")));
  EXPECT_EQ(out, "before");
  legacy.set_id(7);
  const auto bytes = serialized(legacy);
  EXPECT_EQ(must(serde_.parseAs<Legacy>(bytes)).name(), "nobody");
  const auto cut = serde_.parseAs<Legacy>(bytes.substr(0, 6));
  ASSERT_FALSE(cut);
  EXPECT_THAT(cut.error().message, HasSubstr("id"));
}

TEST_F(ProtobufClasses, ANewerWriterIsReadAndABreakingChangeIsRefused) {
  Lobby lobby;
  lobby.set_name("hall");
  static_cast<void>(serialized(lobby));
  must(registry_->setCompatibility(Compatibility::kBackward, subject_));
  const auto of = [&](std::string_view fields) {
    return SchemaText{.type = SchemaType::kProtobuf,
                      .text = "syntax = \"proto3\"; package caas.test; message Lobby { " +
                              std::string(fields) + " }"};
  };
  const auto newer = uniqueTopic("subject");
  const int id = must(registry_->registerSchema(newer, of("string name = 1; int32 floor = 2;")));
  std::string bytes;
  must(SchemaSerde(registry_).encode(id, R"({"name":"attic","floor":9})", bytes));
  EXPECT_EQ(must(serde_.parseAs<Lobby>(bytes)).name(), "attic");
  const auto refused = registry_->registerSchema(subject_, of("int32 name = 1;"));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("not compatible"));
}

TEST_F(ProtobufClasses, WhatIsNotRegisteredIsToldAndNothingIsRegistered) {
  ProtobufSerde careful(registry_);
  std::string out;
  const auto missing = careful.serialize(subject_, Lobby(), out);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kSchemaNotFound);
  EXPECT_THAT(missing.error().hint, HasSubstr("autoRegister"));
  EXPECT_EQ(out, "");
  EXPECT_EQ(registry_->versions(subject_).error().code, ErrorCode::kSchemaNotFound);
  static_cast<void>(serialized(Lobby()));
  ProtobufSerde later(registry_);
  must(later.serialize(subject_, Lobby(), out));
}

TEST_F(ProtobufClasses, DynamicMessagesOfOtherPoolsAreNeverTakenForOneAnother) {
  // A pool's descriptors may stand where those of one that is gone stood.
  for (int round = 0; round < 3; ++round) {
    pb::DescriptorPool pool;
    pb::FileDescriptorProto file;
    file.set_name("dynamic.proto");
    file.set_syntax("proto3");
    auto* type = file.add_message_type();
    type->set_name("Dynamic" + std::to_string(round));
    auto* field = type->add_field();
    field->set_name("x");
    field->set_number(1);
    field->set_type(pb::FieldDescriptorProto::TYPE_INT32);
    field->set_label(pb::FieldDescriptorProto::LABEL_OPTIONAL);
    pb::DynamicMessageFactory factory;
    const auto* built = pool.BuildFile(file);
    ASSERT_NE(built, nullptr);
    const std::unique_ptr<pb::Message> message(factory.GetPrototype(built->message_type(0))->New());
    std::string bytes;
    must(serde_.serialize(subject_ + std::to_string(round), *message, bytes));
    const auto text = must(registry_->byId(must(schema::unframe(bytes)).id));
    EXPECT_THAT(text->text, HasSubstr("Dynamic" + std::to_string(round)));
  }
}

TEST(ProtobufClassesWithoutARegistry, IdsAreRememberedAndADeadRegistryIsRetriable) {
  std::atomic<int> asked = 0;
  auto server = std::make_unique<FakeHttpServer>([&](const FakeRequest& request) {
    if (request.target.starts_with("/subjects?")) {
      return FakeResponse{.body = "[]"};
    }
    ++asked;
    return FakeResponse{
        .body = R"({"subject":"s","version":1,"id":42,"schemaType":"PROTOBUF","schema":"x"})"};
  });
  SchemaRegistrySettings settings;
  settings.url = server->url();
  const std::shared_ptr<SchemaRegistry> registry =
      must(SchemaRegistry::create(settings, {.deadline = Milliseconds{500}}));
  ProtobufSerde serde(registry);
  std::string out;
  must(serde.serialize("s", Lobby(), out));
  const int forOneAndWhatItImports = asked;
  EXPECT_GE(forOneAndWhatItImports, 1);
  for (int i = 0; i < 10; ++i) {
    must(serde.serialize("s", Lobby(), out));
  }
  EXPECT_EQ(asked, forOneAndWhatItImports);
  server.reset();
  must(serde.serialize("s", Lobby(), out));
  const auto down = serde.serialize("other", Lobby(), out);
  ASSERT_FALSE(down);
  EXPECT_EQ(down.error().code, ErrorCode::kUnavailable);
  EXPECT_TRUE(down.error().retriable);
  EXPECT_TRUE(serde.parseAs<Lobby>(std::string("\0\0\0\0\x2b\0", 6)).error().retriable);
}

}  // namespace
}  // namespace caas::kafka::test
