// The registry client against a real registry, and against what a real one never does on demand.
#include <atomic>
#include <cstdlib>
#include <thread>
#include <vector>

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "caas/kafka/schema_serde.hpp"
#include "core/meters.hpp"
#include "support/cluster.hpp"
#include "support/fake_http_server.hpp"

namespace caas::kafka::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kV1[] =
    R"({"type":"record","name":"User","namespace":"t","fields":[{"name":"id","type":"long"}]})";
constexpr char kV2[] =
    R"({"type":"record","name":"User","namespace":"t","fields":[{"name":"id","type":"long"},)"
    R"({"name":"name","type":"string","default":""}]})";
constexpr char kBreaking[] =
    R"({"type":"record","name":"User","namespace":"t","fields":[{"name":"id","type":"long"},)"
    R"({"name":"mail","type":"string"}]})";

std::unique_ptr<SchemaRegistry> registryAt(std::string url, SchemaRegistryOptions options = {}) {
  SchemaRegistrySettings settings;
  settings.url = std::move(url);
  return must(SchemaRegistry::create(settings, options));
}

/// On the registry that the cluster started.
class Registry : public ::testing::Test {
 protected:
  Registry()
      : registry_(registryAt(testSettings().schemaRegistry.url)),
        subject_(uniqueTopic("subject")) {}

  std::shared_ptr<SchemaRegistry> registry_;
  std::string subject_;
};

TEST_F(Registry, VersionsAreRegisteredFoundAndDeleted) {
  const SchemaText first{.text = kV1};
  const int id = must(registry_->registerSchema(subject_, first));
  EXPECT_EQ(must(registry_->registerSchema(subject_, first)), id);
  const int second = must(registry_->registerSchema(subject_, {.text = kV2}));
  EXPECT_NE(second, id);
  EXPECT_THAT(must(registry_->subjects()), Contains(subject_));
  EXPECT_THAT(must(registry_->versions(subject_)), ElementsAre(1, 2));
  const auto latest = must(registry_->latest(subject_));
  EXPECT_EQ(latest.version, 2);
  EXPECT_EQ(latest.id, second);
  EXPECT_EQ(latest.schema.type, SchemaType::kAvro);
  EXPECT_EQ(must(registry_->version(subject_, 1)).id, id);
  EXPECT_THAT(must(registry_->byId(id))->text, HasSubstr("User"));
  EXPECT_EQ(must(registry_->lookUp(subject_, first)).version, 1);

  must(registry_->deleteVersion(subject_, 1));
  EXPECT_THAT(must(registry_->versions(subject_)), ElementsAre(2));
  EXPECT_THAT(must(registry_->deleteSubject(subject_)), Contains(2));
  EXPECT_THAT(must(registry_->subjects()), Not(Contains(subject_)));
  const auto gone = registry_->latest(subject_);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, ErrorCode::kSchemaNotFound);
}

TEST_F(Registry, ABreakingChangeIsRefusedWithTheReason) {
  must(registry_->registerSchema(subject_, {.text = kV1}));
  must(registry_->setCompatibility(Compatibility::kBackward, subject_));
  EXPECT_EQ(must(registry_->compatibility(subject_)), Compatibility::kBackward);
  EXPECT_TRUE(must(registry_->check(subject_, {.text = kV2})).compatible);
  const auto verdict = must(registry_->check(subject_, {.text = kBreaking}));
  // Apicurio gives its reasons only when it refuses to register.
  EXPECT_FALSE(verdict.compatible);
  const auto refused = registry_->registerSchema(subject_, {.text = kBreaking});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(refused.error().message, HasSubstr("not compatible"));
  EXPECT_THAT(refused.error().message, HasSubstr("mail"));
  // And without the registry, with the path.
  const auto ours = must(checkCompatibility(Compatibility::kBackward, {.text = kBreaking},
                                            {must(registry_->version(subject_, 1))}));
  EXPECT_FALSE(ours.compatible);
  ASSERT_EQ(ours.reasons.size(), 1U);
  EXPECT_THAT(ours.reasons[0], HasSubstr("mail"));
  // A subject that does not exist takes anything.
  EXPECT_TRUE(must(registry_->check(subject_ + "-new", {.text = kV1})).compatible);
}

TEST_F(Registry, WhatIsNotThereIsNamed) {
  const auto subject = registry_->versions("no-such-subject");
  ASSERT_FALSE(subject);
  EXPECT_EQ(subject.error().code, ErrorCode::kSchemaNotFound);
  EXPECT_THAT(subject.error().message, HasSubstr("schema not found: subject 'no-such-subject'"));
  EXPECT_THAT(subject.error().message, HasSubstr(registry_->urls()));
  const auto id = registry_->byId(2'000'000'000);
  ASSERT_FALSE(id);
  EXPECT_EQ(id.error().code, ErrorCode::kSchemaNotFound);
  EXPECT_THAT(id.error().message, HasSubstr("id 2000000000"));
  const auto invalid = registry_->registerSchema(subject_, {.text = "{\"type\":\"nonsense\"}"});
  ASSERT_FALSE(invalid);
  EXPECT_EQ(invalid.error().code, ErrorCode::kInvalidArgument);
}

TEST_F(Registry, ValuesOfEveryTypeComeBack) {
  SchemaSerde serde(registry_);
  const auto through = [&](const SchemaText& schema, std::string_view json) {
    const int id = must(registry_->registerSchema(uniqueTopic("subject"), schema));
    std::string bytes;
    must(serde.encode(id, json, bytes));
    EXPECT_TRUE(isFramed(bytes));
    const auto decoded = must(serde.decode(bytes));
    EXPECT_EQ(decoded.schemaId, id);
    EXPECT_EQ(decoded.type, schema.type);
    return decoded.json;
  };
  EXPECT_EQ(through({.text = kV2}, R"({"id":7,"name":"ä"})"), R"({"id":7,"name":"ä"})");
  EXPECT_EQ(through({.type = SchemaType::kJson,
                     .text = R"({"type":"object","properties":{"id":{"type":"integer"}}})"},
                    R"({"id":7})"),
            R"({"id":7})");
  EXPECT_EQ(
      through({.type = SchemaType::kProtobuf,
               .text = "syntax = \"proto3\"; message User { int64 id = 1; string name = 2; }"},
              R"({"id":7,"name":"ä"})"),
      R"({"id":"7","name":"ä"})");
  EXPECT_EQ(serde.decode("{}").error().code, ErrorCode::kInvalidArgument);
}

TEST_F(Registry, ReferencesAreFollowed) {
  const auto user = subject_ + "-user";
  must(registry_->registerSchema(user, {.text = kV1}));
  const SchemaText room{
      .text =
          R"({"type":"record","name":"Room","namespace":"t","fields":[{"name":"owner","type":"t.User"}]})",
      .references = {{"t.User", user, 1}}};
  const int id = must(registry_->registerSchema(subject_, room));
  SchemaSerde serde(registry_);
  std::string bytes;
  must(serde.encode(id, R"({"owner":{"id":7}})", bytes));
  EXPECT_EQ(must(serde.decode(bytes)).json, R"({"owner":{"id":7}})");
  EXPECT_EQ(bytes.substr(5), "\x0e");
}

// ---- what a real registry never does on demand

FakeResponse subjectsOr(const FakeRequest& request, FakeResponse other) {
  return request.target.starts_with("/subjects?") ? FakeResponse{.body = "[]"} : std::move(other);
}

TEST(RegistryClient, AHundredThreadsThatAskForTheSameMakeOneRequest) {
  std::atomic<int> asked = 0;
  const FakeHttpServer server([&](const FakeRequest& request) {
    if (request.target.starts_with("/schemas/ids/")) {
      ++asked;
      std::this_thread::sleep_for(std::chrono::milliseconds{200});
    }
    return subjectsOr(request, {.body = R"({"schema":"\"string\""})"});
  });
  const auto registry = registryAt(server.url());
  std::vector<std::jthread> threads;
  std::atomic<int> good = 0;
  for (int i = 0; i < 100; ++i) {
    threads.emplace_back([&] { good += registry->byId(7) ? 1 : 0; });
  }
  threads.clear();
  EXPECT_EQ(good, 100);
  EXPECT_EQ(asked, 1);
}

TEST(RegistryClient, NotFoundIsBelievedForAWhile) {
  std::atomic<int> asked = 0;
  const FakeHttpServer server([&](const FakeRequest& request) {
    asked += request.target.starts_with("/schemas/ids/") ? 1 : 0;
    return subjectsOr(
        request, {.status = 404, .body = R"({"error_code":40403,"message":"Schema not found"})"});
  });
  const auto registry = registryAt(server.url(), {.missingFor = Milliseconds{300}});
  for (int i = 0; i < 10; ++i) {
    const auto missing = registry->byId(7);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, ErrorCode::kSchemaNotFound);
  }
  EXPECT_EQ(asked, 1);
  std::this_thread::sleep_for(std::chrono::milliseconds{350});
  EXPECT_FALSE(registry->byId(7));
  EXPECT_EQ(asked, 2);
}

TEST(RegistryClient, CallsAreCountedByTheirResult) {
  const auto counted = [](const std::string& result) {
    const auto report = meters::processMeters().report();
    const auto& calls = report.of(meters::Metric::kRegistryRequests);
    const auto found = calls.find(std::vector<std::string>{result});
    return found == calls.end() ? 0 : found->second.number;
  };
  const FakeHttpServer server([&](const FakeRequest& request) {
    const bool there = request.target.starts_with("/schemas/ids/7");
    return subjectsOr(request,
                      there ? FakeResponse{.body = R"({"schema":"\"string\""})"}
                            : FakeResponse{.status = 404, .body = R"({"error_code":40403})"});
  });
  const auto good = counted("ok");
  const auto missing = counted("schema_not_found");
  {
    const auto registry = registryAt(server.url());
    EXPECT_TRUE(registry->byId(7));
    EXPECT_FALSE(registry->byId(8));
  }
  EXPECT_EQ(counted("ok"), good + 1);
  EXPECT_EQ(counted("schema_not_found"), missing + 1);
}

TEST(RegistryClient, FailuresAreRepeatedUntilItAnswers) {
  std::atomic<int> asked = 0;
  const FakeHttpServer server([&](const FakeRequest& request) {
    const bool ids = request.target.starts_with("/schemas/ids/");
    if (ids && ++asked < 3) {
      return FakeResponse{.status = 503, .body = "try later", .contentType = "text/plain"};
    }
    return subjectsOr(request, {.body = R"({"schema":"\"string\""})"});
  });
  const auto registry = registryAt(server.url());
  EXPECT_EQ(must(registry->byId(7))->text, "\"string\"");
  EXPECT_EQ(asked, 3);
}

TEST(RegistryClient, ADeadOneMakesWayForTheNext) {
  const FakeHttpServer server([&](const FakeRequest& request) {
    return subjectsOr(request, {.body = R"({"schema":"\"string\""})"});
  });
  const auto registry = registryAt(deadUrl() + "," + server.url());
  EXPECT_TRUE(registry->byId(7));
  EXPECT_TRUE(registry->ping(Milliseconds{1'000}) ||
              registry->ping(Milliseconds{1'000}).error().code == ErrorCode::kInternal);
}

TEST(RegistryClient, DownIsRetriableAndWhatIsCachedGoesOn) {
  auto server = std::make_unique<FakeHttpServer>([&](const FakeRequest& request) {
    return subjectsOr(request, {.body = R"({"schema":"\"string\""})"});
  });
  const auto registry = registryAt(server->url(), {.deadline = Milliseconds{600}});
  ASSERT_TRUE(registry->byId(7));
  server.reset();
  EXPECT_TRUE(registry->byId(7));
  const auto unknown = registry->byId(8);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::kUnavailable);
  EXPECT_TRUE(unknown.error().retriable);
  EXPECT_THAT(unknown.error().describe(), HasSubstr("SCHEMA_REGISTRY_URL"));
}

TEST(RegistryClient, ASlowOneEndsAtTheDeadline) {
  const FakeHttpServer server([&](const FakeRequest& request) {
    if (request.target.starts_with("/schemas/")) {
      std::this_thread::sleep_for(std::chrono::seconds{2});
    }
    return subjectsOr(request, {.body = "{}"});
  });
  const auto registry = registryAt(
      server.url(), {.requestTimeout = Milliseconds{300}, .deadline = Milliseconds{700}});
  const auto from = std::chrono::steady_clock::now();
  const auto slow = registry->byId(7);
  EXPECT_LT(std::chrono::steady_clock::now() - from, std::chrono::seconds{2});
  ASSERT_FALSE(slow);
  EXPECT_EQ(slow.error().code, ErrorCode::kTimeout);
  EXPECT_TRUE(slow.error().retriable);
}

TEST(RegistryClient, GarbageIsToldAndNothingCrashes) {
  const std::vector<FakeResponse> answers{
      {.body = "<html>login</html>", .contentType = "text/html"},
      {.body = "[]"},
      {.body = R"({"schema":7})"},
      {.body = R"({"schema":"\"string\"","schemaType":"XML"})"},
      {.body = R"({"schema":"\"string\"","references":[{"name":1}]})"},
      {.body = std::string(100'000, '[')},
      {.body = ""},
      {.status = 302, .body = ""},
      {.status = 418, .body = "teapot", .contentType = "text/plain"}};
  for (const auto& answer : answers) {
    const FakeHttpServer server(
        [&](const FakeRequest& request) { return subjectsOr(request, answer); });
    const auto garbage = registryAt(server.url())->byId(7);
    ASSERT_FALSE(garbage) << answer.body.substr(0, 60);
    EXPECT_FALSE(garbage.error().retriable) << garbage.error().describe();
  }
  const FakeHttpServer raw([](const FakeRequest&) { return FakeResponse{.raw = "SSH-2.0-x\r\n"}; });
  EXPECT_FALSE(registryAt(raw.url(), {.deadline = Milliseconds{500}})->byId(7));
}

TEST(RegistryClient, CredentialsGoAlongAndARefusalIsTold) {
  const FakeHttpServer server([](const FakeRequest& request) {
    if (request.authorization != "Bearer s3cret" && request.authorization != "Basic dTpw") {
      return FakeResponse{.status = 401, .body = R"({"error_code":401,"message":"who are you"})"};
    }
    return subjectsOr(request, {.body = R"({"schema":"\"string\""})"});
  });
  EXPECT_EQ(registryAt(server.url())->byId(7).error().code, ErrorCode::kAuthentication);
  SchemaRegistrySettings token;
  token.url = server.url();
  token.token = Secret("s3cret");
  EXPECT_TRUE(must(SchemaRegistry::create(token))->byId(7));
  SchemaRegistrySettings user;
  user.url = server.url();
  user.username = "u";
  user.password = Secret("p");
  EXPECT_TRUE(must(SchemaRegistry::create(user))->byId(7));
}

}  // namespace
}  // namespace caas::kafka::test
