// What a hostile schema or payload once made endless, or endlessly large.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/errors.hpp"
#include "core/utf8.hpp"
#include "schema/avro_json.hpp"
#include "schema/avro_plan.hpp"

namespace caas::kafka::avro {
namespace {

using ::testing::HasSubstr;

Result<Value> decoded(std::string_view writer, std::string_view reader, std::string_view bytes) {
  CAAS_ASSIGN(auto w, Schema::parse(writer));
  CAAS_ASSIGN(auto r, Schema::parse(reader));
  CAAS_ASSIGN(const auto plan, Plan::compile(std::make_shared<const Schema>(std::move(w)),
                                             std::make_shared<const Schema>(std::move(r))));
  return plan.decode(bytes);
}

template <class T>
std::string problemOf(const Result<T>& result) {
  return result ? "none" : result.error().message;
}

/// R0 has two fields of type R1, each of which has two of R2, …; the innermost is `leaf`.
std::string doubling(int levels, std::string_view leaf, std::string_view more) {
  std::string type(leaf);
  for (int i = levels - 1; i >= 0; --i) {
    type = fmt::format(R"({{"type":"record","name":"R{0}","fields":[{{"name":"a","type":{1}{3}}},
                           {{"name":"b","type":{2}{3}}}]}})",
                       i, type, i == levels - 1 ? std::string(leaf) : fmt::format("\"R{}\"", i + 1),
                       more);
  }
  return type;
}

TEST(AvroBounds, RecordsOfNothingDoNotFillTheMemory) {
  const auto schema = doubling(40, R"("null")", "");
  EXPECT_THAT(problemOf(decoded(schema, schema, "")), HasSubstr("more values than"));
  const auto reader = R"({"type":"record","name":"R0","fields":[]})";
  EXPECT_THAT(problemOf(decoded(schema, reader, "")), HasSubstr("more values than"));
  EXPECT_TRUE(decoded(doubling(12, R"("null")", ""), doubling(12, R"("null")", ""), ""));
}

TEST(AvroBounds, DefaultsWithinDefaultsDoNotDoubleForEver) {
  constexpr auto kLeaf = R"({"type":"map","values":"int"})";
  EXPECT_THAT(problemOf(Schema::parse(doubling(40, kLeaf, R"(,"default":{})"))),
              HasSubstr("too much to read"));
  EXPECT_TRUE(Schema::parse(doubling(8, kLeaf, R"(,"default":{})")));
}

TEST(AvroBounds, DefaultsAreNotCopiedIntoCountlessEmptyRecords) {
  const auto writer = R"({"type":"array","items":{"type":"record","name":"E","fields":[]}})";
  const auto reader = fmt::format(
      R"({{"type":"array","items":{{"type":"record","name":"E","fields":[
         {{"name":"d","type":"string","default":"{}"}}]}}}})",
      std::string(100'000, 'x'));
  const std::string many("\x80\xfa\x01\0", 4);  // 16,000 of them
  EXPECT_THAT(problemOf(decoded(writer, reader, many)), HasSubstr("its defaults make more values"));
  EXPECT_TRUE(decoded(writer, reader, std::string("\x04\0", 2)));
}

TEST(AvroBounds, UnionsOfRecordsWithinEachOtherDoNotDoubleTheWork) {
  const auto schema = Schema::parse(
      R"({"type":"record","name":"A","fields":[{"name":"n","type":["A",
          {"type":"record","name":"B","fields":[{"name":"n","type":["A","B","int"]}]},"int"]}]})");
  ASSERT_TRUE(schema) << problemOf(schema);
  std::string json = R"("x")";
  for (int i = 0; i < 40; ++i) {
    json = fmt::format(R"({{"n":{}}})", json);
  }
  boost::json::parse_options deep;
  deep.max_depth = 100;
  EXPECT_FALSE(valueFromJson(*schema, schema->root(), boost::json::parse(json, {}, deep)));
}

TEST(AvroBounds, AValueThatDoesNotFitIsQuotedInWholeCharacters) {
  const auto schema = Schema::parse("int");
  for (std::size_t i = 50; i < 64; ++i) {
    const auto value = valueFromJson(*schema, 0, boost::json::value(std::string(i, 'x') + "ääää"));
    EXPECT_TRUE(isUtf8(problemOf(value))) << i;
  }
}

/// Each refers to the one before, so that each nests one deeper than it.
TEST(AvroBounds, AChainOfReferencesDoesNotGoDownTheStack) {
  std::vector<std::string> chain{R"({"type":"record","name":"R0","fields":[]})"};
  for (int i = 1; i < 5'000; ++i) {
    chain.push_back(fmt::format(
        R"({{"type":"record","name":"R{}","fields":[{{"name":"f","type":"R{}"}}]}})", i, i - 1));
  }
  EXPECT_THAT(problemOf(Schema::parse(R"("R4999")", chain)), HasSubstr("nested too deeply"));
  EXPECT_TRUE(Schema::parse(R"("R100")", chain));
}

/// Circles of 60 and of 61 records make 3,660 pairs, one within the other.
TEST(AvroBounds, CirclesOfDifferentLengthsAreNotFollowedDownTheStack) {
  const auto circle = [](int length, bool aliased) {
    std::string type = R"("C0")";
    std::string aliases;
    for (int i = 0; aliased && i < length; ++i) {
      aliases += fmt::format("{}\"C{}\"", i == 0 ? "" : ",", i);
    }
    for (int i = length - 1; i >= 0; --i) {
      type = fmt::format(R"({{"type":"record","name":"{}{}","aliases":[{}],"fields":[
                             {{"name":"f","type":{}}}]}})",
                         aliased && i > 0 ? 'D' : 'C', i, aliases, type);
    }
    return type;
  };
  EXPECT_THAT(problemOf(decoded(circle(60, false), circle(61, true), "")),
              HasSubstr("nested too deeply"));
}

TEST(AvroBounds, AnEnumOfAHundredThousandSymbolsIsReadAtOnce) {
  std::string symbols;
  for (int i = 0; i < 100'000; ++i) {
    symbols += fmt::format("{}\"S{}\"", i == 0 ? "" : ",", i);
  }
  const auto schema = fmt::format(R"({{"type":"enum","name":"E","symbols":[{}]}})", symbols);
  const auto last = decoded(schema, schema, "\xbe\x9a\x0c");
  ASSERT_TRUE(last) << problemOf(last);
  EXPECT_EQ(last->as<Symbol>()->index, 99'999U);
}

}  // namespace
}  // namespace caas::kafka::avro
