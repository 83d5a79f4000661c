#include "http/router.hpp"

#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "config/values.hpp"
#include "core/errors.hpp"
#include "http/compiled_route.hpp"
#include "http/url.hpp"

namespace caas::kafka::http {
namespace {

constexpr std::size_t kMostSegments = 16;

/// One segment of the tree of patterns.
struct Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> named;
  std::unique_ptr<Node> any;  ///< {…}
  std::map<Method, CompiledRoute> methods;
};

bool isStream(const Route& route) { return std::holds_alternative<Streaming>(route.handler); }

std::string allowedMethods(const Node& node) {
  std::set<std::string_view> names{toString(Method::kOptions)};
  for (const auto& [method, compiled] : node.methods) {
    names.insert(toString(method));
    if (method == Method::kGet && !isStream(compiled.route())) {
      names.insert(toString(Method::kHead));
    }
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

/// Names before parameters: /v1/topics/plan is no topic called "plan".
const Node* find(const Node& node, std::span<const std::string> segments,
                 std::vector<std::string>& values) {
  if (segments.empty()) {
    return node.methods.empty() ? nullptr : &node;
  }
  if (const auto next = node.named.find(segments.front()); next != node.named.end()) {
    if (const auto* found = find(*next->second, segments.subspan(1), values)) {
      return found;
    }
  }
  if (!node.any) {
    return nullptr;
  }
  values.push_back(segments.front());
  const auto* found = find(*node.any, segments.subspan(1), values);
  if (found == nullptr) {
    values.pop_back();
  }
  return found;
}

}  // namespace

class Router::Impl {
 public:
  explicit Impl(Routes routes) : routes_(std::move(routes)) {}

  Result<void> build() {
    std::set<std::string_view> ids;
    for (auto& route : routes_) {
      route.statuses = statusesOf(route);
      if (auto added = add(route); !added) {
        return fail(errors::internal(fmt::format("route {} {}: {}", toString(route.method),
                                                 route.pattern, added.error().message)));
      }
      if (!ids.insert(route.operationId).second) {
        return fail(errors::internal(
            fmt::format("two routes have the operation id {}", route.operationId)));
      }
    }
    return {};
  }

  [[nodiscard]] std::variant<Match, Refusal, Response> match(std::string_view methodName,
                                                             std::string_view path) const {
    const auto segments = pathSegments(path);
    std::vector<std::string> values;
    const auto* node =
        segments && segments->size() <= kMostSegments ? find(root_, *segments, values) : nullptr;
    if (node == nullptr) {
      return Refusal{.problem = problems::notFound(config::quotable(path))};
    }
    const auto method = parseMethod(methodName);
    if (method == Method::kOptions) {
      auto response = Response::noContent();
      response.headers.set("Allow", allowedMethods(*node));
      return response;
    }
    const bool headOnly = method == Method::kHead;
    const auto found =
        method ? node->methods.find(headOnly ? Method::kGet : *method) : node->methods.end();
    if (found == node->methods.end() || (headOnly && isStream(found->second.route()))) {
      const auto allowed = allowedMethods(*node);
      Refusal refusal{.problem = problems::methodNotAllowed(config::quotable(methodName), allowed)};
      refusal.headers.set("Allow", allowed);
      return refusal;
    }
    return Match{
        .route = &found->second.route(), .pathValues = std::move(values), .headOnly = headOnly};
  }

  [[nodiscard]] const CompiledRoute& compiled(const Route& route) const {
    return *compiled_[static_cast<std::size_t>(&route - routes_.data())];
  }
  [[nodiscard]] std::span<const Route> routes() const { return routes_; }

 private:
  Result<void> add(const Route& route) {
    auto* node = &root_;
    std::vector<std::string> pathNames;
    const auto segments = pathSegments(route.pattern);
    if (!segments || segments->size() > kMostSegments) {
      return fail(errors::internal("the pattern is no path"));
    }
    for (const auto& segment : *segments) {
      const bool any = segment.starts_with('{') && segment.ends_with('}');
      auto& next = any ? node->any : node->named[segment];
      if (any) {
        pathNames.push_back(segment.substr(1, segment.size() - 2));
      }
      if (!next) {
        next = std::make_unique<Node>();
      }
      node = next.get();
    }
    CAAS_ASSIGN(auto compiled, CompiledRoute::compile(route, std::move(pathNames)));
    const auto [at, isNew] = node->methods.emplace(route.method, std::move(compiled));
    if (!isNew) {
      return fail(errors::internal("there is another one like it"));
    }
    compiled_.push_back(&at->second);
    return {};
  }

  Routes routes_;
  Node root_;
  std::vector<const CompiledRoute*> compiled_;  ///< as routes_
};

Router::Router(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Router::~Router() = default;

Result<std::unique_ptr<Router>> Router::create(Routes routes) {
  auto impl = std::make_unique<Impl>(std::move(routes));
  CAAS_TRY(impl->build());
  return std::unique_ptr<Router>(new Router(std::move(impl)));
}

std::variant<Match, Refusal, Response> Router::match(std::string_view method,
                                                     std::string_view path) const {
  return impl_->match(method, path);
}
std::variant<Arguments, Refusal> Router::check(const Match& match, std::string_view query,
                                               const Headers& headers) const {
  return impl_->compiled(*match.route).check(match.pathValues, query, headers);
}
std::optional<Refusal> Router::readBody(const Route& route, Request& request) const {
  return impl_->compiled(route).readBody(request);
}
std::span<const Route> Router::routes() const { return impl_->routes(); }

}  // namespace caas::kafka::http
