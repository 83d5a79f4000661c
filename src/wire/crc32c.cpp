#include "wire/crc32c.hpp"

#include <array>
#include <cstring>

#if defined(__aarch64__)
#include <arm_acle.h>
#include <sys/auxv.h>
#endif

namespace caas::kafka::wire {
namespace {

constexpr std::uint32_t kPolynomial = 0x82F63B78;  // reflected

using Tables = std::array<std::array<std::uint32_t, 256>, 8>;
constexpr Tables makeTables() {
  Tables tables{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPolynomial : 0);
    }
    tables[0][i] = crc;
  }
  for (std::size_t k = 1; k < tables.size(); ++k) {
    for (std::size_t i = 0; i < 256; ++i) {
      tables[k][i] = (tables[k - 1][i] >> 8) ^ tables[0][tables[k - 1][i] & 0xFF];
    }
  }
  return tables;
}
constexpr Tables kTables = makeTables();

#if defined(__x86_64__)
#define CAAS_HARDWARE_CRC __attribute__((target("sse4.2")))
bool hasHardware() { return __builtin_cpu_supports("sse4.2") != 0; }
CAAS_HARDWARE_CRC std::uint64_t step8(std::uint64_t crc, std::uint64_t data) {
  return __builtin_ia32_crc32di(crc, data);
}
CAAS_HARDWARE_CRC std::uint64_t step1(std::uint64_t crc, std::uint8_t data) {
  return __builtin_ia32_crc32qi(static_cast<std::uint32_t>(crc), data);
}
#elif defined(__aarch64__)
#define CAAS_HARDWARE_CRC __attribute__((target("+crc")))
bool hasHardware() { return (getauxval(AT_HWCAP) & HWCAP_CRC32) != 0; }
CAAS_HARDWARE_CRC std::uint64_t step8(std::uint64_t crc, std::uint64_t data) {
  return __crc32cd(static_cast<std::uint32_t>(crc), data);
}
CAAS_HARDWARE_CRC std::uint64_t step1(std::uint64_t crc, std::uint8_t data) {
  return __crc32cb(static_cast<std::uint32_t>(crc), data);
}
#endif

#if defined(CAAS_HARDWARE_CRC)
CAAS_HARDWARE_CRC std::uint32_t byHardware(Bytes bytes) {
  std::uint64_t crc = 0xFFFFFFFF;
  while (bytes.size() >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), 8);
    crc = step8(crc, word);
    bytes = bytes.subspan(8);
  }
  for (const std::uint8_t byte : bytes) {
    crc = step1(crc, byte);
  }
  return ~static_cast<std::uint32_t>(crc);
}
#else
bool hasHardware() { return false; }
std::uint32_t byHardware(Bytes bytes) { return crc32cByTables(bytes); }
#endif

}  // namespace

std::uint32_t crc32cByTables(Bytes bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  while (bytes.size() >= 8) {
    std::uint32_t next = 0;
    for (std::size_t i = 0; i < 8; ++i) {
      const std::uint8_t from = i < 4 ? static_cast<std::uint8_t>(crc >> (8 * i)) : 0;
      next ^= kTables[7 - i][static_cast<std::uint8_t>(bytes[i] ^ from)];
    }
    crc = next;
    bytes = bytes.subspan(8);
  }
  for (const std::uint8_t byte : bytes) {
    crc = (crc >> 8) ^ kTables[0][(crc ^ byte) & 0xFF];
  }
  return ~crc;
}

std::uint32_t crc32c(Bytes bytes) {
  static const bool kHardware = hasHardware();
  return kHardware ? byHardware(bytes) : crc32cByTables(bytes);
}

}  // namespace caas::kafka::wire
