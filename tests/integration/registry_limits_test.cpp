// What is large, deep, endless, hostile or slow: clear errors, and no more memory than what is
// there.
#include <atomic>
#include <condition_variable>
#include <fstream>
#include <mutex>

#include <boost/json.hpp>
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "caas/kafka/event_decoder.hpp"
#include "caas/kafka/schema_serde.hpp"
#include "schema/wire_format.hpp"
#include "support/cluster.hpp"
#include "support/fake_http_server.hpp"

namespace caas::kafka::test {
namespace {

using namespace std::string_literals;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

std::unique_ptr<SchemaRegistry> registryAt(std::string url, SchemaRegistryOptions options = {}) {
  SchemaRegistrySettings settings;
  settings.url = std::move(url);
  return must(SchemaRegistry::create(settings, options));
}

class RegistryLimits : public ::testing::Test {
 protected:
  RegistryLimits() : registry_(registryAt(testSettings().schemaRegistry.url)), serde_(registry_) {}

  int registered(SchemaType type, std::string text) {
    return must(
        registry_->registerSchema(uniqueTopic("subject"), {.type = type, .text = std::move(text)}));
  }
  std::string through(int id, std::string_view json) {
    std::string bytes;
    must(serde_.encode(id, json, bytes));
    return must(serde_.decode(bytes)).json;
  }
  /// The error of a value with this payload.
  std::string problem(int id, std::string_view payload) {
    std::string bytes;
    schema::appendFrame(id, bytes);
    const auto decoded = serde_.decode(bytes + std::string(payload));
    if (decoded) {
      return "no error: " + decoded->json.substr(0, 100);
    }
    EXPECT_EQ(decoded.error().code, ErrorCode::kInvalidArgument);
    EXPECT_LT(decoded.error().message.size(), 1'000U);
    return decoded.error().message;
  }

  std::shared_ptr<SchemaRegistry> registry_;
  SchemaSerde serde_;
};

/// Of this process, in MiB.
long memoryPeak() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) {
      return std::stol(line.substr(6)) / 1024;
    }
  }
  return 0;
}

TEST_F(RegistryLimits, ASchemaOfAMegabyteServesEveryFormat) {
  constexpr std::size_t kMegabyte = 1'000'000;
  const auto many = [](std::string_view before, std::string_view after, auto&& field) {
    std::string text(before);
    for (int i = 0; text.size() < kMegabyte; ++i) {
      text += field(i);
    }
    return text + std::string(after);
  };
  const std::string doc(900, 'x');
  const auto avro = many(
      R"({"type":"record","name":"Big","fields":[{"name":"id","type":"long"})", "]}", [&](int i) {
        return fmt::format(R"(,{{"name":"f{}","type":"int","default":{},"doc":"{}"}})", i, i, doc);
      });
  EXPECT_THAT(through(registered(SchemaType::kAvro, avro), R"({"id":7})"),
              testing::AllOf(HasSubstr(R"("id":7)"), HasSubstr(R"("f999":999)")));
  const auto json =
      many(R"({"type":"object","properties":{"id":{"type":"integer"})", "}}", [&](int i) {
        return fmt::format(R"(,"f{}":{{"type":"integer","description":"{}"}})", i, doc);
      });
  EXPECT_EQ(through(registered(SchemaType::kJson, json), R"({"id":7,"f999":1})"),
            R"({"id":7,"f999":1})");
  const auto proto = many(
      "syntax = \"proto3\";\nmessage Big {\n  int64 id = 1;\n", "}\n",
      [&](int i) { return fmt::format("  // {}\n  optional int32 f{} = {};\n", doc, i, i + 2); });
  EXPECT_THAT(through(registered(SchemaType::kProtobuf, proto), R"({"id":"7","f999":1})"),
              HasSubstr(R"("f999":1)"));
}

TEST_F(RegistryLimits, ARecursiveSchemaEndsWhereItsValuesDo) {
  const auto avro = registered(
      SchemaType::kAvro, R"({"type":"record","name":"Node","fields":[{"name":"v","type":"int"},)"
                         R"({"name":"next","type":["null","Node"],"default":null}]})");
  EXPECT_EQ(through(avro, R"({"v":1,"next":{"v":2}})"), R"({"v":1,"next":{"v":2,"next":null}})");
  const auto json =
      registered(SchemaType::kJson,
                 R"({"type":"object","properties":{"v":{"type":"integer"},"next":{"$ref":"#"}}})");
  EXPECT_EQ(through(json, R"({"v":1,"next":{"v":2}})"), R"({"v":1,"next":{"v":2}})");
  const auto proto = registered(
      SchemaType::kProtobuf, "syntax = \"proto3\"; message Node { int32 v = 1; Node next = 2; }");
  EXPECT_EQ(through(proto, R"({"v":1,"next":{"v":2}})"), R"({"v":1,"next":{"v":2}})");

  // Deeper than anybody means it: ten thousand levels in a few bytes.
  EXPECT_THAT(problem(avro, std::string(20'000, '\2')), HasSubstr("nested too deeply"));
  std::string nested;
  for (int i = 0; i < 10'000; ++i) {
    nested += R"({"next":)";
  }
  EXPECT_THAT(problem(json, nested), HasSubstr("no JSON"));
  std::string levels;
  for (int i = 0; i < 10'000; ++i) {
    std::string size;
    for (auto rest = levels.size();; rest >>= 7U) {
      size += static_cast<char>(rest < 0x80 ? rest : (rest & 0x7FU) | 0x80U);
      if (rest < 0x80) {
        break;
      }
    }
    levels.insert(0, "\x12" + size);
  }
  EXPECT_THAT(problem(proto, "\0"s + levels), HasSubstr("are no Node"));
}

TEST_F(RegistryLimits, HostilePayloadsAreErrorsAndTakeNoMemory) {
  const auto avro = registered(
      SchemaType::kAvro, R"({"type":"record","name":"R","fields":[{"name":"s","type":"string"},)"
                         R"({"name":"a","type":{"type":"array","items":"null"}},)"
                         R"({"name":"m","type":{"type":"map","values":"bytes"}}]})");
  const auto json =
      registered(SchemaType::kJson,
                 R"({"type":"object","required":["s"],"properties":{"s":{"type":"string"}}})");
  const auto proto = registered(SchemaType::kProtobuf,
                                "syntax = \"proto3\"; message R { string s = 1; repeated int32 a = "
                                "2; map<string, bytes> m = 3; }");
  // What is loaded for the schemas themselves is there now.
  static_cast<void>(problem(avro, "\2x\1\1"));
  static_cast<void>(problem(json, "{}"));
  static_cast<void>(problem(proto, "\0\x0a\x05x"s));
  const auto before = memoryPeak();

  // Lengths and counts of 2^62 where a few bytes are.
  const auto huge = "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"s;
  EXPECT_THAT(problem(avro, huge), HasSubstr("a length of"));
  EXPECT_THAT(problem(avro, "\0"s + huge), HasSubstr("cannot be"));
  EXPECT_THAT(problem(avro, "\0\0"s + huge), HasSubstr("cannot be"));
  EXPECT_THAT(problem(proto, "\0\x0a\xff\xff\xff\xff\x07"s), HasSubstr("are no R"));
  EXPECT_THAT(problem(proto, "\0\x12\xff\xff\xff\x7f"s), HasSubstr("are no R"));
  EXPECT_THAT(problem(proto, "\0\x1a\xff\xff\xff\x7f"s), HasSubstr("are no R"));
  EXPECT_THAT(problem(proto, "\xfe\xff\xff\xff\x0f"s), HasSubstr("message index"));
  EXPECT_THAT(problem(proto, "\2\x7e"s), HasSubstr("message index 63 is none"));
  // Cut off anywhere.
  std::string good;
  must(serde_.encode(avro, R"({"s":"text","a":[null,null],"m":{"k":"v"}})", good));
  for (std::size_t i = 5; i < good.size(); ++i) {
    EXPECT_THAT(problem(avro, good.substr(5, i - 5)), Not(HasSubstr("no error"))) << i;
  }
  EXPECT_THAT(problem(json, R"({"s":"te)"), HasSubstr("no JSON"));
  EXPECT_THAT(problem(json, R"({"s":7})"), HasSubstr("/s"));
  EXPECT_THAT(problem(json, "\xff\xfe"), HasSubstr("no JSON"));
  EXPECT_THAT(problem(json, ""), HasSubstr("no JSON"));
  EXPECT_LT(memoryPeak() - before, 32) << "MiB";
}

TEST_F(RegistryLimits, AnIdThatNobodyGaveOutIsNotFound) {
  for (const auto* const id : {"\x7f\xff\xff\xff", "\xff\xff\xff\xff"}) {
    const auto decoded = serde_.decode("\0"s + id + "rest");
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().code, ErrorCode::kSchemaNotFound);
    const auto typed = EventDecoder(registry_).decodeAs<Typing>("\0"s + id + "rest");
    ASSERT_FALSE(typed);
    EXPECT_THAT(typed.error().message, HasSubstr("schema not found"));
    EXPECT_EQ(notDecoded(typed.error()).kind(), HandlerResult::Kind::kReject);
  }
}

TEST_F(RegistryLimits, DeletingIsSoftFirstAndThenForGood) {
  const auto subject = uniqueTopic("subject");
  const int id = must(registry_->registerSchema(subject, {.text = R"("string")"}));
  const auto early = registry_->deleteSubject(subject, true);
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(early.error().message, HasSubstr("soft deleted first"));
  EXPECT_THAT(must(registry_->deleteSubject(subject)), Contains(1));
  EXPECT_THAT(must(registry_->subjects()), Not(Contains(subject)));
  EXPECT_THAT(must(registry_->subjects(true)), Contains(subject));
  // Records that are there stay readable.
  EXPECT_TRUE(registryAt(testSettings().schemaRegistry.url)->byId(id));
  must(registry_->deleteSubject(subject, true));
  EXPECT_THAT(must(registry_->subjects(true)), Not(Contains(subject)));
  const auto again = registry_->deleteSubject(subject);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kSchemaNotFound);
}

TEST_F(RegistryLimits, ModesAreAskedAndSet) {
  const auto subject = uniqueTopic("subject");
  must(registry_->registerSchema(subject, {.text = R"("string")"}));
  EXPECT_EQ(must(registry_->mode()), RegistryMode::kReadWrite);
  EXPECT_EQ(must(registry_->mode(subject)), RegistryMode::kReadWrite);
  must(registry_->setMode(RegistryMode::kReadWrite));
  EXPECT_EQ(must(registry_->compatibility()), Compatibility::kNone) << "Apicurio's own";
}

FakeResponse subjectsOr(const FakeRequest& request, FakeResponse other) {
  return request.target.starts_with("/subjects?") ? FakeResponse{.body = "[]"} : std::move(other);
}

TEST(RegistryModes, AreAskedAndSetForASubjectOrForAll) {
  std::mutex mutex;
  std::string all = "READWRITE";
  std::string one;
  const FakeHttpServer server([&](const FakeRequest& request) {
    const std::lock_guard lock(mutex);
    const bool ofOne = request.target.starts_with("/mode/a%2Fb");
    if (request.method == "PUT") {
      (ofOne ? one : all) = boost::json::parse(request.body).at("mode").as_string();
      return FakeResponse{.body = request.body};
    }
    if (ofOne && one.empty()) {
      return subjectsOr(request,
                        {.status = 404, .body = R"({"error_code":40409,"message":"no mode"})"});
    }
    return subjectsOr(request, {.body = fmt::format(R"({{"mode":"{}"}})", ofOne ? one : all)});
  });
  const auto registry = registryAt(server.url());
  EXPECT_EQ(must(registry->mode()), RegistryMode::kReadWrite);
  EXPECT_EQ(must(registry->mode("a/b")), RegistryMode::kReadWrite) << "that of all";
  must(registry->setMode(RegistryMode::kImport, "a/b"));
  EXPECT_EQ(must(registry->mode("a/b")), RegistryMode::kImport);
  must(registry->setMode(RegistryMode::kReadOnly));
  EXPECT_EQ(must(registry->mode()), RegistryMode::kReadOnly);
}

TEST(RegistryFailures, ADeleteIsNotRepeated) {
  std::atomic<int> deletes = 0;
  const FakeHttpServer server([&](const FakeRequest& request) {
    deletes += request.method == "DELETE" ? 1 : 0;
    return subjectsOr(request, {.status = 503, .body = "later", .contentType = "text/plain"});
  });
  const auto registry = registryAt(server.url(), {.deadline = Milliseconds{1'000}});
  const auto failed = registry->deleteSubject("s");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(deletes, 1);
}

TEST(RegistryFailures, FiveHundredsAreRetriableUntilTheDeadlineAndToldWithTheAddress) {
  for (const int status : {500, 502, 503, 504, 429}) {
    std::atomic<int> asked = 0;
    const FakeHttpServer server([&](const FakeRequest& request) {
      asked += request.target.starts_with("/schemas/") ? 1 : 0;
      return subjectsOr(
          request, {.status = status, .body = "<html>oops</html>", .contentType = "text/html"});
    });
    const auto registry = registryAt(server.url(), {.deadline = Milliseconds{600}});
    const auto failed = registry->byId(7);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, ErrorCode::kUnavailable);
    EXPECT_TRUE(failed.error().retriable);
    EXPECT_THAT(failed.error().message,
                testing::AllOf(HasSubstr(server.url()), HasSubstr(std::to_string(status))));
    EXPECT_GT(asked, 1);
    EXPECT_EQ(notDecoded(failed.error()).kind(), HandlerResult::Kind::kRetry);
  }
}

TEST(RegistryFailures, OneThatTakesTenSecondsHoldsNobodyLongerThanItsDeadline) {
  std::mutex mutex;
  std::condition_variable over;
  bool done = false;
  const FakeHttpServer server([&](const FakeRequest& request) {
    if (!request.target.starts_with("/subjects?")) {
      std::unique_lock lock(mutex);
      over.wait_for(lock, std::chrono::seconds{10}, [&] { return done; });
    }
    return subjectsOr(request, {.body = R"({"schema":"\"string\""})"});
  });
  const auto registry = registryAt(
      server.url(), {.requestTimeout = Milliseconds{300}, .deadline = Milliseconds{800}});
  const auto from = std::chrono::steady_clock::now();
  const auto slow = registry->byId(7);
  const auto took = std::chrono::steady_clock::now() - from;
  {
    const std::lock_guard lock(mutex);
    done = true;
  }
  over.notify_all();
  ASSERT_FALSE(slow);
  EXPECT_EQ(slow.error().code, ErrorCode::kTimeout);
  EXPECT_TRUE(slow.error().retriable);
  EXPECT_THAT(slow.error().message, HasSubstr(server.url()));
  EXPECT_LT(took, std::chrono::seconds{5});
}

TEST(RegistryFailures, AnAnswerWithoutEndIsCutOff) {
  const FakeHttpServer server([](const FakeRequest& request) {
    return subjectsOr(request, {.body = "\"" + std::string(33UL * 1024 * 1024, 'x') + "\""});
  });
  const auto failed = registryAt(server.url())->byId(7);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::kInternal);
  EXPECT_THAT(failed.error().message, HasSubstr("more than 32 MiB"));
}

TEST(RegistryFailures, ItsSchemaMayBeWrongAndIsToldWithItsId) {
  const FakeHttpServer server([](const FakeRequest& request) {
    const bool avro = request.target == "/schemas/ids/1";
    const bool json = request.target == "/schemas/ids/2";
    return subjectsOr(
        request,
        {.body = avro   ? R"({"schema":"{\"type\":\"record\"}"})"
                 : json ? R"({"schemaType":"JSON","schema":"{\"allOf\":[{\"$ref\":\"#\"}]}"})"
                        : R"({"schemaType":"PROTOBUF","schema":"message {"})"});
  });
  const std::shared_ptr<SchemaRegistry> registry = registryAt(server.url());
  SchemaSerde serde(registry);
  const EventDecoder decoder(registry);
  for (const char id : {'\1', '\2', '\3'}) {
    const auto value = "\0\0\0\0"s + id + "{}"s;
    for (const auto& error :
         {serde.decode(value).error(), decoder.decode("typing", value).error()}) {
      EXPECT_EQ(error.code, ErrorCode::kInvalidArgument);
      EXPECT_THAT(error.message, HasSubstr(fmt::format("schema {}", static_cast<int>(id))));
      EXPECT_FALSE(error.retriable);
    }
  }
}

}  // namespace
}  // namespace caas::kafka::test
