// The API's resources over a real daemon, cluster and registry.
#include "support/http_api.hpp"

#include <algorithm>
#include <set>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "http/api.hpp"
#include "http/body_check.hpp"
#include "http_fixture.hpp"
#include "support/dlq_seed.hpp"

namespace caas::kafka::test {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;

constexpr const char* kJsonType = "Content-Type: application/json\r\n";
constexpr const char* kNdjsonType = "Content-Type: application/x-ndjson\r\n";

class HttpApi : public HttpDaemon {
 protected:
  void startReady() {
    start({}, nullptr);
    ASSERT_TRUE(daemon().waitForOutput("\"ready\"", Milliseconds{90'000})) << daemon().err();
    ASSERT_TRUE(eventually(Milliseconds{60'000},
                           [&] { return get(api, "/v1/topics?limit=1").status == 200; }));
  }
  RawAnswer send(std::string_view method, std::string_view path, std::string_view headers = {},
                 std::string_view body = {}) {
    RawClient client(api, nullptr, RawClient::Time{120'000});
    client.request(fmt::format("{} {} HTTP/1.1", method, path), headers, body);
    return client.answer().value_or(RawAnswer{});
  }
  json::value getJson(std::string_view path) {
    const auto answer = get(api, path);
    EXPECT_EQ(answer.status, 200) << path << ": " << answer.body;
    return json::parse(answer.body);
  }
  json::value postJson(std::string_view path, std::string_view body, int status = 200) {
    const auto answer = send("POST", path, kJsonType, body);
    EXPECT_EQ(answer.status, status) << path << ": " << answer.body;
    return json::parse(answer.body);
  }
  /// A tenant of its own with five messages in two conversations.
  std::string tenantWithMessages(std::string_view hint) {
    auto id = uniqueTenant(hint);
    EXPECT_EQ(send("PUT", "/v1/tenants/" + id).status, 201);
    std::string lines;
    for (int i = 0; i < 5; ++i) {
      lines +=
          fmt::format(R"({{"conversationId":"c{}","userId":"u","text":"m {}"}})", i % 2, i) + "\n";
    }
    const auto answer = send("POST", "/v1/tenants/" + id + "/events/message", kNdjsonType, lines);
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(std::ranges::count(answer.body, '\n'), 5);
    return id;
  }
  void remove(const std::string& tenant) {
    const auto gone = send("DELETE", "/v1/tenants/" + tenant + "?confirm=" + tenant);
    EXPECT_EQ(gone.status, 200) << gone.body;
  }
};

/// Every GET of JSON, with names that exist, answers as its own description says.
TEST_F(HttpApi, EveryAnswerIsAsTheDescriptionSays) {
  startReady();
  const auto tenant = tenantWithMessages("api-all");
  const auto topic = "chat.messages." + tenant;
  const auto group = uniqueTopic("api-group");
  seedDlq(topic, group, 2);
  {
    auto reader = must(RecordReader::open(testSettings(), {.topics = {topic}, .group = group}));
    must(reader->poll(Milliseconds{20'000}));
    must(reader->commit());
    must(reader->close());
  }
  postJson("/v1/schemas/" + tenant + "-value/versions", R"({"type":"AVRO","schema":"\"string\""})",
           201);
  ASSERT_TRUE(eventually(Milliseconds{60'000}, [&] {
    return get(api, "/v1/groups/" + group + "/lag?refresh=true").status == 200;
  }));
  const auto dead = getJson("/v1/dlq?group=" + group);
  const std::string entry(dead.at("items").at(0).at("id").as_string());
  const auto job =
      postJson("/v1/dlq/jobs",
               fmt::format(R"({{"action":"redrive","filter":{{"group":"{}"}}}})", group), 202);

  const std::map<std::string, std::string> named{{"{id}", tenant},
                                                 {"{topic}", topic},
                                                 {"{group}", group},
                                                 {"{version}", "1"},
                                                 {"{subject}", tenant + "-value"}};
  const auto loaded = loadSettings({}, "");
  int checked = 0;
  for (const auto& route : http::apiRoutes(apiWithoutKafka(*loaded))) {
    if (route.method != http::Method::kGet || route.door != http::Door::kApi ||
        route.successes.front().contentType != http::kJson) {
      continue;
    }
    auto path = route.pattern;
    if (path.starts_with("/v1/dlq/entries")) {
      path = "/v1/dlq/entries/" + entry;
    } else if (path.starts_with("/v1/dlq/jobs/")) {
      path = "/v1/dlq/jobs/" + std::string(job.at("id").as_string());
    }
    for (const auto& [name, value] : named) {
      if (const auto at = path.find(name); at != std::string::npos) {
        path.replace(at, name.size(), value);
      }
    }
    SCOPED_TRACE(path);
    const auto answer = get(api, path);
    ASSERT_EQ(answer.status, 200) << answer.body;
    const auto check = must(http::BodyCheck::compile(route.successes.front().schema));
    const auto wrong = check.problemWith(json::parse(answer.body));
    EXPECT_FALSE(wrong) << *wrong << "\n" << answer.body;
    ++checked;
  }
  EXPECT_GE(checked, 18);
  remove(tenant);
  stop();
}

TEST_F(HttpApi, ATenantIsOnboardedPublishedToReadAndRemoved) {
  startReady();
  const auto tenant = tenantWithMessages("api-life");
  EXPECT_EQ(send("PUT", "/v1/tenants/" + tenant).status, 200) << "it is complete already";
  const auto one = postJson("/v1/tenants/" + tenant + "/events/message",
                            R"({"conversationId":"c9","userId":"u","text":"single"})");
  EXPECT_FALSE(one.at("id").as_string().empty());
  const auto page = getJson("/v1/topics/chat.messages." + tenant + "/messages?key=c9");
  ASSERT_EQ(page.at("items").as_array().size(), 1U);
  EXPECT_EQ(page.at("items").at(0).at("value").at("messageId"), one.at("id"));
  const auto preview = getJson("/v1/tenants/" + tenant + "/deletion");
  EXPECT_EQ(preview.at("records").as_int64(), 6);
  remove(tenant);
  EXPECT_EQ(get(api, "/v1/tenants/" + tenant + "?refresh=true").status, 404);
  // Until the producer has heard of it, a broker's answer may be one to try again on.
  RawAnswer late;
  EXPECT_TRUE(eventually(Milliseconds{30'000}, [&] {
    late = send("POST", "/v1/tenants/" + tenant + "/events/message", kJsonType,
                R"({"conversationId":"c","userId":"u","text":"late"})");
    EXPECT_TRUE(late.status == 404 || late.status == 503) << late.status << " " << late.body;
    return late.status == 404;
  })) << late.body;
  EXPECT_EQ(send("PUT", "/v1/tenants/" + tenant).status, 409) << "its name rests for a minute";
  stop();
}

TEST_F(HttpApi, TheTailShowsWhatComes) {
  startReady();
  const auto tenant = tenantWithMessages("api-tail");
  RawClient client(api, nullptr, RawClient::Time{60'000});
  client.request(
      "GET /v1/topics/chat.messages." + tenant + "/messages/tail?contains=wanted HTTP/1.1",
      "Accept: text/event-stream\r\n");
  const auto head = client.answer();
  ASSERT_TRUE(head);
  EXPECT_EQ(head->status, 200);
  for (const auto* text : {"other", "the wanted one"}) {
    postJson("/v1/tenants/" + tenant + "/events/message",
             fmt::format(R"({{"conversationId":"c","userId":"u","text":"{}"}})", text));
  }
  const auto events = client.text("the wanted one");
  ASSERT_TRUE(events) << "nothing came";
  EXPECT_THAT(*events, HasSubstr("event: record"));
  EXPECT_EQ(events->find("\"other\""), std::string::npos);
  client.close();
  remove(tenant);
  stop();
}

TEST_F(HttpApi, APlanIsAppliedOnlyAsItWasShown) {
  startReady();
  const auto tenant = tenantWithMessages("api-plan");
  const auto topic = "presence." + tenant;
  setTopicConfig(topic, "retention.ms", "12345678");
  const auto wanted = fmt::format(R"({{"tenants":["{}"]}})", tenant);
  json::value plan;
  ASSERT_TRUE(eventually(Milliseconds{30'000}, [&] {
    plan = postJson("/v1/topics/plan", wanted);
    return plan.at("changes").as_int64() == 1;
  }));
  const auto applying = [&](std::string_view digest) {
    return send("POST", "/v1/topics/apply", kJsonType,
                fmt::format(R"({{"tenants":["{}"],"digest":"{}"}})", tenant, digest));
  };
  EXPECT_EQ(applying(std::string(64, '0')).status, 409);
  const auto applied = applying(plan.at("digest").as_string());
  ASSERT_EQ(applied.status, 200) << applied.body;
  EXPECT_EQ(json::parse(applied.body).at("altered").as_int64(), 1);
  remove(tenant);
  stop();
}

TEST_F(HttpApi, DeadLettersAreRedrivenByAJobThatIsADryRunUnlessToldOtherwise) {
  startReady();
  const auto tenant = tenantWithMessages("api-dlq");
  const auto group = uniqueTopic("api-dlq");
  seedDlq("chat.messages." + tenant, group, 3);
  const auto run = [&](std::string_view more) {
    const auto begun = postJson(
        "/v1/dlq/jobs",
        fmt::format(R"({{"action":"redrive","filter":{{"group":"{}"}}{}}})", group, more), 202);
    json::value job;
    EXPECT_TRUE(eventually(Milliseconds{60'000}, [&] {
      job = getJson("/v1/dlq/jobs/" + std::string(begun.at("id").as_string()));
      return !job.at("endedAt").is_null();
    }));
    EXPECT_TRUE(job.at("error").is_null()) << json::serialize(job);
    return job;
  };
  const auto open = [&] { return getJson("/v1/dlq?group=" + group).at("matched").as_int64(); };
  EXPECT_EQ(run("").at("done").as_int64(), 3);
  EXPECT_EQ(open(), 3) << "a dry run changes nothing";
  EXPECT_EQ(run(R"(,"dryRun":false)").at("done").as_int64(), 3);
  EXPECT_TRUE(eventually(Milliseconds{30'000}, [&] { return open() == 0; }));
  remove(tenant);
  stop();
}

}  // namespace
}  // namespace caas::kafka::test
