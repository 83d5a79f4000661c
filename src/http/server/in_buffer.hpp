#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace caas::kafka::http {

/// Bytes that came and are not yet used. Small at first, since most connections send little; grows
/// to a bound; gives its memory back when told to.
class InBuffer {
 public:
  explicit InBuffer(std::size_t most) : most_(most) {}

  [[nodiscard]] std::string_view unread() const { return {data_.get() + begin_, end_ - begin_}; }
  [[nodiscard]] bool empty() const { return begin_ == end_; }
  /// It holds as much as it may: nothing can be read until something is used.
  [[nodiscard]] bool full() const { return end_ - begin_ >= most_; }
  void use(std::size_t bytes) { begin_ += bytes; }

  /// Room for at least one byte (not when full()).
  [[nodiscard]] std::span<char> room() {
    if (begin_ > 0) {
      std::memmove(data_.get(), data_.get() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    if (capacity_ - end_ < capacity_ / 4 || capacity_ == 0) {
      grow();
    }
    return {data_.get() + end_, capacity_ - end_};
  }
  void filled(std::size_t bytes) { end_ += bytes; }

  void release() {
    if (empty()) {
      data_.reset();
      capacity_ = begin_ = end_ = 0;
    }
  }

 private:
  static constexpr std::size_t kFirst = 2'048;

  void grow() {
    const auto capacity = std::min(most_, std::max(kFirst, capacity_ * 2));
    if (capacity == capacity_) {
      return;
    }
    std::unique_ptr<char[]> data(new char[capacity]);  // not zeroed: it is read into
    if (end_ > 0) {
      std::memcpy(data.get(), data_.get(), end_);
    }
    data_ = std::move(data);
    capacity_ = capacity;
  }

  const std::size_t most_;
  std::unique_ptr<char[]> data_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace caas::kafka::http
