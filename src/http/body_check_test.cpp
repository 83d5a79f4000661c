#include "http/body_check.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace caas::kafka::http {
namespace {

using ::testing::HasSubstr;
using namespace schema;

std::string problem(const Schema& schema, std::string_view json) {
  const auto check = BodyCheck::compile(schema);
  EXPECT_TRUE(check) << check.error().message;
  return check->problemWith(boost::json::parse(json)).value_or("");
}

TEST(BodyCheck, TypesAndBounds) {
  EXPECT_EQ(problem(integer(1, 5), "5"), "");
  EXPECT_EQ(problem(integer(1, 5), "6"), "the body must be a whole number from 1 to 5");
  EXPECT_EQ(problem(integer(), "1.5"), "the body must be a whole number");
  EXPECT_EQ(problem(number(), "1"), "");
  EXPECT_EQ(problem(number(), "\"1\""), "the body must be a number");
  EXPECT_EQ(problem(text("", 1, 3), "\"äöü\""), "") << "characters, not bytes";
  EXPECT_EQ(problem(text("", 1, 3), "\"abcd\""), "the body must have 1 to 3 characters");
  EXPECT_EQ(problem(text().orNull(), "null"), "");
  EXPECT_EQ(problem(text().orNull(), "3"), "the body must be null or a text");
  EXPECT_EQ(problem(oneOf({"a", "b"}).orNull(), "null"), "");
  EXPECT_THAT(problem(oneOf({"a", "b"}), "\"c\""), HasSubstr("one of [\"a\",\"b\"]"));
  EXPECT_EQ(problem(time(), "\"2026-03-01T12:00:00Z\""), "");
  EXPECT_THAT(problem(time(), "\"2026-03-01\""), HasSubstr("must be a time"));
  EXPECT_EQ(problem(anything(), "[{}]"), "");
}

TEST(BodyCheck, SaysWhere) {
  const auto schema = object({{"topics", array(object({{"name", text("^[a-z]+$", 1, 9)}}), 1, 2)},
                              optional("a/b", map(integer(0, 9)))});
  EXPECT_EQ(problem(schema, R"({"topics":[{"name":"a"}],"a/b":{"x":1}})"), "");
  EXPECT_EQ(problem(schema, R"({"topics":[{"name":"a"},{"name":"B"}]})"),
            "/topics/1/name must match ^[a-z]+$");
  EXPECT_EQ(problem(schema, R"({"topics":[{}]})"), "/topics/0 must have 'name'");
  EXPECT_EQ(problem(schema, R"({"topics":[]})"), "/topics must have 1 to 2 items");
  EXPECT_THAT(problem(schema, R"({"topics":[{"name":"a"}],"a/b":{"x~":10}})"),
              HasSubstr("/a~1b/x~0 must be a whole number from 0 to 9"));
  EXPECT_EQ(problem(schema, R"({"topics":[{"name":"a"}],"b":1})"), "the body must not have 'b'");
}

TEST(BodyCheck, NamedSchemasMayReferToThemselves) {
  auto tree = named("Tree", object({{"value", integer()}}));
  tree.components.at("Tree")["properties"].as_object()["child"] =
      boost::json::object{{"$ref", "#/components/schemas/Tree"}};
  EXPECT_EQ(problem(tree, R"({"value":1,"child":{"value":2}})"), "");
  EXPECT_EQ(problem(tree, R"({"value":1,"child":{"value":2,"child":{"value":"x"}}})"),
            "/child/child/value must be a whole number");
}

TEST(BodyCheck, ASchemaThatItCannotCheckIsRefused) {
  const auto refused = [](const Schema& schema) {
    const auto made = BodyCheck::compile(schema);
    return made ? std::string{} : made.error().message;
  };
  EXPECT_THAT(refused({.json = {{"multipleOf", 3}}}), HasSubstr("multipleOf"));
  EXPECT_THAT(refused({.json = {{"type", "date"}}}), HasSubstr("no type of JSON"));
  EXPECT_THAT(refused({.json = {{"$ref", "#/components/schemas/X"}}}), HasSubstr("does not have"));
  EXPECT_THAT(refused({.json = {{"type", "string"}, {"pattern", "a"}}}), HasSubstr("maxLength"));
}

}  // namespace
}  // namespace caas::kafka::http
