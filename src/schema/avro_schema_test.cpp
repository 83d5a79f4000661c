#include "schema/avro_schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace caas::kafka::avro {
namespace {

using ::testing::HasSubstr;

Schema parsed(std::string_view text, const std::vector<std::string>& references = {}) {
  auto schema = Schema::parse(text, references);
  EXPECT_TRUE(schema) << text << ": " << (schema ? "" : schema.error().message);
  return schema.value_or(Schema{});
}

std::string problemOf(std::string_view text) {
  const auto schema = Schema::parse(text);
  EXPECT_FALSE(schema) << text;
  return schema ? std::string{} : schema.error().message;
}

TEST(AvroSchema, PrimitivesStandAloneQuotedAndAsObjects) {
  for (const auto* text :
       {"long", R"("long")", R"({"type":"long"})", R"({"type":{"type":"long"}})"}) {
    EXPECT_EQ(parsed(text).rootNode().type, Type::kLong) << text;
    EXPECT_EQ(parsed(text).canonical(), R"("long")");
  }
}

TEST(AvroSchema, NamesTakeTheNamespaceAroundThem) {
  const auto schema = parsed(R"({"type":"record","name":"a.b.Outer","fields":[
    {"name":"inner","type":{"type":"record","name":"Inner","fields":[]}},
    {"name":"other","type":{"type":"fixed","name":"F","namespace":"x","size":4}},
    {"name":"again","type":"Inner"},{"name":"full","type":"x.F"}]})");
  const auto& fields = schema.rootNode().fields;
  EXPECT_EQ(schema.at(fields[0].type).name, "a.b.Inner");
  EXPECT_EQ(schema.at(fields[1].type).name, "x.F");
  EXPECT_EQ(fields[2].type, fields[0].type);
  EXPECT_EQ(fields[3].type, fields[1].type);
}

TEST(AvroSchema, ARecordMayContainItself) {
  const auto schema = parsed(R"({"type":"record","name":"Node","fields":[
    {"name":"next","type":["null","Node"],"default":null}]})");
  const auto& next = schema.at(schema.rootNode().fields[0].type);
  EXPECT_EQ(next.branches[1], schema.root());
  EXPECT_EQ(schema.canonical(),
            R"({"name":"Node","type":"record","fields":[{"name":"next","type":["null","Node"]}]})");
}

TEST(AvroSchema, ReferencesDefineTypesForTheText) {
  const auto schema = parsed(R"({"type":"record","name":"A","fields":[{"name":"b","type":"x.B"}]})",
                             {R"({"type":"enum","name":"B","namespace":"x","symbols":["ONE"]})"});
  EXPECT_EQ(schema.at(schema.rootNode().fields[0].type).symbols.size(), 1U);
}

TEST(AvroSchema, LogicalTypesThatFitAreKnownAndOthersAreNone) {
  const auto logical = [](std::string_view text) { return parsed(text).rootNode().logical; };
  EXPECT_EQ(logical(R"({"type":"long","logicalType":"timestamp-micros"})"),
            LogicalType::kTimestampMicros);
  EXPECT_EQ(logical(R"({"type":"int","logicalType":"timestamp-micros"})"), LogicalType::kNone);
  EXPECT_EQ(logical(R"({"type":"string","logicalType":"made-up"})"), LogicalType::kNone);
  const auto decimal = parsed(
      R"({"type":"fixed","name":"D","size":4,"logicalType":"decimal","precision":9,"scale":2})");
  EXPECT_EQ(decimal.rootNode().logical, LogicalType::kDecimal);
  EXPECT_EQ(decimal.rootNode().scale, 2);
  EXPECT_EQ(
      logical(R"({"type":"fixed","name":"D","size":4,"logicalType":"decimal","precision":10})"),
      LogicalType::kNone)
      << "four bytes hold nine digits";
  EXPECT_EQ(logical(R"({"type":"fixed","name":"D","size":12,"logicalType":"duration"})"),
            LogicalType::kDuration);
}

// Of the specification's reference implementation (Java, SchemaNormalization).
TEST(AvroSchema, FingerprintsAreThoseOfTheSpecification) {
  EXPECT_EQ(parsed("int").fingerprint(), 0x7275d51a3f395c8fULL);
  EXPECT_EQ(parsed("float").fingerprint(), 0x4d7c02cb3ea8d790ULL);
  EXPECT_EQ(parsed("long").fingerprint(), 0xd054e14493f41db7ULL);
  EXPECT_EQ(parsed("null").fingerprint(), 0x63dd24e7cc258f8aULL);
}

TEST(AvroSchema, WhatIsWrongIsNamedWithItsPlace) {
  EXPECT_THAT(problemOf("{"), HasSubstr("no JSON"));
  EXPECT_THAT(problemOf("Unknown"), HasSubstr("no type 'Unknown'"));
  EXPECT_THAT(problemOf(R"(["null",["int"]])"), HasSubstr("may not contain a union"));
  EXPECT_THAT(problemOf(R"(["int","string","int"])"), HasSubstr("'int' twice"));
  EXPECT_THAT(problemOf(R"({"type":"array"})"), HasSubstr("without items"));
  EXPECT_THAT(problemOf(R"({"type":"enum","name":"E","symbols":["A","A"]})"),
              HasSubstr("E: the symbol 'A' is there twice"));
  EXPECT_THAT(problemOf(R"({"type":"enum","name":"E","symbols":["A"],"default":"B"})"),
              HasSubstr("none of its symbols"));
  EXPECT_THAT(problemOf(R"({"type":"fixed","name":"F","size":-1})"), HasSubstr("number of bytes"));
  EXPECT_THAT(problemOf(R"({"type":"record","name":"1x","fields":[]})"), HasSubstr("is no name"));
  EXPECT_THAT(problemOf(R"({"type":"record","name":"int","fields":[]})"), HasSubstr("primitive"));
  EXPECT_THAT(problemOf(R"({"type":"record","name":"A","fields":[{"name":"x","type":"int"},
                            {"name":"x","type":"int"}]})"),
              HasSubstr("A: the field 'x' is there twice"));
  EXPECT_THAT(problemOf(R"({"type":"record","name":"A","fields":[
                            {"name":"x","type":{"type":"map"}}]})"),
              HasSubstr("A.x: a map without values"));
  EXPECT_THAT(problemOf(R"({"type":"record","name":"A","fields":[
                            {"name":"x","type":"int","default":"7"}]})"),
              HasSubstr("A.x: its default does not fit"));
  EXPECT_THAT(problemOf(std::string(1'000, '[') + std::string(1'000, ']')), HasSubstr("no JSON"));
}

}  // namespace
}  // namespace caas::kafka::avro
