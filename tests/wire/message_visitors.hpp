#pragma once

// Two more things to do with a message's fields than to encode and decode them: filling them with
// random values, and writing them as the JSON that Kafka's own JsonConverters read.

#include <array>
#include <concepts>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <boost/json.hpp>

#include "wire/types.hpp"

namespace caas::kafka::wire::test {

/// Every field that the version has gets a value; arrays get up to three elements.
class RandomFill {
 public:
  /// Owns the Records that it makes: must outlive the messages.
  explicit RandomFill(std::uint64_t seed) : random_(seed) {}

  void field(std::string_view, bool& value) { value = below(2) == 1; }
  template <std::integral T>
  void field(std::string_view, T& value) {
    // The ends are where codecs go wrong.
    switch (below(5)) {
      case 0: value = std::numeric_limits<T>::min(); break;
      case 1: value = std::numeric_limits<T>::max(); break;
      case 2: value = static_cast<T>(below(3)); break;
      default: value = static_cast<T>(random_());
    }
  }
  void field(std::string_view, double& value) {
    value = static_cast<double>(static_cast<std::int64_t>(random_())) / 1024.0;
  }
  void field(std::string_view, Uuid& value) {
    for (auto& byte : value) {
      byte = static_cast<std::uint8_t>(random_());
    }
  }
  void field(std::string_view, std::string& value) {
    constexpr std::array<std::string_view, 5> kParts{"a", "Topic-1", "ü", "漢字", "😀"};
    value.clear();
    for (auto left = below(10) == 0 ? 200 : below(8); left > 0; --left) {
      value += kParts.at(below(kParts.size()));
    }
  }
  void field(std::string_view, Blob& value) { value.bytes = bytes(); }
  void field(std::string_view, Records& value) {
    const auto& kept = kept_.emplace_back(bytes());
    value.bytes = {reinterpret_cast<const std::uint8_t*>(kept.data()), kept.size()};
  }
  template <class T>
  void nullable(std::string_view name, std::optional<T>& value, bool allowed) {
    value.reset();
    if (!allowed || below(3) > 0) {
      field(name, value.emplace());
    }
  }
  template <class T>
  void object(std::string_view, T& value, int version) {
    T::visit(*this, value, version);
  }
  template <class T>
  void array(std::string_view name, std::vector<T>& values, int version) {
    values.clear();
    for (auto left = below(4); left > 0; --left) {
      if constexpr (requires { T::kFewestBytes; }) {
        T::visit(*this, values.emplace_back(), version);
      } else {
        field(name, values.emplace_back());
      }
    }
  }
  template <class T>
  void nullableArray(std::string_view name, std::optional<std::vector<T>>& values, int version,
                     bool allowed) {
    values.reset();
    if (!allowed || below(3) > 0) {
      array(name, values.emplace(), version);
    }
  }
  template <class Visit>
  void rigid(Visit visit) {
    visit();
  }
  void unsupported(std::string_view, bool) {}
  template <class Visit>
  void tags(Visit visit) {
    Tags tags{*this};
    visit(tags);
  }

 private:
  struct Tags {
    template <class Fill>
    void tag(std::uint32_t, bool, const Fill& fill) {
      if (all.below(2) == 0) {
        fill(all);
      }
    }
    RandomFill& all;
  };

  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  std::string bytes() {
    std::string text(below(4) == 0 ? 600 + below(3'000) : below(40), '\0');
    for (char& c : text) {
      c = static_cast<char>(random_());
    }
    return text;
  }

  std::mt19937_64 random_;
  std::deque<std::string> kept_;
};

/// Base64 of Kafka's JSON: with padding for bytes, in the alphabet of URLs and without for a Uuid.
[[nodiscard]] std::string base64(Bytes bytes, bool forUrls);

class JsonWriter {
 public:
  [[nodiscard]] boost::json::object take() && { return std::move(object_); }

  template <class T>
  void field(std::string_view name, const T& value) {
    object_[name] = json(value);
  }
  template <class T>
  void nullable(std::string_view name, const std::optional<T>& value, bool) {
    object_[name] = value ? json(*value) : boost::json::value(nullptr);
  }
  template <class T>
  void object(std::string_view name, const T& value, int version) {
    JsonWriter inner;
    T::visit(inner, value, version);
    object_[name] = std::move(inner).take();
  }
  template <class T>
  void array(std::string_view name, const std::vector<T>& values, int version) {
    boost::json::array array;
    for (const T& value : values) {
      if constexpr (requires { T::kFewestBytes; }) {
        JsonWriter inner;
        T::visit(inner, value, version);
        array.emplace_back(std::move(inner).take());
      } else {
        array.push_back(json(value));
      }
    }
    object_[name] = std::move(array);
  }
  template <class T>
  void nullableArray(std::string_view name, const std::optional<std::vector<T>>& values,
                     int version, bool) {
    if (values) {
      array(name, *values, version);
    } else {
      object_[name] = nullptr;
    }
  }
  template <class Visit>
  void rigid(Visit visit) {
    visit();
  }
  void unsupported(std::string_view, bool) {}
  template <class Visit>
  void tags(Visit visit) {
    Tags tags{*this};
    visit(tags);
  }

 private:
  struct Tags {
    template <class Write>
    void tag(std::uint32_t, bool isDefault, const Write& writeTo) {
      if (!isDefault) {
        writeTo(all);
      }
    }
    JsonWriter& all;
  };

  template <class T>
  static boost::json::value json(const T& value) {
    if constexpr (std::is_same_v<T, Uuid>) {
      return boost::json::string(base64(value, true));
    } else if constexpr (std::is_same_v<T, Records>) {
      return boost::json::string(base64(value.bytes, false));
    } else if constexpr (std::is_same_v<T, Blob>) {
      return boost::json::string(base64(
          {reinterpret_cast<const std::uint8_t*>(value.bytes.data()), value.bytes.size()}, false));
    } else if constexpr (std::is_same_v<T, std::string>) {
      return boost::json::string(value);
    } else {
      return value;
    }
  }

  boost::json::object object_;
};

}  // namespace caas::kafka::wire::test
