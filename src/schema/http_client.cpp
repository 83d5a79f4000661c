#include "schema/http_client.hpp"

#include <algorithm>
#include <mutex>
#include <string_view>
#include <utility>

#include <curl/curl.h>
#include <fmt/format.h>

#include "core/errors.hpp"
#include "schema/idle_pool.hpp"

namespace caas::kafka::schema {
namespace {

constexpr long kConnectMs = 3'000;

struct EasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using EasyPtr = std::unique_ptr<CURL, EasyDeleter>;

struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using ListPtr = std::unique_ptr<curl_slist, ListDeleter>;

/// Once in a process and before its first thread uses it; never undone, since others may use it
/// too.
void initializeCurl() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

bool isLoopback(std::string_view url) {
  const auto host = url.substr(std::min(url.size(), url.find("://") + 3));
  return host.starts_with("127.") || host.starts_with("localhost") || host.starts_with("[::1]");
}

std::size_t takeBody(const char* data, std::size_t size, std::size_t count, void* to) {
  auto& body = *static_cast<std::string*>(to);
  const std::size_t bytes = size * count;
  if (body.size() + bytes > HttpClient::kMaxBody) {
    return 0;
  }
  body.append(data, bytes);
  return bytes;
}

Error errorOf(CURLcode code, std::string_view detail, const HttpRequest& request) {
  const std::string reason(detail.empty() ? std::string_view(curl_easy_strerror(code)) : detail);
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT: {
      auto error = errors::timeout(request.method + " " + request.url, request.timeout);
      error.hint = "Try again; see whether the schema registry is overloaded";
      return error;
    }
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
      return {.code = ErrorCode::kAuthentication,
              .message = fmt::format("TLS with {} failed: {}", request.url, reason),
              .hint = "SCHEMA_REGISTRY_CA_LOCATION must name the authority of its certificate"};
    case CURLE_WRITE_ERROR:
      return errors::internal(fmt::format("{} answered with more than {} MiB", request.url,
                                          HttpClient::kMaxBody / 1024 / 1024));
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
      return errors::invalidArgument(fmt::format("'{}' is no URL: {}", request.url, reason));
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
      return errors::internal(fmt::format("{} did not answer in HTTP: {}", request.url, reason));
    default:
      return {.code = ErrorCode::kUnavailable,
              .message = fmt::format("{} could not be reached: {}", request.url, reason),
              .hint = "Check that the schema registry runs and that SCHEMA_REGISTRY_URL names it",
              .retriable = true};
  }
}

}  // namespace

class HttpClient::Impl {
 public:
  explicit Impl(HttpCredentials credentials) : credentials_(std::move(credentials)) {
    initializeCurl();
  }

  Result<HttpResponse> perform(const HttpRequest& request) {
    EasyPtr easy = handles_.take([] { return EasyPtr(curl_easy_init()); });
    if (!easy) {
      return fail(errors::internal("libcurl could not be initialized"));
    }
    HttpResponse response;
    ListPtr headers;
    for (const auto& header : request.headers) {
      if (curl_slist* longer = curl_slist_append(headers.get(), header.c_str())) {
        static_cast<void>(headers.release());
        headers.reset(longer);
      }
    }
    char detail[CURL_ERROR_SIZE] = "";
    set(easy.get(), request, headers.get(), response, detail);
    const CURLcode code = curl_easy_perform(easy.get());
    if (code != CURLE_OK) {
      return fail(errorOf(code, detail, request));
    }
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &response.status);
    const char* type = nullptr;
    curl_easy_getinfo(easy.get(), CURLINFO_CONTENT_TYPE, &type);
    response.contentType = type == nullptr ? "" : type;
    handles_.give(std::move(easy));
    return response;
  }

 private:
  void set(CURL* easy, const HttpRequest& request, curl_slist* headers, HttpResponse& response,
           char* detail) const {
    // Keeps the connection, forgets the options.
    curl_easy_reset(easy);
    curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, kConnectMs);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, detail);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, takeBody);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &response.body);
    if (isLoopback(request.url)) {
      // The environment's proxy is for the world outside.
      curl_easy_setopt(easy, CURLOPT_PROXY, "");
    }
    if (request.method != "GET") {
      curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
      if (request.method != "DELETE") {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                         static_cast<curl_off_t>(request.body.size()));
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
      }
    }
    if (!credentials_.caLocation.empty()) {
      curl_easy_setopt(easy, CURLOPT_CAINFO, credentials_.caLocation.c_str());
    }
    if (!credentials_.bearerToken.empty()) {
      curl_easy_setopt(easy, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BEARER));
      curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, credentials_.bearerToken.c_str());
    } else if (!credentials_.username.empty()) {
      curl_easy_setopt(easy, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
      curl_easy_setopt(easy, CURLOPT_USERNAME, credentials_.username.c_str());
      curl_easy_setopt(easy, CURLOPT_PASSWORD, credentials_.password.c_str());
    }
  }

  const HttpCredentials credentials_;
  IdlePool<EasyPtr> handles_;  ///< each keeps its connections
};

HttpClient::HttpClient(HttpCredentials credentials)
    : impl_(std::make_unique<Impl>(std::move(credentials))) {}
HttpClient::~HttpClient() = default;

Result<HttpResponse> HttpClient::perform(const HttpRequest& request) {
  return impl_->perform(request);
}

std::string urlEncoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

}  // namespace caas::kafka::schema
