#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "caas/kafka/clock.hpp"
#include "caas/kafka/result.hpp"

namespace caas::kafka::schema {

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::string body{};
  std::vector<std::string> headers{};  ///< "Name: value"
  Milliseconds timeout{10'000};        ///< from connecting to the last byte
};

struct HttpResponse {
  long status = 0;
  std::string contentType{};
  std::string body{};
};

struct HttpCredentials {
  std::string username{};
  std::string password{};
  std::string bearerToken{};
  std::filesystem::path caLocation{};  ///< empty: the system's certificates
};

/// A client of HTTP and HTTPS over libcurl that keeps connections open. Redirects are not followed:
/// credentials stay with the address that they were given for. Thread-safe; a call blocks.
class HttpClient {
 public:
  explicit HttpClient(HttpCredentials credentials);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// Longest answer that is taken.
  static constexpr std::size_t kMaxBody = 32UL * 1024 * 1024;

  /// Any answer is a value, also 500. Errors, retriable: kUnavailable (nothing listens, the name is
  /// unknown, the connection broke), kTimeout. Not retriable: kAuthentication (TLS refused),
  /// kInternal (an answer that is no HTTP or longer than kMaxBody).
  [[nodiscard]] Result<HttpResponse> perform(const HttpRequest& request);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// A word as a part of a URL's path (RFC 3986: all but unreserved characters as %XX).
[[nodiscard]] std::string urlEncoded(std::string_view text);

}  // namespace caas::kafka::schema
