#pragma once

// Lines of a file, a pipe or a terminal, in bounded memory.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "cli/context.hpp"

namespace caas::kafka::cli {

/// Where bytes come from.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// At most `space.size()` bytes; 0: the end, or an interrupt.
  [[nodiscard]] virtual Result<std::size_t> read(std::span<char> space) = 0;
  /// Bytes in all, where that is known beforehand (a plain file).
  [[nodiscard]] virtual std::optional<std::int64_t> size() const { return std::nullopt; }
};

/// Reads a descriptor and stops waiting for it as soon as somebody asks.
class FdSource : public ByteSource {
 public:
  /// `onIdle` is called about five times a second while there is nothing to read.
  FdSource(int fd, std::string name, const Interrupt& interrupt, std::function<void()> onIdle = {});
  ~FdSource() override;
  FdSource(const FdSource&) = delete;
  FdSource& operator=(const FdSource&) = delete;
  /// Opens a file (kIo names it).
  [[nodiscard]] static Result<std::unique_ptr<ByteSource>> open(const std::string& path,
                                                                const Interrupt& interrupt,
                                                                std::function<void()> onIdle = {});
  [[nodiscard]] Result<std::size_t> read(std::span<char> space) override;
  [[nodiscard]] std::optional<std::int64_t> size() const override;

 private:
  int fd_;
  bool owned_ = false;
  std::string name_;
  const Interrupt& interrupt_;
  std::function<void()> onIdle_;
};

class StreamSource : public ByteSource {
 public:
  explicit StreamSource(std::istream& stream) : stream_(stream) {}
  [[nodiscard]] Result<std::size_t> read(std::span<char> space) override;

 private:
  std::istream& stream_;
};

/// "-": standard input, else a file.
[[nodiscard]] Result<std::unique_ptr<ByteSource>> openSource(const CliContext& context,
                                                             const std::string& from,
                                                             const Interrupt& interrupt,
                                                             std::function<void()> onIdle = {});

struct Line {
  std::int64_t number = 0;  ///< from 1
  std::string_view text;    ///< without its end (LF or CR LF); lives until the next call
  bool tooLong = false;     ///< `text` is empty: the line was skipped
};

/// Splits at LF; a CR before it and a byte order mark at the start are dropped, a last line without
/// an end counts. A line of more than `maxLineBytes` is skipped and reported as such.
class LineReader {
 public:
  LineReader(ByteSource& source, std::size_t maxLineBytes);
  [[nodiscard]] Result<std::optional<Line>> next();
  [[nodiscard]] std::int64_t bytesRead() const { return bytesRead_; }

 private:
  [[nodiscard]] Result<bool> fill();
  Line take(std::size_t length, std::size_t consumed);

  ByteSource& source_;
  std::size_t maxLineBytes_;
  std::string buffer_;
  std::size_t begin_ = 0;
  std::size_t scanned_ = 0;  ///< no LF before this
  bool begun_ = false;       ///< it is known whether there is a byte order mark
  bool ended_ = false;
  bool skipping_ = false;
  std::int64_t lines_ = 0;
  std::int64_t bytesRead_ = 0;
};

}  // namespace caas::kafka::cli
