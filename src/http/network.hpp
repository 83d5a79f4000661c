#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "caas/kafka/result.hpp"

namespace caas::kafka::http {

/// An address of either family; an IPv4 one that came as ::ffff:a.b.c.d is the IPv4 one.
class IpAddress {
 public:
  [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);
  /// In network order.
  [[nodiscard]] static IpAddress v4(const std::array<std::uint8_t, 4>& bytes);
  [[nodiscard]] static IpAddress v6(const std::array<std::uint8_t, 16>& bytes);

  [[nodiscard]] bool isV4() const;
  [[nodiscard]] bool isLoopback() const;
  [[nodiscard]] std::string text() const;
  /// What one client can have many of: of IPv6 the first 64 bits.
  [[nodiscard]] IpAddress subscriber() const;
  [[nodiscard]] const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
  [[nodiscard]] auto operator<=>(const IpAddress&) const = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};  ///< IPv4 as ::ffff:a.b.c.d
};

/// Some networks, as CIDRs name them.
class Networks {
 public:
  /// kInvalidConfiguration names the one that is none.
  [[nodiscard]] static Result<Networks> parse(const std::vector<std::string>& cidrs);
  [[nodiscard]] bool contains(const IpAddress& address) const;
  [[nodiscard]] bool empty() const { return networks_.empty(); }

 private:
  struct Network {
    IpAddress address;
    int bits = 0;  ///< of 128
  };
  std::vector<Network> networks_;
};

}  // namespace caas::kafka::http
