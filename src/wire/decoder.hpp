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

/// Reads fields one after the other, as a message's `visit` names them, out of bytes that nobody
/// vouches for. A length is held against what is left before anything is allocated for it: an array
/// by the fewest bytes that its elements can have, so that a message takes memory in proportion to
/// its frame, and the frame is bounded (kMaxFrameBytes). Nesting is as deep as the definitions are.
/// The first problem is kept; all that is read after it is zero or empty. Unknown tagged fields are
/// skipped.
class Decoder {
 public:
  /// `bytes` must outlive it, and every Records that comes out of it.
  explicit Decoder(Bytes bytes, bool flexible = false) : left_(bytes), flexible_(flexible) {}

  [[nodiscard]] bool ok() const { return problem_.empty(); }
  [[nodiscard]] const std::string& problem() const { return problem_; }
  [[nodiscard]] std::size_t left() const { return left_.size(); }
  void setFlexible(bool flexible) { flexible_ = flexible; }

  // What `visit` calls; `name` is the field's.
  void field(std::string_view name, bool& value) { value = take<std::uint8_t>(name) != 0; }
  template <std::integral T>
  void field(std::string_view name, T& value) {
    value = static_cast<T>(take<std::make_unsigned_t<T>>(name));
  }
  void field(std::string_view name, double& value) {
    value = std::bit_cast<double>(take<std::uint64_t>(name));
  }
  void field(std::string_view name, Uuid& value) {
    const Bytes bytes = raw(name, value.size());
    if (bytes.size() == value.size()) {
      std::ranges::copy(bytes, value.begin());
    }
  }
  void field(std::string_view name, std::string& value) { assign(value, blob(name, 2, false)); }
  void field(std::string_view name, Blob& value) { assign(value.bytes, blob(name, 4, false)); }
  void field(std::string_view name, Records& value) {
    value.bytes = blob(name, 4, false).value_or(Bytes{});
  }
  template <class T>
  void nullable(std::string_view name, std::optional<T>& value, bool allowed) {
    const auto bytes = blob(name, std::is_same_v<T, std::string> ? 2 : 4, allowed);
    value.reset();
    if (!bytes) {
      return;
    }
    if constexpr (std::is_same_v<T, Records>) {
      value.emplace(*bytes);
    } else if constexpr (std::is_same_v<T, Blob>) {
      assign(value.emplace().bytes, bytes);
    } else {
      assign(value.emplace(), bytes);
    }
  }
  template <class T>
  void object(std::string_view, T& value, int version) {
    T::visit(*this, value, version);
  }
  template <class T>
  void array(std::string_view name, std::vector<T>& values, int version) {
    elements(name, values, version, length(name, 4, fewestBytes<T>(), false).value_or(0));
  }
  template <class T>
  void nullableArray(std::string_view name, std::optional<std::vector<T>>& values, int version,
                     bool allowed) {
    const auto count = length(name, 4, fewestBytes<T>(), allowed);
    values.reset();
    if (count) {
      elements(name, values.emplace(), version, *count);
    }
  }
  template <class Visit>
  void rigid(Visit visit) {
    const bool was = std::exchange(flexible_, false);
    visit();
    flexible_ = was;
  }
  void unsupported(std::string_view, bool) {}
  template <class Visit>
  void tags(Visit visit);

  /// Kafka's unsigned varint; at most five bytes and 32 bits.
  std::uint32_t varint(std::string_view name);
  /// A view of the next `count` bytes; empty when there are not as many.
  Bytes raw(std::string_view name, std::size_t count);
  void refuse(std::string_view name, std::string_view why);

 private:
  struct Tags;

  template <class T>
  static constexpr std::size_t fewestBytes() {
    if constexpr (requires { T::kFewestBytes; }) {
      return T::kFewestBytes;
    } else if constexpr (std::is_same_v<T, std::string>) {
      return 1;
    } else {
      return sizeof(T);
    }
  }
  template <std::unsigned_integral T>
  T take(std::string_view name) {
    T value = 0;
    for (const std::uint8_t byte : raw(name, sizeof(T))) {
      value = static_cast<T>((static_cast<std::uint64_t>(value) << 8) | byte);
    }
    return value;
  }
  template <class T>
  void elements(std::string_view name, std::vector<T>& values, int version, std::size_t count) {
    values.clear();
    values.reserve(count);
    while (count-- > 0 && ok()) {
      if constexpr (requires { T::kFewestBytes; }) {
        T::visit(*this, values.emplace_back(), version);
      } else {
        field(name, values.emplace_back());
      }
    }
  }
  static void assign(std::string& to, const std::optional<Bytes>& from) {
    to.clear();
    if (from) {
      to.assign(reinterpret_cast<const char*>(from->data()), from->size());
    }
  }
  /// nullopt: null, where that is allowed; or a problem.
  std::optional<std::size_t> length(std::string_view name, int rigidBytes, std::size_t fewest,
                                    bool nullAllowed);
  std::optional<Bytes> blob(std::string_view name, int rigidBytes, bool nullAllowed);

  Bytes left_;
  std::string problem_;
  bool flexible_;
};

struct Decoder::Tags {
  template <class Visit>
  void tag(std::uint32_t which, bool, Visit visit) {
    if (which == number) {
      known = true;
      visit(value);
    }
  }
  std::uint32_t number = 0;
  Decoder value;
  bool known = false;
};

template <class Visit>
void Decoder::tags(Visit visit) {
  for (std::uint32_t count = varint("tagged fields"); count > 0 && ok(); --count) {
    const std::uint32_t number = varint("tag");
    const std::uint32_t size = varint("size of a tagged field");
    Tags tags{.number = number, .value = Decoder(raw("tagged field", size), true)};
    if (!ok()) {
      return;
    }
    visit(tags);
    if (!tags.value.ok()) {
      problem_ = std::move(tags.value.problem_);
    } else if (tags.known && tags.value.left() > 0) {
      refuse("tagged field", "has bytes behind its end");
    }
  }
}

}  // namespace caas::kafka::wire
