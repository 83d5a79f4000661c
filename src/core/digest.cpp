#include "core/digest.hpp"

#include <array>

#include <fmt/format.h>
#include <openssl/evp.h>

namespace caas::kafka {

std::string sha256Hex(std::string_view data) {
  std::array<unsigned char, 32> hash{};
  EVP_Digest(data.data(), data.size(), hash.data(), nullptr, EVP_sha256(), nullptr);
  return fmt::format("{:02x}", fmt::join(hash, ""));
}

}  // namespace caas::kafka
