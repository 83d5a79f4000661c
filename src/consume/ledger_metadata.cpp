#include "consume/ledger_metadata.hpp"

#include <array>
#include <limits>
#include <optional>

#include <boost/crc.hpp>

namespace caas::kafka {
namespace {

constexpr std::string_view kMagic = "cL";
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kHeaderBytes = 3;
constexpr std::size_t kCrcBytes = 4;
constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

using Crc32c = boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true>;

std::uint32_t crcOf(std::string_view bytes) {
  Crc32c crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

std::string toBase64Url(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t buffer = 0;
  int bits = 0;
  for (const char byte : bytes) {
    buffer = (buffer << 8) | static_cast<unsigned char>(byte);
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      text += kAlphabet[(buffer >> bits) & 0x3f];
    }
  }
  if (bits > 0) {
    text += kAlphabet[(buffer << (6 - bits)) & 0x3f];
  }
  return text;
}

std::optional<std::string> fromBase64Url(std::string_view text) {
  static const auto kValues = [] {
    std::array<std::int8_t, 256> values{};
    values.fill(-1);
    for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
      values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::int8_t>(i);
    }
    return values;
  }();
  if (text.size() % 4 == 1) {
    return std::nullopt;
  }
  std::string bytes;
  std::uint32_t buffer = 0;
  int bits = 0;
  for (const char c : text) {
    const auto value = kValues[static_cast<unsigned char>(c)];
    if (value < 0) {
      return std::nullopt;
    }
    buffer = (buffer << 6) | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes += static_cast<char>((buffer >> bits) & 0xff);
    }
  }
  return bytes;
}

void appendVarint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out += static_cast<char>((value & 0x7f) | 0x80);
    value >>= 7;
  }
  out += static_cast<char>(value);
}

std::optional<std::uint64_t> takeVarint(std::string_view& in) {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 63 && !in.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(in.front());
    in.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) {
      return value;
    }
  }
  return std::nullopt;
}

std::optional<std::vector<OffsetRange>> rangesOf(std::int64_t committed, std::string_view payload) {
  std::vector<OffsetRange> ranges;
  std::int64_t position = committed;
  const auto advance = [&](std::uint64_t by) {
    const auto room =
        static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max() - position);
    if (by == 0 || by > room) {
      return false;
    }
    position += static_cast<std::int64_t>(by);
    return true;
  };
  while (!payload.empty()) {
    const auto skip = takeVarint(payload);
    const auto length = skip ? takeVarint(payload) : std::nullopt;
    if (!length || !advance(*skip)) {
      return std::nullopt;
    }
    const std::int64_t first = position;
    if (!advance(*length)) {
      return std::nullopt;
    }
    ranges.push_back({first, position});
  }
  return ranges;
}

}  // namespace

std::string_view toString(LedgerProblem problem) {
  switch (problem) {
    case LedgerProblem::kForeign: return "foreign";
    case LedgerProblem::kBroken: return "broken";
    case LedgerProblem::kFutureVersion: return "future version";
  }
  return "broken";
}

EncodedLedger encodeLedger(std::int64_t committed, const std::vector<OffsetRange>& completed,
                           std::size_t limit) {
  EncodedLedger encoded;
  std::string bytes(kMagic);
  bytes += static_cast<char>(kVersion);
  const std::size_t maxBytes = limit * 3 / 4;
  std::int64_t position = committed;
  bool full = false;
  for (const auto& range : completed) {
    std::string pair;
    appendVarint(pair, static_cast<std::uint64_t>(range.first - position));
    appendVarint(pair, static_cast<std::uint64_t>(range.end - range.first));
    full = full || bytes.size() + pair.size() + kCrcBytes > maxBytes;
    if (full) {
      encoded.offsetsLeftOut += range.end - range.first;
      continue;
    }
    bytes += pair;
    position = range.end;
  }
  if (bytes.size() == kHeaderBytes) {
    return encoded;
  }
  const std::uint32_t crc = crcOf(bytes);
  for (unsigned shift = 0; shift < 32; shift += 8) {
    bytes += static_cast<char>((crc >> shift) & 0xff);
  }
  encoded.metadata = toBase64Url(bytes);
  return encoded;
}

std::variant<CompletedOffsets, LedgerProblem> decodeLedger(std::int64_t committed,
                                                           std::string_view metadata) {
  if (metadata.empty()) {
    return CompletedOffsets{};
  }
  const auto bytes = fromBase64Url(metadata);
  if (!bytes || !bytes->starts_with(kMagic)) {
    return LedgerProblem::kForeign;
  }
  if (bytes->size() < kHeaderBytes + kCrcBytes) {
    return LedgerProblem::kBroken;
  }
  if (static_cast<std::uint8_t>((*bytes)[2]) > kVersion) {
    return LedgerProblem::kFutureVersion;
  }
  const std::string_view body(bytes->data(), bytes->size() - kCrcBytes);
  std::uint32_t crc = 0;
  for (std::size_t i = 0; i < kCrcBytes; ++i) {
    crc |= static_cast<std::uint32_t>(static_cast<unsigned char>((*bytes)[body.size() + i]))
           << (8 * i);
  }
  if (crc != crcOf(body) || static_cast<std::uint8_t>((*bytes)[2]) != kVersion) {
    return LedgerProblem::kBroken;
  }
  auto ranges = rangesOf(committed, body.substr(kHeaderBytes));
  if (!ranges) {
    return LedgerProblem::kBroken;
  }
  return CompletedOffsets(*std::move(ranges));
}

}  // namespace caas::kafka
