#include "http/message.hpp"

#include <algorithm>
#include <array>

#include <boost/json/serialize.hpp>

#include "config/enum_names.hpp"
#include "config/values.hpp"

namespace caas::kafka::http {
namespace {

struct MethodName {
  Method method;
  std::string_view name;
};
constexpr std::array kMethodNames{
    MethodName{Method::kGet, "GET"},        MethodName{Method::kHead, "HEAD"},
    MethodName{Method::kPost, "POST"},      MethodName{Method::kPut, "PUT"},
    MethodName{Method::kPatch, "PATCH"},    MethodName{Method::kDelete, "DELETE"},
    MethodName{Method::kOptions, "OPTIONS"}};

auto named(std::string_view name) {
  return
      [name](const Headers::Field& field) { return config::equalIgnoringCase(field.name, name); };
}

}  // namespace

std::string_view toString(Method method) {
  const auto* found = std::ranges::find(kMethodNames, method, &MethodName::method);
  return found == kMethodNames.end() ? "?" : found->name;
}

std::optional<Method> parseMethod(std::string_view text) {
  const auto* found = std::ranges::find(kMethodNames, text, &MethodName::name);
  return found == kMethodNames.end() ? std::nullopt : std::optional(found->method);
}

void Headers::add(std::string_view name, std::string_view value) {
  fields_.push_back({std::string(name), std::string(value)});
}

void Headers::set(std::string_view name, std::string_view value) {
  std::erase_if(fields_, named(name));
  add(name, value);
}

std::optional<std::string_view> Headers::get(std::string_view name) const {
  const auto found = std::ranges::find_if(fields_, named(name));
  return found == fields_.end() ? std::nullopt : std::optional<std::string_view>(found->value);
}

std::size_t Headers::count(std::string_view name) const {
  return static_cast<std::size_t>(std::ranges::count_if(fields_, named(name)));
}

Milliseconds Request::timeLeft(Milliseconds reserve) const {
  const auto left =
      std::chrono::duration_cast<Milliseconds>(deadline - std::chrono::steady_clock::now());
  return std::max(left - reserve, Milliseconds{1});
}

std::string Request::contentType() const {
  return mediaType(headers.get("Content-Type").value_or(""));
}

std::string mediaType(std::string_view value) {
  std::string type{config::trim(value.substr(0, value.find(';')))};
  std::ranges::transform(type, type.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return type;
}

Response Response::json(const boost::json::object& document, int status) {
  return text(boost::json::serialize(document), "application/json", status);
}

Response Response::text(std::string body, std::string_view contentType, int status) {
  Response response{.status = status, .body = std::move(body)};
  response.headers.set("Content-Type", contentType);
  return response;
}

Response Response::noContent() { return {.status = 204}; }

}  // namespace caas::kafka::http
