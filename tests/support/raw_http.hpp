#pragma once

// An HTTP client that sends what a test tells it to, well-formed or not.

#include <arpa/inet.h>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <map>
#include <netinet/in.h>
#include <optional>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace caas::kafka::test {

struct RawAnswer {
  int status = 0;
  std::map<std::string, std::string> headers{};  ///< names in small letters
  std::string body{};
};

/// One connection to 127.0.0.1. Nothing waits longer than `patience`.
class RawClient {
 public:
  using Time = std::chrono::milliseconds;

  /// `from`: the address of this end, one of 127.0.0.0/8.
  explicit RawClient(int port, const char* from = nullptr, Time patience = Time{20'000})
      : patience_(patience), fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    if (from != nullptr) {
      ::inet_pton(AF_INET, from, &address.sin_addr);
      if (::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        throw std::runtime_error(std::string("bind: ") + std::strerror(errno));
      }
    }
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    ::inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      const int reason = errno;
      ::close(fd_);
      throw std::runtime_error(std::string("connect: ") + std::strerror(reason));
    }
  }
  ~RawClient() { close(); }
  RawClient(RawClient&& other) noexcept
      : patience_(other.patience_),
        fd_(std::exchange(other.fd_, -1)),
        unread_(std::move(other.unread_)) {}
  RawClient& operator=(RawClient&&) = delete;

  [[nodiscard]] int fd() const { return fd_; }
  void close() {
    if (fd_ >= 0) {
      ::close(std::exchange(fd_, -1));
    }
  }
  void closeSending() const { ::shutdown(fd_, SHUT_WR); }

  /// false: the other end does not take it any more.
  bool send(std::string_view text) const {
    while (!text.empty()) {
      const auto sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) {
        return false;
      }
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  /// A whole request: "GET /x HTTP/1.1", then header lines, each with its "\r\n".
  bool request(std::string_view line, std::string_view headers = {},
               std::string_view body = {}) const {
    std::string text(line);
    text += "\r\nHost: localhost\r\n";
    text += headers;
    if (!body.empty()) {
      text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    }
    text += "\r\n";
    text += body;
    return send(text);
  }

  /// The next answer; nullopt: the connection ended, or nothing came in time. `toHead`: HEAD was
  /// asked, so no body follows.
  std::optional<RawAnswer> answer(bool toHead = false) {
    const auto end = readUntil("\r\n\r\n");
    if (!end) {
      return std::nullopt;
    }
    RawAnswer answer = parseHead(std::string_view(unread_).substr(0, *end));
    unread_.erase(0, *end + 4);
    if (toHead || answer.status == 204 || answer.status == 304 || answer.status == 100) {
      return answer;
    }
    const auto length = answer.headers.find("content-length");
    if (length == answer.headers.end()) {
      return answer;  // a stream: text() reads on
    }
    const auto bytes = static_cast<std::size_t>(std::atoll(length->second.c_str()));
    while (unread_.size() < bytes) {
      if (!readSome()) {
        return std::nullopt;
      }
    }
    answer.body = unread_.substr(0, bytes);
    unread_.erase(0, bytes);
    return answer;
  }
  /// What has come up to and with `mark`; nullopt as above.
  std::optional<std::string> text(std::string_view mark) {
    const auto at = readUntil(mark);
    if (!at) {
      return std::nullopt;
    }
    auto taken = unread_.substr(0, *at + mark.size());
    unread_.erase(0, taken.size());
    return taken;
  }
  /// Whether the other end closes, in time; what comes before that is thrown away.
  bool ends() {
    while (readSome()) {
      unread_.clear();
    }
    return ended_;
  }

 private:
  static RawAnswer parseHead(std::string_view head) {
    RawAnswer answer;
    answer.status =
        std::atoi(std::string(head.substr(std::min(head.find(' '), head.size()))).c_str());
    for (auto at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n")) {
      head.remove_prefix(at + 2);
      const auto line = head.substr(0, head.find("\r\n"));
      const auto colon = line.find(':');
      std::string name(line.substr(0, colon));
      for (auto& c : name) {
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      }
      answer.headers[name] =
          line.substr(std::min(line.find_first_not_of(": ", colon), line.size()));
    }
    return answer;
  }
  std::optional<std::size_t> readUntil(std::string_view mark) {
    for (;;) {
      if (const auto at = unread_.find(mark); at != std::string::npos) {
        return at;
      }
      if (!readSome()) {
        return std::nullopt;
      }
    }
  }
  bool readSome() {
    pollfd waiting{.fd = fd_, .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, static_cast<int>(patience_.count())) != 1) {
      return false;
    }
    char buffer[16'384];
    const auto bytes = ::recv(fd_, buffer, sizeof buffer, 0);
    if (bytes <= 0) {
      ended_ = true;
      return false;
    }
    unread_.append(buffer, static_cast<std::size_t>(bytes));
    return true;
  }

  Time patience_;
  int fd_ = -1;
  bool ended_ = false;
  std::string unread_;
};

}  // namespace caas::kafka::test
