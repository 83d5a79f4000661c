#include "wire/options.hpp"

#include <charconv>

#include <fmt/format.h>

#include "core/errors.hpp"

namespace caas::kafka::wire {

std::string toString(const Address& address) {
  const bool ipv6 = address.host.find(':') != std::string::npos;
  return ipv6 ? fmt::format("[{}]:{}", address.host, address.port)
              : fmt::format("{}:{}", address.host, address.port);
}

Result<Address> parseAddress(std::string_view text) {
  const auto wrong = [&] {
    return fail(errors::invalidConfiguration(fmt::format("'{}' is no broker's address", text),
                                             "KAFKA_BROKERS is host:port, with commas between"));
  };
  // "SASL_SSL://host:port", as listeners are written, is taken too.
  std::string_view rest = text;
  if (const auto scheme = rest.find("://"); scheme != rest.npos) {
    rest.remove_prefix(scheme + 3);
  }
  const auto colon = rest.rfind(':');
  if (colon == rest.npos) {
    return wrong();
  }
  std::string_view host = rest.substr(0, colon);
  const std::string_view port = rest.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  }
  Address address{.host = std::string(host)};
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  constexpr int kMaxPort = 65'535;
  if (error != std::errc{} || end != port.data() + port.size() || address.port < 1 ||
      address.port > kMaxPort || host.empty()) {
    return wrong();
  }
  return address;
}

Result<ClientOptions> clientOptions(const Settings& settings, std::string_view purpose) {
  ClientOptions options;
  options.clientId = fmt::format("{}-{}", settings.clientId, purpose);
  for (const auto& broker : settings.brokers) {
    CAAS_ASSIGN(auto address, parseAddress(broker));
    options.bootstrap.push_back(std::move(address));
  }
  if (options.bootstrap.empty()) {
    return fail(errors::invalidConfiguration("no broker is named", "Set KAFKA_BROKERS"));
  }
  if (settings.ssl.enabled) {
    options.tls = settings.ssl;
  }
  if (settings.sasl.enabled) {
    options.sasl = SaslOptions{.mechanism = std::string(toString(settings.sasl.mechanism)),
                               .username = settings.sasl.username,
                               .password = settings.sasl.password};
  }
  return options;
}

}  // namespace caas::kafka::wire
