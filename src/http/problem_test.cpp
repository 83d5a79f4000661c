#include "http/problem.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "core/errors.hpp"
#include "http/body_check.hpp"

namespace caas::kafka::http {
namespace {

TEST(Problem, IsADocumentWithTheRemedy) {
  const auto response = toResponse(errors::tenantNotFound("acme"), "req-1");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.headers.get("content-type"), "application/problem+json");
  const auto document = boost::json::parse(response.content());
  EXPECT_EQ(document.at("type"), "urn:caas-kafka:problem:tenant_not_found");
  EXPECT_EQ(document.at("title"), "Not Found");
  EXPECT_EQ(document.at("status"), 404);
  EXPECT_EQ(document.at("instance"), "req-1");
  EXPECT_EQ(document.at("code"), "tenant_not_found");
  EXPECT_FALSE(document.at("hint").as_string().empty());
  EXPECT_EQ(document.at("retriable"), false);
  const auto check = BodyCheck::compile(problemSchema());
  ASSERT_TRUE(check) << check.error().message;
  EXPECT_EQ(check->problemWith(document), std::nullopt);
}

TEST(Problem, WhatPassesSaysWhenToComeBack) {
  const auto full = toResponse(errors::queueFull(1, 2, Milliseconds{3}), "r");
  EXPECT_EQ(full.status, 503);
  EXPECT_EQ(full.headers.get("Retry-After"), "1");
  EXPECT_EQ(toResponse(problems::draining(), "r").headers.get("Retry-After"), "1");
  EXPECT_EQ(toResponse(problems::notFound("/x"), "r").headers.get("Retry-After"), std::nullopt);
}

TEST(Problem, EveryCodeHasAStatus) {
  for (int code = 0; code <= static_cast<int>(ErrorCode::kInternal); ++code) {
    const int status = statusOf(static_cast<ErrorCode>(code));
    EXPECT_GE(status, 400) << toString(static_cast<ErrorCode>(code));
    EXPECT_LT(status, 600);
  }
}

}  // namespace
}  // namespace caas::kafka::http
