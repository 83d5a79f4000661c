#include "http/network.hpp"

#include <gtest/gtest.h>

namespace caas::kafka::http {
namespace {

IpAddress ip(std::string_view text) {
  const auto address = IpAddress::parse(text);
  EXPECT_TRUE(address) << text;
  return address.value_or(IpAddress{});
}

TEST(IpAddress, KnowsBothFamilies) {
  EXPECT_EQ(ip("10.1.2.3").text(), "10.1.2.3");
  EXPECT_EQ(ip("::ffff:10.1.2.3"), ip("10.1.2.3"));
  EXPECT_EQ(ip("2001:DB8::1").text(), "2001:db8::1");
  EXPECT_TRUE(ip("127.9.9.9").isLoopback());
  EXPECT_TRUE(ip("::1").isLoopback());
  EXPECT_FALSE(ip("128.0.0.1").isLoopback());
  EXPECT_FALSE(ip("::2").isLoopback());
  EXPECT_FALSE(IpAddress::parse("localhost"));
  EXPECT_FALSE(IpAddress::parse("10.0.0.1 "));
  EXPECT_FALSE(IpAddress::parse(""));
}

TEST(IpAddress, OfIpv6ASubscriberHasAWholeNetwork) {
  EXPECT_EQ(ip("2001:db8:1:2:3::4").subscriber(), ip("2001:db8:1:2:9::9").subscriber());
  EXPECT_NE(ip("2001:db8:1:2::").subscriber(), ip("2001:db8:1:3::").subscriber());
  EXPECT_NE(ip("10.0.0.1").subscriber(), ip("10.0.0.2").subscriber());
}

TEST(Networks, ContainByBits) {
  const auto networks = Networks::parse({"10.0.0.0/8", "192.168.1.128/25", "2001:db8::/33", "::1"});
  ASSERT_TRUE(networks);
  EXPECT_TRUE(networks->contains(ip("10.255.0.1")));
  EXPECT_TRUE(networks->contains(ip("::ffff:10.255.0.1")));
  EXPECT_FALSE(networks->contains(ip("11.0.0.1")));
  EXPECT_TRUE(networks->contains(ip("192.168.1.200")));
  EXPECT_FALSE(networks->contains(ip("192.168.1.127")));
  EXPECT_TRUE(networks->contains(ip("2001:db8:7fff::1")));
  EXPECT_FALSE(networks->contains(ip("2001:db8:8000::1")));
  EXPECT_TRUE(networks->contains(ip("::1")));
  EXPECT_FALSE(networks->contains(ip("::2")));
  EXPECT_TRUE(Networks::parse({"0.0.0.0/0"})->contains(ip("1.2.3.4")));
  EXPECT_FALSE(Networks::parse({"0.0.0.0/0"})->contains(ip("2001::1")));
  EXPECT_TRUE(Networks::parse({"::/0"})->contains(ip("1.2.3.4")));
  EXPECT_FALSE(Networks::parse({"10.0.0.0/33"}));
  EXPECT_FALSE(Networks::parse({"x"}));
}

}  // namespace
}  // namespace caas::kafka::http
