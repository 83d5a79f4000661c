#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace caas::kafka::http {

/// Bytes that many may use together. Thread-safe; outlives its charges.
class ByteBudget {
 public:
  explicit ByteBudget(std::size_t most) : most_(most) {}

  /// What one of them has taken; given back when it goes.
  class Charge {
   public:
    Charge() = default;
    explicit Charge(ByteBudget& budget) : budget_(&budget) {}
    ~Charge() { release(); }
    Charge(Charge&& other) noexcept
        : budget_(std::exchange(other.budget_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
    Charge& operator=(Charge&& other) noexcept {
      if (this != &other) {
        release();
        budget_ = std::exchange(other.budget_, nullptr);
        bytes_ = std::exchange(other.bytes_, 0);
      }
      return *this;
    }

    /// false: they are used up, and nothing was taken.
    [[nodiscard]] bool take(std::size_t bytes) {
      if (budget_ == nullptr || !budget_->take(bytes)) {
        return false;
      }
      bytes_ += bytes;
      return true;
    }
    /// Takes them in any case: what is there already.
    void force(std::size_t bytes) {
      if (budget_ != nullptr) {
        budget_->used_ += bytes;
        bytes_ += bytes;
      }
    }

   private:
    void release() {
      if (budget_ != nullptr) {
        budget_->used_ -= bytes_;
      }
      bytes_ = 0;
    }
    ByteBudget* budget_ = nullptr;
    std::size_t bytes_ = 0;
  };

  [[nodiscard]] std::size_t used() const { return used_; }
  [[nodiscard]] bool full() const { return used_ >= most_; }

 private:
  bool take(std::size_t bytes) {
    if (used_.fetch_add(bytes) + bytes <= most_) {
      return true;
    }
    used_ -= bytes;
    return false;
  }

  const std::size_t most_;
  std::atomic<std::size_t> used_{0};
};

}  // namespace caas::kafka::http
