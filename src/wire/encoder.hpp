#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "wire/types.hpp"

namespace caas::kafka::wire {

/// Bytes to be sent: its own, and between them pieces that belong to others (record batches), so
/// that a record is copied once, into its batch, and never again.
class Frame {
 public:
  /// Records of at least this many bytes are referred to instead of copied: below that a copy is
  /// cheaper than one more piece in the kernel's list.
  static constexpr std::size_t kReferBytes = 512;

  [[nodiscard]] std::size_t size() const { return own_.size() + referred_; }
  /// In the order of sending; valid as long as this and what it refers to.
  [[nodiscard]] std::vector<Bytes> pieces() const;
  /// One copy of all of it.
  [[nodiscard]] Buffer flat() const;

 private:
  friend class Encoder;
  struct Reference {
    std::size_t at = 0;  ///< before which of our own bytes
    Bytes bytes;
  };
  Buffer own_;
  std::vector<Reference> references_;
  std::size_t referred_ = 0;
};

/// Writes fields one after the other, as a message's `visit` names them. The first problem (a value
/// that the version cannot carry, a text that is too long) is kept, and what follows is of no use.
class Encoder {
 public:
  explicit Encoder(bool flexible = false) : flexible_(flexible) {}

  [[nodiscard]] bool ok() const { return problem_.empty(); }
  [[nodiscard]] const std::string& problem() const { return problem_; }
  [[nodiscard]] std::size_t size() const { return frame_.size(); }
  [[nodiscard]] Frame take() && { return std::move(frame_); }
  void setFlexible(bool flexible) { flexible_ = flexible; }

  // What `visit` calls; `name` is the field's.
  void field(std::string_view, bool value) { put(static_cast<std::uint8_t>(value ? 1 : 0)); }
  template <std::integral T>
  void field(std::string_view, T value) {
    put(static_cast<std::make_unsigned_t<T>>(value));
  }
  void field(std::string_view, double value) { put(std::bit_cast<std::uint64_t>(value)); }
  void field(std::string_view, const Uuid& value) { raw({value.data(), value.size()}); }
  void field(std::string_view name, const std::string& value);
  void field(std::string_view name, const Blob& value);
  void field(std::string_view name, const Records& value);
  template <class T>
  void nullable(std::string_view name, const std::optional<T>& value, bool allowed) {
    if (value) {
      field(name, *value);
    } else if (allowed) {
      null(std::is_same_v<T, std::string> ? 2 : 4);
    } else {
      refuse(name, "is null, which this version cannot say");
    }
  }
  template <class T>
  void object(std::string_view, const T& value, int version) {
    T::visit(*this, value, version);
  }
  template <class T>
  void array(std::string_view name, const std::vector<T>& values, int version) {
    length(name, values.size(), 4);
    for (const T& value : values) {
      if constexpr (requires { T::kFewestBytes; }) {
        T::visit(*this, value, version);
      } else {
        field(name, value);
      }
    }
  }
  template <class T>
  void nullableArray(std::string_view name, const std::optional<std::vector<T>>& values,
                     int version, bool allowed) {
    if (values) {
      array(name, *values, version);
    } else if (allowed) {
      null(4);
    } else {
      refuse(name, "is null, which this version cannot say");
    }
  }
  /// A field that never was made flexible.
  template <class Visit>
  void rigid(Visit visit) {
    const bool was = std::exchange(flexible_, false);
    visit();
    flexible_ = was;
  }
  /// A field that this version does not have and that must not get lost.
  void unsupported(std::string_view name, bool isDefault) {
    if (!isDefault) {
      refuse(name, "has a value, and this version does not carry it");
    }
  }
  template <class Visit>
  void tags(Visit visit);

  void varint(std::uint32_t value);
  void raw(Bytes bytes) { frame_.own_.insert(frame_.own_.end(), bytes.begin(), bytes.end()); }

 private:
  struct Tags;

  template <std::unsigned_integral T>
  void put(T value) {
    for (int shift = static_cast<int>(sizeof(T)) * 8 - 8; shift >= 0; shift -= 8) {
      frame_.own_.push_back(static_cast<std::uint8_t>(value >> shift));
    }
  }
  void length(std::string_view name, std::size_t count, int rigidBytes);
  void null(int rigidBytes);
  void append(Encoder other);
  void refuse(std::string_view name, std::string_view why);

  Frame frame_;
  std::string problem_;
  bool flexible_;
};

/// Collects tagged fields, since their number and sizes come first.
struct Encoder::Tags {
  template <class Visit>
  void tag(std::uint32_t number, bool isDefault, Visit visit) {
    if (isDefault) {
      return;
    }
    ++count;
    Encoder value(true);
    visit(value);
    all.varint(number);
    all.varint(static_cast<std::uint32_t>(value.size()));
    all.append(std::move(value));
  }
  Encoder all{true};
  std::uint32_t count = 0;
};

template <class Visit>
void Encoder::tags(Visit visit) {
  Tags tags;
  visit(tags);
  varint(tags.count);
  append(std::move(tags.all));
}

}  // namespace caas::kafka::wire
