#include "schema/registry_transport.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/errors.hpp"
#include "core/log.hpp"

namespace caas::kafka::schema {
namespace {

namespace json = boost::json;
using std::chrono::duration_cast;

constexpr std::array<std::string_view, 2> kRoots{"", "/apis/ccompat/v7"};
constexpr Milliseconds kFirstWait{100};
constexpr Milliseconds kLongestWait{2'000};
constexpr std::size_t kQuoted = 200;
constexpr std::string_view kAccept =
    "Accept: application/vnd.schemaregistry.v1+json, application/json";
constexpr std::string_view kContent = "Content-Type: application/vnd.schemaregistry.v1+json";

// Confluent's error codes: the HTTP status and two digits.
constexpr std::int64_t kInvalidSchema = 42201;

std::string excerpt(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, kQuoted)) {
    out += (c >= 0x20 && c < 0x7f) ? c : ' ';
  }
  return text.size() > kQuoted ? out + "…" : out;
}

struct Refusal {
  std::int64_t code = 0;
  std::string message;
};

Refusal refusalOf(const HttpResponse& response) {
  boost::system::error_code ignored;
  const auto body = json::parse(response.body, ignored);
  if (ignored || !body.is_object()) {
    return {response.status, excerpt(response.body)};
  }
  Refusal refusal{response.status, {}};
  if (const auto* code = body.as_object().if_contains("error_code");
      code != nullptr && code->is_int64()) {
    refusal.code = code->as_int64();
  }
  if (const auto* message = body.as_object().if_contains("message");
      message != nullptr && message->is_string()) {
    refusal.message = message->as_string();
  }
  return refusal;
}

Error notUnderstood(std::string_view url, const HttpResponse& response) {
  return {.code = ErrorCode::kInternal,
          .message =
              fmt::format("{} answered {} with {}, which is no answer of a schema registry", url,
                          response.status,
                          response.contentType.empty() ? "no content type" : response.contentType),
          .hint = "SCHEMA_REGISTRY_URL must be the address of the registry's API"};
}

Error errorOf(std::string_view url, const RegistryCall& call, const HttpResponse& response) {
  const Refusal refusal = refusalOf(response);
  const auto said = refusal.message.empty() ? std::string{} : ": " + refusal.message;
  const auto about = call.about.empty() ? call.method + " " + call.path : call.about;
  switch (response.status) {
    case 401:
      return {
          .code = ErrorCode::kAuthentication,
          .message = fmt::format("the schema registry at {} wants other credentials{}", url, said),
          .hint = "Set SCHEMA_REGISTRY_USERNAME and _PASSWORD, or SCHEMA_REGISTRY_TOKEN"};
    case 403:
      return {.code = ErrorCode::kAuthorization,
              .message = fmt::format("the schema registry at {} refuses {}{}", url, about, said),
              .hint = "Ask its administrator for the right to do that"};
    case 404:
      return {.code = ErrorCode::kSchemaNotFound,
              .message = fmt::format("schema not found: {} at {}{}", about, url, said),
              .hint = "`caas-kafka schemas list` shows what is registered"};
    case 409:
      if (call.method != "POST") {
        break;
      }
      return {.code = ErrorCode::kInvalidArgument,
              .message = fmt::format("not compatible: {}{}", about, said),
              .hint =
                  "docs/schemas.md says which changes are safe; `caas-kafka schemas check` "
                  "tells before"};
    case 422:
      return {.code = ErrorCode::kInvalidArgument,
              .message =
                  fmt::format("the schema registry at {} does not accept {}{}", url, about, said),
              .hint = refusal.code == kInvalidSchema
                          ? "The schema itself is wrong: the registry's words say where"
                          : ""};
    default: break;
  }
  if (response.status == 408 || response.status == 429 || response.status >= 500) {
    return {.code = ErrorCode::kUnavailable,
            .message = fmt::format("the schema registry at {} answered {} to {}{}", url,
                                   response.status, about, said),
            .hint = "Try again; its own log says more",
            .retriable = true};
  }
  if (refusal.code == response.status || response.status < 400) {
    return notUnderstood(url, response);
  }
  return errors::invalidArgument(
      fmt::format("the schema registry at {} refuses {} ({}){}", url, about, refusal.code, said));
}

/// A second DELETE would say "not found" of what the first one did.
bool mayRepeat(const RegistryCall& call) { return call.method != "DELETE"; }

}  // namespace

RegistryTransport::RegistryTransport(std::vector<std::string> urls, HttpCredentials credentials,
                                     SchemaRegistryOptions options, Clock& clock)
    : http_(std::move(credentials)), options_(options), clock_(clock) {
  for (auto& url : urls) {
    while (url.ends_with('/')) {
      url.pop_back();
    }
    endpoints_.push_back({std::move(url)});
  }
}

std::string RegistryTransport::urls() const {
  std::vector<std::string_view> urls;
  for (const auto& endpoint : endpoints_) {
    urls.push_back(endpoint.url);
  }
  return fmt::format("{}", fmt::join(urls, ","));
}

Result<json::value> RegistryTransport::call(const RegistryCall& call) {
  const auto begin = clock_.steadyNow();
  auto answer = callUntilAnswered(call);
  meter_.called(answer ? "ok" : toString(answer.error().code), clock_.steadyNow() - begin);
  return answer;
}

Result<json::value> RegistryTransport::callUntilAnswered(const RegistryCall& call) {
  const auto deadline = clock_.steadyNow() + options_.deadline;
  Milliseconds wait = kFirstWait;
  std::size_t first = 0;
  {
    const std::lock_guard lock(mutex_);
    first = preferred_;
  }
  for (;;) {
    std::optional<Error> last;
    for (std::size_t i = 0; i < endpoints_.size(); ++i) {
      const std::size_t endpoint = (first + i) % endpoints_.size();
      const auto left = duration_cast<Milliseconds>(deadline - clock_.steadyNow());
      if (left.count() <= 0) {
        break;
      }
      auto answer = attempt(endpoint, call, std::min(left, options_.requestTimeout));
      if (answer || !answer.error().retriable) {
        const std::lock_guard lock(mutex_);
        preferred_ = endpoint;
        return answer;
      }
      last = std::move(answer).error();
      if (!mayRepeat(call) && last->code != ErrorCode::kUnavailable) {
        return fail(*std::move(last));
      }
    }
    if (!last) {
      return fail(
          errors::timeout(fmt::format("the schema registry at {}", urls()), options_.deadline));
    }
    // Half of it and a random half, so that many clients do not come back at once.
    const auto pause =
        wait / 2 + Milliseconds{static_cast<std::int64_t>(
                       systemRandom().next() % static_cast<std::uint64_t>(wait.count() / 2 + 1))};
    if (!mayRepeat(call) || clock_.steadyNow() + pause >= deadline) {
      return fail(*std::move(last));
    }
    log::debug("the schema registry is asked again",
               {{"path", call.path}, {"error", last->describe()}});
    clock_.sleepFor(pause);
    wait = std::min(wait * 2, kLongestWait);
  }
}

Result<void> RegistryTransport::ping(Milliseconds timeout) {
  std::optional<Error> last;
  for (std::size_t i = 0; i < endpoints_.size(); ++i) {
    auto answer = attempt(i, {.path = "/config", .about = "its compatibility level"}, timeout);
    if (answer) {
      return {};
    }
    last = std::move(answer).error();
  }
  return fail(last ? *std::move(last)
                   : errors::invalidConfiguration("no schema registry is named"));
}

Result<json::value> RegistryTransport::attempt(std::size_t endpoint, const RegistryCall& call,
                                               Milliseconds timeout) {
  CAAS_ASSIGN(const auto root, rootOf(endpoint, timeout));
  HttpRequest request{.method = call.method, .url = root + call.path, .timeout = timeout};
  request.headers.emplace_back(kAccept);
  if (call.body) {
    request.headers.emplace_back(kContent);
    request.body = json::serialize(*call.body);
  }
  CAAS_ASSIGN(const auto response, http_.perform(request));
  if (response.status < 200 || response.status >= 300) {
    return fail(errorOf(endpoints_[endpoint].url, call, response));
  }
  boost::system::error_code problem;
  auto body = json::parse(response.body, problem);
  if (problem) {
    return fail(notUnderstood(endpoints_[endpoint].url, response));
  }
  return body;
}

Result<std::string> RegistryTransport::rootOf(std::size_t endpoint, Milliseconds timeout) {
  const std::string& url = endpoints_[endpoint].url;
  {
    const std::lock_guard lock(mutex_);
    if (const auto& known = endpoints_[endpoint].root) {
      return *known;
    }
  }
  std::optional<HttpResponse> strange;
  for (const auto& root : kRoots) {
    auto base = url + std::string(root);
    // A registry with very many subjects answers with the first one only, where it knows the limit.
    CAAS_ASSIGN(auto response, http_.perform({.url = base + "/subjects?offset=0&limit=1",
                                              .headers = {std::string(kAccept)},
                                              .timeout = timeout}));
    boost::system::error_code problem;
    const bool isList =
        response.status == 200 && json::parse(response.body, problem).is_array() && !problem;
    if (isList || response.status == 401 || response.status == 403) {
      // Refused is found too; each call tells it with its own words.
      const std::lock_guard lock(mutex_);
      return *(endpoints_[endpoint].root = std::move(base));
    }
    if (response.status == 408 || response.status == 429 || response.status >= 500) {
      return fail(errorOf(url, {.path = "/subjects"}, response));
    }
    strange = std::move(response);
  }
  return fail(notUnderstood(url, *strange));
}

}  // namespace caas::kafka::schema
