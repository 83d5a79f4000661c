#include "http/gate.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "config/enum_names.hpp"
#include "config/values.hpp"

namespace caas::kafka::http {
namespace {

constexpr std::size_t kLongestId = 128;
constexpr std::string_view kBearer = "bearer ";

bool isLetterOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// "name:port" and "[::1]:port" without the port and the brackets.
std::string_view withoutPort(std::string_view host) {
  if (host.starts_with('[')) {
    return host.substr(1, std::min(host.find(']'), host.size()) - 1);
  }
  return host.substr(0, host.rfind(':') == host.find(':') ? host.find(':') : host.size());
}

bool changesSomething(std::string_view method) {
  return method != "GET" && method != "HEAD" && method != "OPTIONS";
}

Turned turned(Problem problem, std::string_view reason) {
  return {.refusal = {.problem = std::move(problem)}, .reason = reason};
}

/// A request's target (RFC 9112, 3.2): "/path?query", or with "http://host" before it.
struct Target {
  std::string_view host{};  ///< of an absolute one
  std::string_view path{};
  std::string_view query{};
};
std::optional<Target> readTarget(std::string_view text) {
  Target target;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (text.size() > scheme.size() &&
        config::equalIgnoringCase(text.substr(0, scheme.size()), scheme)) {
      text.remove_prefix(scheme.size());
      const auto end = std::min(text.find_first_of("/?"), text.size());
      target.host = text.substr(0, end);
      text.remove_prefix(end);
      if (target.host.empty()) {
        return std::nullopt;
      }
      break;
    }
  }
  const auto question = std::min(text.find('?'), text.size());
  target.path = text.substr(0, question);
  target.query = text.substr(std::min(question + 1, text.size()));
  if (target.path.empty() && !target.host.empty()) {
    target.path = "/";
  }
  return target.path.starts_with('/') ? std::optional(target) : std::nullopt;
}

/// "scheme://host:port" of an Origin header; "" for "null" and what is none.
std::string_view originHost(std::string_view origin) {
  const auto scheme = origin.find("://");
  return scheme == std::string_view::npos ? "" : origin.substr(scheme + 3);
}

}  // namespace

std::string requestId(const Headers& headers) {
  const auto given = headers.get("X-Request-Id").value_or("");
  const bool good =
      !given.empty() && given.size() <= kLongestId && std::ranges::all_of(given, [](char c) {
        return isLetterOrDigit(c) || c == '.' || c == '_' || c == ':' || c == '-';
      });
  return good ? std::string(given) : makeId(systemClock(), systemRandom());
}

bool Gate::isAllowed(const IpAddress& client) const {
  return options_.allowed.empty() || options_.allowed.contains(client) || isProxy(client) ||
         (options_.ops && client.isLoopback());
}

bool Gate::letsIn(const IpAddress& address) const {
  const bool near = isProxy(address) || address.isLoopback();
  return isAllowed(address) && (near || !options_.onlyProxies);
}

std::variant<Admitted, Turned, Response> Gate::admit(const RequestLine& line, const Peer& peer,
                                                     Request& request) const {
  request.id = requestId(request.headers);
  request.client = peer.address.text();
  if (line.target == "*" && line.method == "OPTIONS") {
    auto response = Response::noContent();
    response.headers.set("Allow", "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT");
    return response;
  }
  const auto target = readTarget(line.target);
  if (!target) {
    return turned(problems::badRequest("the request's target is no path"), "syntax");
  }
  request.path = target->path;
  request.query = target->query;
  const auto client = clientOf(peer, request.headers);
  request.client = client ? client->text() : "";
  if (!client || !isAllowed(*client)) {
    return turned(
        problems::forbidden("this address is not let in", "HTTP_ALLOW_CIDRS says which are"),
        "network");
  }
  const auto host = target->host.empty() ? request.headers.get("Host").value_or("") : target->host;
  const bool mayLackHost = line.version < 11 || !target->host.empty();
  if (request.headers.count("Host") > 1 || (request.headers.count("Host") == 0 && !mayLackHost)) {
    return turned(problems::badRequest("a request has one Host"), "host");
  }
  request.secure = peer.tls || (isProxy(peer.address) &&
                                request.headers.get("X-Forwarded-Proto").value_or("") == "https");
  if (auto refused = checkSender(line.method, host, request)) {
    return *std::move(refused);
  }
  auto matched = options_.router->match(line.method, request.path);
  if (auto* response = std::get_if<Response>(&matched)) {
    return std::move(*response);
  }
  if (auto* refusal = std::get_if<Refusal>(&matched)) {
    return Turned{.refusal = std::move(*refusal)};
  }
  auto& match = std::get<Match>(matched);
  request.method = match.route->method;
  if (!match.route->open) {
    if (auto refused = checkToken(request)) {
      return *std::move(refused);
    }
  }
  auto checked = options_.router->check(match, request.query, request.headers);
  if (auto* refusal = std::get_if<Refusal>(&checked)) {
    return Turned{.refusal = std::move(*refusal)};
  }
  request.arguments = std::get<Arguments>(std::move(checked));
  request.deadline = std::chrono::steady_clock::now() + match.route->timeout;
  return Admitted{.route = match.route, .headOnly = match.headOnly};
}

std::optional<Turned> Gate::checkSender(std::string_view method, std::string_view host,
                                        const Request& request) const {
  const auto& headers = request.headers;
  // Against DNS rebinding: a page of some other name that has been made to point at us.
  if (!host.empty() && !isOurName(host)) {
    return turned(problems::misdirected(config::quotable(host), "HTTP_HOSTS"), "host");
  }
  if (!changesSomething(method)) {
    return std::nullopt;
  }
  // Against pages of others that send what changes something; programs send neither header.
  const auto origin = headers.get("Origin");
  const auto site = headers.get("Sec-Fetch-Site");
  const auto from = originHost(origin.value_or(""));
  const bool nameIsOurs = config::equalIgnoringCase(from, host) ||
                          std::ranges::any_of(options_.hosts, [&](const std::string& name) {
                            return config::equalIgnoringCase(withoutPort(from), name);
                          });
  const bool ours = !origin || (nameIsOurs && (!request.secure || origin->starts_with("https://")));
  const bool siteIsOurs = origin || !site || *site == "same-origin" || *site == "none";
  if (!ours || !siteIsOurs) {
    return turned(
        problems::forbidden(fmt::format("a page of '{}' may not change anything here",
                                        config::quotable(origin.value_or("another site"))),
                            "Names that the service is called by go into HTTP_HOSTS"),
        "host");
  }
  return std::nullopt;
}

bool Gate::isOurName(std::string_view host) const {
  const auto name = withoutPort(host);
  if (std::ranges::any_of(options_.hosts, [&](const std::string& known) {
        return config::equalIgnoringCase(name, known);
      })) {
    return true;
  }
  if (options_.ops && !options_.loopback) {
    return true;  // probes come by whatever address the machine has
  }
  if (!options_.loopback) {
    return options_.hosts.empty();
  }
  const auto address = IpAddress::parse(name);
  return config::equalIgnoringCase(name, "localhost") || (address && address->isLoopback());
}

std::optional<Turned> Gate::checkToken(Request& request) const {
  if (!options_.tokens) {
    request.principal = {.name = "local", .role = Role::kAdmin};
    return std::nullopt;
  }
  const auto refuse = [](std::string detail, std::string_view challenge) {
    auto refused = turned(problems::unauthorized(std::move(detail)), "token");
    refused.refusal.headers.set("WWW-Authenticate", challenge);
    return refused;
  };
  const auto given = request.headers.get("Authorization");
  if (!given) {
    return refuse("a token is needed", R"(Bearer realm="caas-kafka")");
  }
  constexpr std::string_view kInvalid = R"(Bearer realm="caas-kafka", error="invalid_token")";
  const bool bearer = request.headers.count("Authorization") == 1 &&
                      config::equalIgnoringCase(given->substr(0, kBearer.size()), kBearer);
  const auto principal =
      bearer ? options_.tokens->find(config::trim(given->substr(kBearer.size()))) : std::nullopt;
  if (!principal) {
    return refuse("the token is not known here", kInvalid);
  }
  request.principal = *principal;
  return std::nullopt;
}

std::optional<IpAddress> Gate::clientOf(const Peer& peer, const Headers& headers) const {
  if (!isProxy(peer.address)) {
    return peer.address;
  }
  // From the right: each proxy appends whom it saw, and only what ours appended is believed.
  auto client = peer.address;
  std::vector<std::string> chain;
  for (const auto& [name, value] : headers) {
    if (config::equalIgnoringCase(name, "X-Forwarded-For")) {
      std::ranges::move(config::splitList(value), std::back_inserter(chain));
    }
  }
  for (auto hop = chain.rbegin(); hop != chain.rend() && isProxy(client); ++hop) {
    const auto address = IpAddress::parse(withoutPort(*hop));
    if (!address) {
      return std::nullopt;
    }
    client = *address;
  }
  return client;
}

}  // namespace caas::kafka::http
