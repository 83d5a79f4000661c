#include "http/network.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cstring>

#include <fmt/format.h>

#include "config/values.hpp"
#include "core/errors.hpp"

namespace caas::kafka::http {
namespace {

constexpr std::size_t kPrefix = 12;  ///< bytes before the IPv4 address in ::ffff:a.b.c.d

bool sameBits(const IpAddress& a, const IpAddress& b, int bits) {
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (std::memcmp(a.bytes().data(), b.bytes().data(), whole) != 0) {
    return false;
  }
  const int rest = bits % 8;
  if (rest == 0) {
    return true;
  }
  const auto mask = static_cast<std::uint8_t>(0xFFU << (8U - static_cast<unsigned>(rest)));
  return (a.bytes()[whole] & mask) == (b.bytes()[whole] & mask);
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string copy(text);
  std::array<std::uint8_t, 4> four{};
  if (inet_pton(AF_INET, copy.c_str(), four.data()) == 1) {
    return v4(four);
  }
  std::array<std::uint8_t, 16> sixteen{};
  if (inet_pton(AF_INET6, copy.c_str(), sixteen.data()) == 1) {
    return v6(sixteen);
  }
  return std::nullopt;
}

IpAddress IpAddress::v4(const std::array<std::uint8_t, 4>& bytes) {
  IpAddress made;
  made.bytes_[10] = made.bytes_[11] = 0xFF;
  std::ranges::copy(bytes, made.bytes_.begin() + kPrefix);
  return made;
}

IpAddress IpAddress::v6(const std::array<std::uint8_t, 16>& bytes) {
  IpAddress made;
  made.bytes_ = bytes;
  return made;
}

bool IpAddress::isV4() const {
  return std::all_of(bytes_.begin(), bytes_.begin() + 10, [](auto byte) { return byte == 0; }) &&
         bytes_[10] == 0xFF && bytes_[11] == 0xFF;
}

bool IpAddress::isLoopback() const {
  static const auto kSix = *parse("::1");
  return isV4() ? bytes_[kPrefix] == 127 : *this == kSix;
}

std::string IpAddress::text() const {
  std::array<char, INET6_ADDRSTRLEN> out{};
  const bool four = isV4();
  inet_ntop(four ? AF_INET : AF_INET6, bytes_.data() + (four ? kPrefix : 0), out.data(),
            out.size());
  return out.data();
}

IpAddress IpAddress::subscriber() const {
  auto copy = *this;
  if (!isV4()) {
    std::fill(copy.bytes_.begin() + 8, copy.bytes_.end(), std::uint8_t{0});
  }
  return copy;
}

Result<Networks> Networks::parse(const std::vector<std::string>& cidrs) {
  Networks made;
  for (const auto& cidr : cidrs) {
    const auto slash = std::min(cidr.find('/'), cidr.size());
    const auto address = IpAddress::parse(std::string_view(cidr).substr(0, slash));
    const auto bits = slash == cidr.size()
                          ? std::optional<std::int64_t>(address && address->isV4() ? 32 : 128)
                          : config::parseInteger(std::string_view(cidr).substr(slash + 1));
    const int most = address && address->isV4() ? 32 : 128;
    if (!address || !bits || *bits < 0 || *bits > most) {
      return fail(errors::invalidConfiguration(
          fmt::format("'{}' is no network", config::quotable(cidr)), "E.g. 10.0.0.0/8 or ::1"));
    }
    made.networks_.push_back({*address, static_cast<int>(*bits) + 128 - most});
  }
  return made;
}

bool Networks::contains(const IpAddress& address) const {
  return std::ranges::any_of(networks_, [&](const Network& network) {
    return sameBits(network.address, address, network.bits);
  });
}

}  // namespace caas::kafka::http
