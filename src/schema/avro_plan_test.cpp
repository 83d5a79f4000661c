#include "schema/avro_plan.hpp"

#include <cmath>
#include <random>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schema/avro_codec.hpp"
#include "schema/avro_json.hpp"

namespace caas::kafka::avro {
namespace {

using ::testing::HasSubstr;

std::shared_ptr<const Schema> schemaOf(std::string_view text) {
  auto schema = Schema::parse(text);
  EXPECT_TRUE(schema) << text << ": " << (schema ? "" : schema.error().message);
  return std::make_shared<const Schema>(schema.value_or(Schema{}));
}

std::string encoded(const Schema& schema, std::string_view json) {
  const auto value = valueFromJson(schema, schema.root(), boost::json::parse(json));
  EXPECT_TRUE(value) << json << ": " << (value ? "" : value.error().message);
  std::string out;
  const auto done = encode(schema, schema.root(), value.value_or(Value{}), out);
  EXPECT_TRUE(done) << (done ? "" : done.error().message);
  return out;
}

/// Written as one schema, read as another, shown as JSON; or the error.
std::string through(std::string_view writerText, std::string_view readerText,
                    std::string_view json) {
  const auto writer = schemaOf(writerText);
  const auto reader = schemaOf(readerText);
  const auto plan = Plan::compile(writer, reader);
  if (!plan) {
    return "error: " + plan.error().message;
  }
  const auto value = plan->decode(encoded(*writer, json));
  return value ? boost::json::serialize(toJson(*reader, reader->root(), *value))
               : "error: " + value.error().message;
}

std::string same(std::string_view schema, std::string_view json) {
  return through(schema, schema, json);
}

constexpr auto kMessage = R"({"type":"record","name":"Message","fields":[
  {"name":"id","type":"string"},{"name":"text","type":["null","string"],"default":null},
  {"name":"tags","type":{"type":"array","items":"string"},"default":[]},
  {"name":"counts","type":{"type":"map","values":"long"},"default":{}},
  {"name":"kind","type":{"type":"enum","name":"Kind","symbols":["TEXT","IMAGE"]}},
  {"name":"hash","type":{"type":"fixed","name":"Hash","size":2}},
  {"name":"raw","type":"bytes"},{"name":"score","type":"double"},{"name":"small","type":"float"},
  {"name":"number","type":"int"},{"name":"flag","type":"boolean"}]})";

TEST(AvroCodec, TheSpecificationsExamples) {
  EXPECT_EQ(encoded(*schemaOf("long"), "0"), std::string("\0", 1));
  EXPECT_EQ(encoded(*schemaOf("long"), "-1"), "\x01");
  EXPECT_EQ(encoded(*schemaOf("long"), "1"), "\x02");
  EXPECT_EQ(encoded(*schemaOf("long"), "-64"), "\x7f");
  EXPECT_EQ(encoded(*schemaOf("long"), "64"), "\x80\x01");
  EXPECT_EQ(encoded(*schemaOf("string"), R"("foo")"), "\x06\x66\x6f\x6f");
  EXPECT_EQ(encoded(*schemaOf(R"({"type":"record","name":"test","fields":[
                      {"name":"a","type":"long"},{"name":"b","type":"string"}]})"),
                    R"({"a":27,"b":"foo"})"),
            "\x36\x06\x66\x6f\x6f");
  EXPECT_EQ(encoded(*schemaOf(R"({"type":"array","items":"long"})"), "[3,27]"),
            std::string("\x04\x06\x36\x00", 4));
  EXPECT_EQ(encoded(*schemaOf(R"(["null","string"])"), "null"), std::string("\0", 1));
  EXPECT_EQ(encoded(*schemaOf(R"(["null","string"])"), R"("a")"), "\x02\x02\x61");
}

TEST(AvroCodec, EveryTypeComesBack) {
  const auto* const json =
      R"({"id":"m1","text":"hé","tags":["a","b"],"counts":{"x":-9223372036854775808},)"
      R"("kind":"IMAGE","hash":"ÿA","raw":"\u0000\u0001","score":1.5E0,"small":2.5E-1,)"
      R"("number":-2147483648,"flag":true})";
  EXPECT_EQ(same(kMessage, json), json);
}

TEST(AvroCodec, BlocksWithTheirSizeAreReadToo) {
  const auto array = schemaOf(R"({"type":"array","items":"long"})");
  const auto plan = Plan::compile(array, array);
  ASSERT_TRUE(plan);
  // Two blocks: -2 items in 2 bytes (3, 27), then one item (1).
  const auto value = plan->decode(std::string("\x03\x04\x06\x36\x02\x02\x00", 7));
  ASSERT_TRUE(value) << value.error().message;
  EXPECT_EQ(boost::json::serialize(toJson(*array, array->root(), *value)), "[3,27,1]");
}

TEST(AvroCodec, AValueThatDoesNotFitIsNamedWithItsPath) {
  const auto schema = schemaOf(kMessage);
  const auto problem = [&](std::string_view json) {
    const auto value = valueFromJson(*schema, schema->root(), boost::json::parse(json));
    return value ? std::string{} : value.error().message;
  };
  EXPECT_EQ(problem(R"({"id":7})"), "id: 7 is no string");
  EXPECT_THAT(problem(R"({"id":"a","tags":["a",1]})"), HasSubstr("tags[1]: 1 is no string"));
  EXPECT_THAT(problem(R"({"id":"a"})"), HasSubstr("kind: is missing"));
  EXPECT_THAT(problem(R"({"id":"a","kind":"VIDEO"})"), HasSubstr(R"(kind: "VIDEO" is no Kind)"));
  EXPECT_THAT(problem(R"({"id":"a","kind":"TEXT","hash":"a"})"), HasSubstr("hash"));
  std::string out = "before";
  const auto done = encode(*schema, schema->root(), Value{Record{}}, out);
  EXPECT_FALSE(done);
  EXPECT_EQ(out, "before");
}

TEST(AvroResolution, Promotions) {
  EXPECT_EQ(through("int", "long", "7"), "7");
  EXPECT_EQ(through("int", "double", "7"), "7E0");
  EXPECT_EQ(through("long", "float", "7"), "7E0");
  EXPECT_EQ(through("float", "double", "0.5"), "5E-1");
  EXPECT_EQ(through("string", "bytes", R"("a")"), R"("a")");
  EXPECT_EQ(through("bytes", "string", R"("a")"), R"("a")");
  EXPECT_EQ(through("long", "int", "7"), "error: written as long, read as int");
  EXPECT_EQ(through("double", "float", "7"), "error: written as double, read as float");
}

TEST(AvroResolution, FieldsComeGoAndAreRenamed) {
  const auto* const writer = R"({"type":"record","name":"R","fields":[
    {"name":"gone","type":{"type":"map","values":{"type":"array","items":"string"}}},
    {"name":"old","type":"int"},{"name":"stays","type":"string"}]})";
  const auto* const reader = R"({"type":"record","name":"New","aliases":["R"],"fields":[
    {"name":"stays","type":"string"},{"name":"fresh","type":["null","int"],"default":null},
    {"name":"new","aliases":["old"],"type":"long"}]})";
  EXPECT_EQ(through(writer, reader, R"({"gone":{"a":["x","y"],"b":[]},"old":4,"stays":"s"})"),
            R"({"stays":"s","fresh":null,"new":4})");
  EXPECT_EQ(through(R"({"type":"record","name":"R","fields":[]})",
                    R"({"type":"record","name":"R","fields":[{"name":"a","type":"int"}]})", "{}"),
            "error: at a: R was written without it, and it has no default");
}

TEST(AvroResolution, Unions) {
  EXPECT_EQ(through("int", R"(["null","long","int"])", "7"), "7");
  EXPECT_EQ(through(R"(["null","int"])", "int", "7"), "7");
  EXPECT_THAT(through(R"(["null","int"])", "int", "null"),
              HasSubstr("written as null, read as int"));
  EXPECT_EQ(through(R"(["string","int"])", R"(["long","string"])", "7"), "7");
  EXPECT_THAT(through("int", R"(["null","string"])", "7"), HasSubstr("no branch"));
}

TEST(AvroResolution, Enums) {
  const auto* const writer = R"({"type":"enum","name":"E","symbols":["A","B"]})";
  EXPECT_EQ(
      through(writer, R"({"type":"enum","name":"E","symbols":["B"],"default":"B"})", R"("A")"),
      R"("B")");
  EXPECT_EQ(through(writer, R"({"type":"enum","name":"E","symbols":["B","C"]})", R"("B")"),
            R"("B")");
  EXPECT_THAT(through(writer, R"({"type":"enum","name":"E","symbols":["B","C"]})", R"("A")"),
              HasSubstr("E has no symbol 'A'"));
}

TEST(AvroResolution, ARecordWithinItself) {
  const auto* const writer = R"({"type":"record","name":"N","fields":[
    {"name":"v","type":"int"},{"name":"next","type":["null","N"]}]})";
  const auto* const reader = R"({"type":"record","name":"N","fields":[
    {"name":"next","type":["null","N"]},{"name":"v","type":"long"},
    {"name":"more","type":"string","default":"x"}]})";
  EXPECT_EQ(through(writer, reader, R"({"v":1,"next":{"v":2,"next":null}})"),
            R"({"next":{"next":null,"v":2,"more":"x"},"v":1,"more":"x"})");
}

TEST(AvroResolution, ARecordsFieldsGoWhereTheyAreWanted) {
  class Fields final : public FieldTaker {
   public:
    void text(std::size_t place, std::string_view value) override {
      seen += fmt::format("{}={} ", place, value);
    }
    void other(std::size_t place, Value&& value) override {
      const auto* number = value.as<std::int64_t>();
      seen += fmt::format("{}:{} ", place, number == nullptr ? "other" : std::to_string(*number));
    }
    std::string seen{};
  };
  const auto writer = schemaOf(R"({"type":"record","name":"R","fields":[
    {"name":"gone","type":{"type":"array","items":"string"}},{"name":"n","type":["null","int"]},
    {"name":"s","type":["string","null"]},{"name":"none","type":["null","string"]},
    {"name":"m","type":{"type":"map","values":"int"}}]})");
  const auto reader = schemaOf(R"({"type":"record","name":"R","fields":[
    {"name":"s","type":["null","string"]},{"name":"n","type":["null","long"]},
    {"name":"none","type":["null","string"]},{"name":"fresh","type":["string","null"],"default":"x"},
    {"name":"m","type":{"type":"map","values":"int"}},{"name":"nil","type":["null","int"],"default":null}]})");
  const auto plan = Plan::compile(writer, reader);
  ASSERT_TRUE(plan) << plan.error().message;
  const auto bytes = encoded(*writer, R"({"gone":["a"],"n":7,"s":"text","none":null,"m":{"k":1}})");
  Fields fields;
  ASSERT_TRUE(plan->decodeFields(bytes, fields));
  EXPECT_EQ(fields.seen, "1:7 0=text 4:other 3=x ");
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    EXPECT_FALSE(plan->decodeFields(std::string_view(bytes).substr(0, i), fields)) << i;
  }
  EXPECT_THAT(plan->decodeFields(bytes + "x", fields).error().message, HasSubstr("left after"));
  const auto text = schemaOf(R"("string")");
  EXPECT_FALSE(Plan::compile(text, text)->decodeFields("\2x", fields)) << "no record";
}

TEST(AvroHostile, NothingIsBelievedThatIsNotThere) {
  const auto problem = [](std::string_view schemaText, std::string_view bytes) {
    const auto schema = schemaOf(schemaText);
    const auto plan = Plan::compile(schema, schema);
    const auto value = plan->decode(bytes);
    return value ? std::string{} : value.error().message;
  };
  EXPECT_THAT(problem("string", "\x06\x66"), HasSubstr("a length of 3, and 1 bytes are left"));
  EXPECT_THAT(problem("bytes", "\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
              HasSubstr("a length of"));
  EXPECT_THAT(problem("bytes", "\x01"), HasSubstr("a length of -1"));
  EXPECT_THAT(problem("long", std::string(11, '\x80')), HasSubstr("more than ten bytes"));
  EXPECT_THAT(problem("long", ""), HasSubstr("truncated"));
  EXPECT_THAT(problem("int", "\x80\x80\x80\x80\x80\x01"), HasSubstr("more than 32 bits"));
  EXPECT_THAT(problem("int", std::string("\x00\x00", 2)), HasSubstr("1 bytes are left after"));
  EXPECT_THAT(problem("boolean", "\x02"), HasSubstr("neither"));
  EXPECT_THAT(problem(R"(["null"])", "\x02"), HasSubstr("1 is not a branch"));
  // 2^60 nulls take no bytes.
  EXPECT_THAT(
      problem(R"({"type":"array","items":"null"})", "\x80\x80\x80\x80\x80\x80\x80\x80\x20\x00"),
      HasSubstr("which cannot be"));
  const auto* const nested = R"({"type":"record","name":"N","fields":[
    {"name":"next","type":["null","N"]}]})";
  EXPECT_THAT(problem(nested, std::string(10'000, '\x02')), HasSubstr("nested too deeply"));
  EXPECT_THAT(
      problem(R"({"type":"array","items":"long"})", "\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
      HasSubstr("a length of"));
}

TEST(AvroHostile, AStringIsUtf8InBothDirections) {
  const auto schema = schemaOf(R"("string")");
  std::string out;
  EXPECT_THAT(encode(*schema, schema->root(), Value{std::string("\xff")}, out).error().message,
              HasSubstr("UTF-8"));
  EXPECT_EQ(out, "");
  const auto plan = Plan::compile(schemaOf(R"("bytes")"), schema);
  ASSERT_TRUE(plan);
  EXPECT_EQ(*plan->decode("\4\xc3\xa4")->as<std::string>(), "ä");
  EXPECT_THAT(plan->decode("\2\xff").error().message, HasSubstr("UTF-8"));
  const auto map = schemaOf(R"({"type":"map","values":"null"})");
  EXPECT_FALSE(Plan::compile(map, map)->decode("\2\2\xff\0"));
  EXPECT_FALSE(encode(*map, map->root(), Value{Map{{{"\xff", Value{}}}}}, out));
}

TEST(AvroHostile, RandomBytesAndCutPayloadsNeverCrash) {
  const auto schema = schemaOf(kMessage);
  const auto plan = Plan::compile(schema, schema);
  ASSERT_TRUE(plan);
  const auto good =
      encoded(*schema, R"({"id":"m1","text":"t","tags":["a"],"counts":{"x":1},"kind":"TEXT",)"
                       R"("hash":"AB","raw":"r","score":1,"small":1,"number":1,"flag":false})");
  std::mt19937_64 random(7);
  for (std::size_t i = 0; i < good.size(); ++i) {
    EXPECT_FALSE(plan->decode(std::string_view(good).substr(0, i))) << i;
  }
  for (int i = 0; i < 20'000; ++i) {
    auto bytes = good;
    for (int change = 0; change < 3; ++change) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    static_cast<void>(plan->decode(bytes));
  }
}

}  // namespace
}  // namespace caas::kafka::avro
