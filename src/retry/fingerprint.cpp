// What is left of an error's message when everything that differs from record to record is taken
// out, and its hash.

#include <array>
#include <cstdint>

#include <fmt/format.h>

#include "retry/failure_headers.hpp"

namespace caas::kafka::retry {
namespace {

// What tells failures apart stands at the beginning; a megabyte of a response body does not.
constexpr std::size_t kMessageBytes = 1024;
// Shorter words of hex digits are words ("added", "face") or codes ("E404" keeps its letter).
constexpr std::size_t kHexAtLeast = 8;
constexpr std::size_t kMixedAtLeast = 16;

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isAlpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool isWord(char c) { return isDigit(c) || isAlpha(c); }
bool isHex(char c) { return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// 8-4-4-4-12 hex digits at the front: its length, else 0.
std::size_t uuidAt(std::string_view text) {
  constexpr std::array<std::size_t, 5> kGroups{8, 4, 4, 4, 12};
  std::size_t at = 0;
  for (std::size_t group = 0; group < kGroups.size(); ++group) {
    if (group > 0 && (at >= text.size() || text[at++] != '-')) {
      return 0;
    }
    for (std::size_t i = 0; i < kGroups[group]; ++i, ++at) {
      if (at >= text.size() || !isHex(text[at])) {
        return 0;
      }
    }
  }
  return at < text.size() && isWord(text[at]) ? 0 : at;
}

class Normalizer {
 public:
  explicit Normalizer(std::string_view text) : text_(text.substr(0, kMessageBytes)) {}

  std::string run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (!(isWord(c) ? word() : quoted(c))) {
        const bool space = c == ' ' || c == '\t' || c == '\r' || c == '\n';
        if (!space) {
          out_ += c;
        } else if (!out_.empty() && out_.back() != ' ') {
          out_ += ' ';
        }
        ++at_;
      }
    }
    return std::move(out_);
  }

 private:
  /// Text between quotes, which are no apostrophes: those stand between letters.
  bool quoted(char quote) {
    if ((quote != '\'' && quote != '"' && quote != '`') || (at_ > 0 && isWord(text_[at_ - 1]))) {
      return false;
    }
    for (auto end = text_.find(quote, at_ + 1); end != std::string_view::npos;
         end = text_.find(quote, end + 1)) {
      if (end + 1 == text_.size() || !isWord(text_[end + 1])) {
        out_ += '?';
        at_ = end + 1;
        return true;
      }
    }
    return false;
  }

  bool word() {
    if (const auto uuid = uuidAt(text_.substr(at_)); uuid > 0) {
      out_ += '#';
      at_ += uuid;
      return true;
    }
    std::size_t end = at_;
    bool digits = false;
    bool letters = false;
    bool hex = true;
    while (end < text_.size() && isWord(text_[end])) {
      digits = digits || isDigit(text_[end]);
      letters = letters || isAlpha(text_[end]);
      hex = hex && isHex(text_[end]);
      ++end;
    }
    const auto size = end - at_;
    if (digits && letters && ((hex && size >= kHexAtLeast) || size >= kMixedAtLeast)) {
      out_ += '#';
      at_ = end;
      return true;
    }
    for (; at_ < end; ++at_) {
      if (!isDigit(text_[at_])) {
        out_ += text_[at_];
      } else {
        number();
        // A number may go on beyond the word ("1.5", "10.0.0.1:9092", "2026-11-23").
        if (at_ >= end) {
          return true;
        }
        --at_;
      }
    }
    return true;
  }

  void number() {
    constexpr std::string_view kWithin = ".,:-_";
    while (at_ < text_.size()) {
      const bool joins = kWithin.find(text_[at_]) != std::string_view::npos &&
                         at_ + 1 < text_.size() && isDigit(text_[at_ + 1]);
      if (!isDigit(text_[at_]) && !joins) {
        break;
      }
      ++at_;
    }
    out_ += '#';
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string out_;
};

/// FNV-1a, 64 bits: stable over builds and machines, and nobody has to defend it.
std::uint64_t hash(std::uint64_t state, std::string_view text) {
  constexpr std::uint64_t kPrime = 0x100000001B3ULL;
  for (const char c : text) {
    state = (state ^ static_cast<unsigned char>(c)) * kPrime;
  }
  return (state ^ 0xFF) * kPrime;  // an end that no UTF-8 text contains
}

}  // namespace

std::string fingerprintOf(std::string_view code, std::string_view stage, std::string_view message) {
  constexpr std::uint64_t kBasis = 0xCBF29CE484222325ULL;
  return fmt::format("{:016x}", hash(hash(hash(kBasis, code), stage), Normalizer(message).run()));
}

}  // namespace caas::kafka::retry
