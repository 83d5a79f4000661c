#include "http/doors.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/errors.hpp"
#include "http/openapi.hpp"

namespace caas::kafka::http {
namespace {

constexpr char kApiSetting[] = "HTTP_LISTEN";
constexpr char kOpsSetting[] = "HTTP_OPS_LISTEN";

Result<bool> isLoopback(const std::string& listen, std::string_view setting) {
  CAAS_ASSIGN(const auto addresses, addressesOf(listen, setting));
  return std::ranges::all_of(addresses,
                             [](const IpAddress& address) { return address.isLoopback(); });
}

Result<void> mayListen(const HttpSettings& http, bool loopback) {
  if (loopback) {
    return {};
  }
  std::vector<std::string_view> missing;
  if (http.tokensFile.empty()) {
    missing.emplace_back("HTTP_TOKENS_FILE (`caas-kafka tokens create` makes its lines)");
  }
  if (http.tlsCert.empty() && http.trustedProxies.empty()) {
    missing.emplace_back(
        "HTTP_TLS_CERT and HTTP_TLS_KEY, or HTTP_TRUSTED_PROXIES where a proxy does TLS");
  }
  return missing.empty()
             ? Result<void>{}
             : fail(errors::invalidConfiguration(
                   fmt::format("HTTP_LISTEN={} can be reached from other machines, where anybody "
                               "could use it",
                               http.listen),
                   fmt::format("Set {}; or listen on 127.0.0.1", fmt::join(missing, ", and "))));
}

Result<std::shared_ptr<const Router>> routerOf(Routes routes, bool tokens) {
  addOpenApiRoute(routes, tokens);
  CAAS_ASSIGN(auto router, Router::create(std::move(routes)));
  return std::shared_ptr<const Router>(std::move(router));
}

Routes ofDoor(Routes routes, Door door) {
  std::erase_if(routes, [door](const Route& route) { return route.door != door; });
  return routes;
}

Result<GateOptions> commonOptions(const HttpSettings& http) {
  GateOptions options;
  CAAS_ASSIGN(options.allowed, Networks::parse(http.allowCidrs));
  CAAS_ASSIGN(options.proxies, Networks::parse(http.trustedProxies));
  options.hosts = http.hosts;
  return options;
}

Result<ListenOptions> apiDoor(const ApiPtr& api, bool loopback) {
  const auto& http = api->loaded.settings.http;
  CAAS_ASSIGN(auto options, commonOptions(http));
  options.loopback = loopback;
  options.onlyProxies = !loopback && http.tlsCert.empty();
  if (!http.tokensFile.empty()) {
    CAAS_ASSIGN(auto tokens, Tokens::load(http.tokensFile));
    options.tokens = std::make_shared<const Tokens>(std::move(tokens));
  }
  auto routes = loopback ? apiRoutes(api) : ofDoor(apiRoutes(api), Door::kApi);
  CAAS_ASSIGN(options.router, routerOf(std::move(routes), options.tokens != nullptr));
  ListenOptions door{.address = http.listen, .setting = kApiSetting};
  door.gate = std::make_shared<const Gate>(std::move(options));
  if (!http.tlsCert.empty()) {
    door.tls = TlsFiles{.certificate = http.tlsCert, .key = http.tlsKey};
  }
  return door;
}

Result<ListenOptions> opsDoor(const ApiPtr& api) {
  const auto& http = api->loaded.settings.http;
  CAAS_ASSIGN(auto options, commonOptions(http));
  CAAS_ASSIGN(options.loopback, isLoopback(http.opsListen, kOpsSetting));
  options.ops = true;
  CAAS_ASSIGN(auto router, Router::create(ofDoor(apiRoutes(api), Door::kOps)));
  options.router = std::move(router);
  ListenOptions door{.address = http.opsListen, .setting = kOpsSetting};
  door.gate = std::make_shared<const Gate>(std::move(options));
  return door;
}

}  // namespace

Result<std::vector<ListenOptions>> makeDoors(const ApiPtr& api) {
  const auto& http = api->loaded.settings.http;
  CAAS_ASSIGN(const bool loopback, isLoopback(http.listen, kApiSetting));
  CAAS_TRY(mayListen(http, loopback));
  std::vector<ListenOptions> doors;
  CAAS_ASSIGN(auto first, apiDoor(api, loopback));
  doors.push_back(std::move(first));
  CAAS_ASSIGN(auto second, opsDoor(api));
  doors.push_back(std::move(second));
  return doors;
}

}  // namespace caas::kafka::http
