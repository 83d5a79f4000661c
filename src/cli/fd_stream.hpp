#pragma once

#include <streambuf>
#include <vector>

namespace caas::kafka::cli {

/// Writes to a descriptor and remembers why that failed, which std::cout cannot tell: a closed pipe
/// (`| head`) is a quiet end, a full disk is an error.
class FdOutput : public std::streambuf {
 public:
  explicit FdOutput(int fd);
  ~FdOutput() override;
  FdOutput(const FdOutput&) = delete;
  FdOutput& operator=(const FdOutput&) = delete;

  /// errno of the first write that failed, 0 if none did.
  [[nodiscard]] int error() const { return error_; }

 protected:
  int_type overflow(int_type c) override;
  int sync() override;

 private:
  bool drain();

  int fd_;
  int error_ = 0;
  std::vector<char> buffer_;
};

}  // namespace caas::kafka::cli
