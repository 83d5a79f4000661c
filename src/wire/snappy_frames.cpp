#include "wire/snappy_frames.hpp"

#include <algorithm>
#include <array>
#include <snappy.h>

#include "wire/compression_errors.hpp"

namespace caas::kafka::wire {
namespace {

constexpr std::array<std::uint8_t, 16> kHead{0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0,
                                             0,    0,   0,   1,   0,   0,   0,   1};
constexpr std::size_t kMagicBytes = 8;
constexpr std::size_t kBlockBytes = 32 * 1024;

void put32(std::uint8_t* at, std::size_t value) {
  for (int i = 0; i < 4; ++i) {
    at[i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
  }
}

std::size_t get32(Bytes bytes) {
  std::size_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    value = value << 8 | bytes[i];
  }
  return value;
}

Result<void> appendBlock(Bytes block, Buffer& output, std::size_t limitBytes) {
  const auto* data = reinterpret_cast<const char*>(block.data());
  std::size_t size = 0;
  if (!snappy::GetUncompressedLength(data, block.size(), &size)) {
    return fail(notCompressed("snappy"));
  }
  if (size > limitBytes - output.size()) {
    return fail(growsTooLarge("snappy", limitBytes));
  }
  // Twenty-odd times is the most that snappy can do, so a length beyond that is made up.
  constexpr std::size_t kMostRatio = 64;
  if (size / kMostRatio > block.size()) {
    return fail(notCompressed("snappy"));
  }
  const std::size_t at = output.size();
  output.resize(at + size);
  if (!snappy::RawUncompress(data, block.size(), reinterpret_cast<char*>(output.data() + at))) {
    return fail(notCompressed("snappy"));
  }
  return {};
}

}  // namespace

void snappyCompress(Bytes input, Buffer& output) {
  output.insert(output.end(), kHead.begin(), kHead.end());
  while (!input.empty()) {
    const Bytes block = input.first(std::min(input.size(), kBlockBytes));
    input = input.subspan(block.size());
    const std::size_t at = output.size();
    output.resize(at + 4 + snappy::MaxCompressedLength(block.size()));
    std::size_t written = 0;
    snappy::RawCompress(reinterpret_cast<const char*>(block.data()), block.size(),
                        reinterpret_cast<char*>(output.data() + at + 4), &written);
    put32(output.data() + at, written);
    output.resize(at + 4 + written);
  }
}

Result<Buffer> snappyDecompress(Bytes input, std::size_t limitBytes) {
  Buffer output;
  if (input.size() < kHead.size() ||
      !std::equal(kHead.begin(), kHead.begin() + kMagicBytes, input.begin())) {
    CAAS_TRY(appendBlock(input, output, limitBytes));
    return output;
  }
  input = input.subspan(kHead.size());
  while (!input.empty()) {
    const std::size_t size = input.size() < 4 ? input.size() : get32(input);
    if (input.size() < 4 || size > input.size() - 4) {
      return fail(notCompressed("snappy"));
    }
    CAAS_TRY(appendBlock(input.subspan(4, size), output, limitBytes));
    input = input.subspan(4 + size);
  }
  return output;
}

}  // namespace caas::kafka::wire
