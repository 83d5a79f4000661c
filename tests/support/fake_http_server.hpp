#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace caas::kafka::test {

struct FakeRequest {
  std::string method;
  std::string target;
  std::string authorization{};
  std::string body{};
};

struct FakeResponse {
  int status = 200;
  std::string body{};
  std::string contentType = "application/vnd.schemaregistry.v1+json";
  /// Written as it is, instead of an HTTP answer.
  std::string raw{};
};

/// What a server shows of itself, as PEM.
struct FakeIdentity {
  std::string certificate;
  std::string key;
};

/// An HTTP server on 127.0.0.1 whose answers a test decides, for what a real one never does on
/// demand; with an identity it speaks TLS. The handler is called from several threads, one for each
/// connection.
class FakeHttpServer {
 public:
  explicit FakeHttpServer(std::function<FakeResponse(const FakeRequest&)> handler,
                          std::optional<FakeIdentity> identity = std::nullopt);
  ~FakeHttpServer();
  FakeHttpServer(const FakeHttpServer&) = delete;
  FakeHttpServer& operator=(const FakeHttpServer&) = delete;

  [[nodiscard]] std::string url() const;
  [[nodiscard]] int port() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// An address where nothing listens.
[[nodiscard]] std::string deadUrl();

}  // namespace caas::kafka::test
