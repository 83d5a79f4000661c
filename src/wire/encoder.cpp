#include "wire/encoder.hpp"

#include <limits>

#include <fmt/format.h>

namespace caas::kafka::wire {
namespace {

Bytes bytesOf(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

std::vector<Bytes> Frame::pieces() const {
  std::vector<Bytes> pieces;
  pieces.reserve(2 * references_.size() + 1);
  const Bytes own(own_);
  std::size_t from = 0;
  for (const auto& reference : references_) {
    if (reference.at > from) {
      pieces.push_back(own.subspan(from, reference.at - from));
      from = reference.at;
    }
    pieces.push_back(reference.bytes);
  }
  if (from < own.size()) {
    pieces.push_back(own.subspan(from));
  }
  return pieces;
}

Buffer Frame::flat() const {
  Buffer bytes;
  bytes.reserve(size());
  for (const Bytes piece : pieces()) {
    bytes.insert(bytes.end(), piece.begin(), piece.end());
  }
  return bytes;
}

void Encoder::field(std::string_view name, const std::string& value) {
  length(name, value.size(), 2);
  raw(bytesOf(value));
}

void Encoder::field(std::string_view name, const Blob& value) {
  length(name, value.bytes.size(), 4);
  raw(bytesOf(value.bytes));
}

void Encoder::field(std::string_view name, const Records& value) {
  length(name, value.bytes.size(), 4);
  if (value.bytes.size() < Frame::kReferBytes) {
    raw(value.bytes);
    return;
  }
  frame_.references_.push_back({.at = frame_.own_.size(), .bytes = value.bytes});
  frame_.referred_ += value.bytes.size();
}

void Encoder::varint(std::uint32_t value) {
  while (value >= 0x80) {
    frame_.own_.push_back(static_cast<std::uint8_t>(value | 0x80));
    value >>= 7;
  }
  frame_.own_.push_back(static_cast<std::uint8_t>(value));
}

void Encoder::length(std::string_view name, std::size_t count, int rigidBytes) {
  // A text is limited to 32,767 bytes in the flexible form too (Kafka's own classes refuse more).
  const std::size_t limit = rigidBytes == 2 ? std::numeric_limits<std::int16_t>::max()
                                            : std::numeric_limits<std::int32_t>::max() - 1;
  if (count > limit) {
    refuse(name, fmt::format("has a length of {}, and {} is the most", count, limit));
    return;
  }
  if (flexible_) {
    varint(static_cast<std::uint32_t>(count) + 1);
  } else if (rigidBytes == 2) {
    put(static_cast<std::uint16_t>(count));
  } else {
    put(static_cast<std::uint32_t>(count));
  }
}

void Encoder::null(int rigidBytes) {
  if (flexible_) {
    varint(0);
  } else if (rigidBytes == 2) {
    put(std::uint16_t{0xFFFF});
  } else {
    put(std::uint32_t{0xFFFFFFFF});
  }
}

void Encoder::append(Encoder other) {
  if (!other.ok() && ok()) {
    problem_ = std::move(other.problem_);
  }
  for (const Bytes piece : other.frame_.pieces()) {
    raw(piece);
  }
}

void Encoder::refuse(std::string_view name, std::string_view why) {
  if (ok()) {
    problem_ = fmt::format("{} {}", name, why);
  }
}

}  // namespace caas::kafka::wire
