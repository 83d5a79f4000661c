#include "catalog/murmur2.hpp"

#include <cstddef>

namespace caas::kafka::catalog {
namespace {

std::uint32_t byteAt(std::string_view data, std::size_t index) {
  return static_cast<unsigned char>(data[index]);
}

}  // namespace

std::uint32_t murmur2(std::string_view data) {
  constexpr std::uint32_t kSeed = 0x9747b28c;
  constexpr std::uint32_t kFactor = 0x5bd1e995;
  constexpr int kShift = 24;

  std::uint32_t hash = kSeed ^ static_cast<std::uint32_t>(data.size());
  std::size_t at = 0;
  for (; at + 4 <= data.size(); at += 4) {
    std::uint32_t word = byteAt(data, at) | byteAt(data, at + 1) << 8 | byteAt(data, at + 2) << 16 |
                         byteAt(data, at + 3) << 24;
    word *= kFactor;
    word ^= word >> kShift;
    word *= kFactor;
    hash *= kFactor;
    hash ^= word;
  }
  if (at < data.size()) {
    for (std::size_t i = data.size(); i > at; --i) {
      hash ^= byteAt(data, i - 1) << (8 * (i - 1 - at));
    }
    hash *= kFactor;
  }
  hash ^= hash >> 13;
  hash *= kFactor;
  hash ^= hash >> 15;
  return hash;
}

}  // namespace caas::kafka::catalog
