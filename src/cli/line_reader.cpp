#include "cli/line_reader.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/errors.hpp"

namespace caas::kafka::cli {
namespace {

constexpr std::size_t kReadBytes = 64 * 1024;
constexpr int kIdleMs = 200;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

}  // namespace

FdSource::FdSource(int fd, std::string name, const Interrupt& interrupt,
                   std::function<void()> onIdle)
    : fd_(fd), name_(std::move(name)), interrupt_(interrupt), onIdle_(std::move(onIdle)) {}

FdSource::~FdSource() {
  if (owned_) {
    ::close(fd_);
  }
}

Result<std::unique_ptr<ByteSource>> FdSource::open(const std::string& path,
                                                   const Interrupt& interrupt,
                                                   std::function<void()> onIdle) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return fail(errors::io("cannot read", path, std::strerror(errno)));
  }
  auto source = std::make_unique<FdSource>(fd, path, interrupt, std::move(onIdle));
  source->owned_ = true;
  return source;
}

Result<std::size_t> FdSource::read(std::span<char> space) {
  while (true) {
    if (interrupt_.count() > 0) {
      return 0;
    }
    std::array<pollfd, 2> fds{{{fd_, POLLIN, 0}, {interrupt_.fd(), POLLIN, 0}}};
    const int ready = ::poll(fds.data(), fds.size(), kIdleMs);
    if (ready <= 0 || fds[0].revents == 0) {
      if (onIdle_) {
        onIdle_();
      }
      continue;
    }
    const auto count = ::read(fd_, space.data(), space.size());
    if (count >= 0) {
      return static_cast<std::size_t>(count);
    }
    if (errno != EINTR && errno != EAGAIN) {
      return fail(errors::io("cannot read", name_, std::strerror(errno)));
    }
  }
}

std::optional<std::int64_t> FdSource::size() const {
  struct stat status{};
  if (::fstat(fd_, &status) != 0 || !S_ISREG(status.st_mode)) {
    return std::nullopt;
  }
  return status.st_size;
}

Result<std::size_t> StreamSource::read(std::span<char> space) {
  stream_.read(space.data(), static_cast<std::streamsize>(space.size()));
  return static_cast<std::size_t>(stream_.gcount());
}

Result<std::unique_ptr<ByteSource>> openSource(const CliContext& context, const std::string& from,
                                               const Interrupt& interrupt,
                                               std::function<void()> onIdle) {
  if (from != "-") {
    return FdSource::open(from, interrupt, std::move(onIdle));
  }
  if (context.inFd < 0) {
    return std::make_unique<StreamSource>(context.in);
  }
  return std::make_unique<FdSource>(context.inFd, "standard input", interrupt, std::move(onIdle));
}

LineReader::LineReader(ByteSource& source, std::size_t maxLineBytes)
    : source_(source), maxLineBytes_(maxLineBytes) {}

Result<bool> LineReader::fill() {
  buffer_.erase(0, begin_);
  scanned_ -= begin_;
  begin_ = 0;
  const auto kept = buffer_.size();
  buffer_.resize(kept + kReadBytes);
  const auto count = source_.read({buffer_.data() + kept, kReadBytes});
  buffer_.resize(kept + count.value_or(0));
  if (!count) {
    return fail(count.error());
  }
  // A pipe may give it in pieces.
  if (!begun_ &&
      (buffer_.size() >= kByteOrderMark.size() || !kByteOrderMark.starts_with(buffer_))) {
    begun_ = true;
    if (buffer_.starts_with(kByteOrderMark)) {
      begin_ = scanned_ = kByteOrderMark.size();
    }
  }
  bytesRead_ += static_cast<std::int64_t>(*count);
  return *count > 0;
}

Line LineReader::take(std::size_t length, std::size_t consumed) {
  const auto from = begin_;
  begin_ += consumed;
  scanned_ = begin_;
  ++lines_;
  if (skipping_ || length > maxLineBytes_) {
    skipping_ = false;
    return {lines_, {}, true};
  }
  auto text = std::string_view{buffer_}.substr(from, length);
  if (text.ends_with('\r')) {
    text.remove_suffix(1);
  }
  return {lines_, text, false};
}

Result<std::optional<Line>> LineReader::next() {
  while (true) {
    const auto newline = buffer_.find('\n', scanned_);
    if (newline != std::string::npos) {
      return take(newline - begin_, newline - begin_ + 1);
    }
    scanned_ = buffer_.size();
    if (begun_ && buffer_.size() - begin_ > maxLineBytes_ + 1) {
      skipping_ = true;
      begin_ = buffer_.size();
    }
    if (!ended_) {
      CAAS_ASSIGN(const bool more, fill());
      ended_ = !more;
      continue;
    }
    if (begin_ == buffer_.size() && !skipping_) {
      return std::nullopt;
    }
    return take(buffer_.size() - begin_, buffer_.size() - begin_);
  }
}

}  // namespace caas::kafka::cli
