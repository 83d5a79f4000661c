// The registry client over TLS: whom it trusts, and what goes along.
#include <atomic>
#include <filesystem>
#include <fstream>
#include <mutex>

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "caas/kafka/schema_registry.hpp"
#include "support/cluster.hpp"
#include "support/fake_http_server.hpp"
#include "support/registry_certificate.hpp"

namespace caas::kafka::test {
namespace {

using ::testing::HasSubstr;

class RegistryOverTls : public ::testing::Test {
 protected:
  RegistryOverTls() : folder_(::testing::TempDir() + "/" + uniqueTopic("tls")) {
    std::filesystem::create_directories(folder_);
    write("ca.pem", identity_.certificate);
    settings_.url = server_.url();
    settings_.caLocation = folder_ / "ca.pem";
  }
  ~RegistryOverTls() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
  }
  void demand(std::string authorization) {
    const std::lock_guard lock(mutex_);
    authorization_ = std::move(authorization);
  }
  FakeResponse answer(const FakeRequest& request) {
    ++asked_;
    const std::lock_guard lock(mutex_);
    if (!authorization_.empty() && request.authorization != authorization_) {
      return {.status = 401, .body = R"({"error_code":401,"message":"who are you"})"};
    }
    return {.body = request.target.starts_with("/subjects?") ? "[]" : R"({"schema":"\"string\""})"};
  }
  /// nullopt: it answered.
  std::optional<Error> failure() const {
    const auto registry = must(SchemaRegistry::create(settings_));
    const auto answer = registry->byId(7);
    return answer ? std::nullopt : std::optional(answer.error());
  }
  void expectNotTrusted() const {
    const auto error = failure();
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, ErrorCode::kAuthentication);
    EXPECT_FALSE(error->retriable);
    EXPECT_THAT(error->message, HasSubstr(settings_.url));
    EXPECT_THAT(error->hint, HasSubstr("SCHEMA_REGISTRY_CA_LOCATION"));
    EXPECT_EQ(asked_, 0) << "nothing is sent to whom we do not trust";
  }

  std::filesystem::path folder_;
  FakeIdentity identity_ = selfSigned("registry");
  std::atomic<int> asked_ = 0;
  std::mutex mutex_;
  std::string authorization_;
  FakeHttpServer server_{[this](const FakeRequest& request) { return answer(request); }, identity_};
  SchemaRegistrySettings settings_;
};

TEST_F(RegistryOverTls, ACertificateThatIsTrustedIsTaken) { EXPECT_EQ(failure(), std::nullopt); }

TEST_F(RegistryOverTls, CredentialsGoAlong) {
  demand("Bearer s3cret");
  EXPECT_EQ(failure()->code, ErrorCode::kAuthentication);
  settings_.token = Secret("s3cret");
  EXPECT_EQ(failure(), std::nullopt);
  demand("Basic dTpw");
  settings_.token = Secret();
  settings_.username = "u";
  settings_.password = Secret("p");
  EXPECT_EQ(failure(), std::nullopt);
}

TEST_F(RegistryOverTls, OneThatNobodyVouchesForIsNot) {
  settings_.caLocation.clear();
  expectNotTrusted();
}

TEST_F(RegistryOverTls, SomebodyElsesIsNot) {
  write("other.pem", selfSigned("other").certificate);
  settings_.caLocation = folder_ / "other.pem";
  expectNotTrusted();
}

TEST_F(RegistryOverTls, OneForAnotherNameIsNot) {
  settings_.url = fmt::format("https://localhost:{}", server_.port());
  expectNotTrusted();
}

TEST_F(RegistryOverTls, AnAuthorityThatIsNotThereIsNamed) {
  settings_.caLocation = folder_ / "missing.pem";
  const auto error = failure();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, ErrorCode::kAuthentication);
  EXPECT_THAT(error->describe(), HasSubstr("missing.pem"));
}

TEST_F(RegistryOverTls, AServerWithoutTlsIsToldFromOneThatIsDown) {
  const FakeHttpServer plain([](const FakeRequest&) { return FakeResponse{.body = "[]"}; });
  settings_.url = fmt::format("https://127.0.0.1:{}", plain.port());
  const auto error = failure();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, ErrorCode::kAuthentication);
  EXPECT_THAT(error->message, HasSubstr("TLS"));
}

TEST_F(RegistryOverTls, OneThatIsNotTrustedDoesNotMakeWayForTheNext) {
  // Failing over would hide that somebody stands in between.
  const FakeHttpServer stranger([](const FakeRequest&) { return FakeResponse{.body = "[]"}; },
                                selfSigned("stranger"));
  const auto good = settings_.url;
  settings_.url = stranger.url() + "," + good;
  const auto error = failure();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, ErrorCode::kAuthentication);
  EXPECT_EQ(asked_, 0);
  settings_.url = deadUrl() + "," + good;
  EXPECT_EQ(failure(), std::nullopt);
}

}  // namespace
}  // namespace caas::kafka::test
