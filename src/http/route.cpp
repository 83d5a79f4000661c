#include "http/route.hpp"

#include <set>

#include "http/problem.hpp"

namespace caas::kafka::http {
namespace {

/// What the server says by itself, whichever route it is: a head too large, too many requests, a
/// handler that failed.
constexpr int kAlways[] = {400, 408, 414, 421, 431, 500, 503};

bool takesArguments(const Route& route) { return !route.parameters.empty(); }

}  // namespace

std::vector<int> statusesOf(const Route& route) {
  std::set<int> statuses(std::begin(kAlways), std::end(kAlways));
  for (const auto& success : route.successes) {
    statuses.insert(success.status);
    if (!success.contentType.empty()) {
      statuses.insert(406);
    }
  }
  for (const auto code : route.errors) {
    statuses.insert(statusOf(code));
  }
  if (takesArguments(route)) {
    statuses.insert(400);
  }
  if (route.pattern.contains('{')) {
    // What is no segment of a path names nothing.
    statuses.insert(404);
  }
  if (route.body) {
    statuses.insert({400, 411, 413, 415, 417});
  }
  if (!route.open) {
    statuses.insert({401, 403});
  }
  if (!std::holds_alternative<Immediate>(route.handler)) {
    // Kafka does not answer, or refuses us.
    statuses.insert({502, 503, 504});
  }
  return {statuses.begin(), statuses.end()};
}

}  // namespace caas::kafka::http
