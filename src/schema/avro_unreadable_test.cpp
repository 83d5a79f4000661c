#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "caas/kafka/schema_serde.hpp"
#include "schema/avro_plan.hpp"

namespace caas::kafka::avro {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Result<Plan> planOf(std::string_view writer, std::string_view reader) {
  return Plan::compile(std::make_shared<const Schema>(Schema::parse(writer).value()),
                       std::make_shared<const Schema>(Schema::parse(reader).value()));
}

std::vector<std::string> unreadable(std::string_view writer, std::string_view reader) {
  return planOf(writer, reader).value().unreadable();
}

// The registry refuses such changes, and `schemas check` said they were compatible.
TEST(AvroUnreadable, WhatOnlySomeValuesMeetIsToldBeforeThem) {
  EXPECT_THAT(unreadable(R"(["null","string"])", R"("string")"),
              ElementsAre("written as null, read as string"));
  EXPECT_THAT(unreadable(R"({"type":"enum","name":"E","symbols":["A","B","C"]})",
                         R"({"type":"enum","name":"E","symbols":["C"]})"),
              ElementsAre("E has no symbol 'A'", "E has no symbol 'B'"));
  EXPECT_THAT(unreadable(R"({"type":"enum","name":"E","symbols":["A","B"]})",
                         R"({"type":"enum","name":"E","symbols":["B"],"default":"B"})"),
              IsEmpty());
  EXPECT_THAT(unreadable(R"(["null","string"])", R"(["string","null","int"])"), IsEmpty());
}

TEST(AvroUnreadable, ThePathIsTold) {
  const auto* const writer = R"({"type":"record","name":"R","fields":[
    {"name":"gone","type":["null","int"]},
    {"name":"list","type":{"type":"array","items":{"type":"record","name":"I","fields":[
      {"name":"x","type":["null","int"]},{"name":"next","type":["null","R"]}]}}}]})";
  const auto* const reader = R"({"type":"record","name":"R","fields":[
    {"name":"list","type":{"type":"array","items":{"type":"record","name":"I","fields":[
      {"name":"x","type":"int"},{"name":"next","type":["null","R"]}]}}}]})";
  EXPECT_THAT(unreadable(writer, reader), ElementsAre("at list[].x: written as null, read as int"));
  const auto verdict =
      checkCompatibility(Compatibility::kBackward, {.text = reader},
                         {{.subject = "s", .version = 3, .schema = {.text = writer}}});
  EXPECT_FALSE(verdict.value().compatible);
  EXPECT_THAT(verdict->reasons,
              ElementsAre("it cannot read what was written with version 3: at list[].x: written as "
                          "null, read as int"));
}

TEST(AvroUnreadable, TheSymbolThatIsMetIsTheOneThatIsNamed) {
  const auto plan = planOf(R"({"type":"enum","name":"E","symbols":["A","B","C"]})",
                           R"({"type":"enum","name":"E","symbols":["C"]})");
  EXPECT_THAT(plan->decode(std::string("\0", 1)).error().message, HasSubstr("symbol 'A'"));
  EXPECT_THAT(plan->decode("\2").error().message, HasSubstr("symbol 'B'"));
  EXPECT_TRUE(plan->decode("\4"));
}

// As Java's SchemaCompatibility and fastavro have it.
TEST(AvroUnreadable, AnAliasIsAFullName) {
  const auto* const written = R"({"type":"fixed","name":"a.Old","size":1})";
  EXPECT_TRUE(planOf(written, R"({"type":"fixed","name":"a.New","aliases":["Old"],"size":1})"));
  EXPECT_TRUE(planOf(written, R"({"type":"fixed","name":"b.New","aliases":["a.Old"],"size":1})"));
  EXPECT_FALSE(planOf(written, R"({"type":"fixed","name":"b.New","aliases":["Old"],"size":1})"));
  EXPECT_TRUE(planOf(written, R"({"type":"fixed","name":"b.Old","size":1})"));
}

}  // namespace
}  // namespace caas::kafka::avro
