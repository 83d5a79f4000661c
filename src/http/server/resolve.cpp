#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>

#include <fmt/format.h>

#include "core/errors.hpp"
#include "http/server/server.hpp"

namespace caas::kafka::http {
namespace {

IpAddress fromSockaddr(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    sockaddr_in four{};
    std::memcpy(&four, address, sizeof four);
    std::array<std::uint8_t, 4> bytes{};
    std::memcpy(bytes.data(), &four.sin_addr, bytes.size());
    return IpAddress::v4(bytes);
  }
  sockaddr_in6 six{};
  std::memcpy(&six, address, sizeof six);
  std::array<std::uint8_t, 16> bytes{};
  std::memcpy(bytes.data(), &six.sin6_addr, bytes.size());
  return IpAddress::v6(bytes);
}

}  // namespace

Result<std::vector<IpAddress>> addressesOf(std::string_view hostPort, std::string_view setting) {
  auto host = std::string(hostPort.substr(0, hostPort.rfind(':')));
  if (host.starts_with('[')) {
    host = host.substr(1, host.size() - 2);
  }
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int failed = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
  if (failed != 0) {
    return fail(
        errors::io(fmt::format("cannot listen ({})", setting), hostPort, gai_strerror(failed)));
  }
  std::vector<IpAddress> addresses;
  for (const auto* one = found; one != nullptr; one = one->ai_next) {
    if (one->ai_family == AF_INET || one->ai_family == AF_INET6) {
      const auto address = fromSockaddr(one->ai_addr);
      if (std::ranges::find(addresses, address) == addresses.end()) {
        addresses.push_back(address);
      }
    }
  }
  return addresses;
}

}  // namespace caas::kafka::http
