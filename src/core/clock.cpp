#include "caas/kafka/clock.hpp"

#include <charconv>
#include <optional>
#include <random>
#include <thread>

#include <fmt/format.h>

#include "core/errors.hpp"

namespace caas::kafka {
namespace {

class SystemClock final : public Clock {
 public:
  Timestamp now() const override {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  }
  std::chrono::steady_clock::time_point steadyNow() const override {
    return std::chrono::steady_clock::now();
  }
  void sleepFor(std::chrono::nanoseconds duration) override {
    std::this_thread::sleep_for(duration);
  }
};

class SystemRandom final : public Random {
 public:
  std::uint64_t next() override {
    // One generator a thread: no lock, and std::random_device is read once a thread only.
    thread_local std::mt19937_64 generator = [] {
      std::random_device device;
      std::seed_seq seed{device(), device(), device(), device(), device(), device()};
      return std::mt19937_64(seed);
    }();
    return generator();
  }
};

/// Reads fixed-width decimal fields from the front of a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}
  [[nodiscard]] bool done() const { return rest_.empty(); }
  bool take(char expected) {
    if (rest_.empty() || rest_.front() != expected) {
      return false;
    }
    rest_.remove_prefix(1);
    return true;
  }
  std::optional<int> digits(std::size_t count) {
    if (rest_.size() < count) {
      return std::nullopt;
    }
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') {
        return std::nullopt;
      }
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }
  /// Any number of digits as a fraction of a second, cut to milliseconds.
  std::optional<int> fractionMillis() {
    int millis = 0;
    int count = 0;
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
      if (count < 3) {
        millis = millis * 10 + (rest_.front() - '0');
      }
      ++count;
      rest_.remove_prefix(1);
    }
    for (int i = count; i < 3; ++i) {
      millis *= 10;
    }
    return count == 0 ? std::nullopt : std::optional(millis);
  }

 private:
  std::string_view rest_;
};

std::optional<Milliseconds> scanTimeOfDay(Scanner& scanner) {
  const auto hour = scanner.digits(2);
  if (!hour || *hour > 23 || !scanner.take(':')) {
    return std::nullopt;
  }
  const auto minute = scanner.digits(2);
  if (!minute || *minute > 59) {
    return std::nullopt;
  }
  int second = 0;
  int millis = 0;
  if (scanner.take(':')) {
    const auto s = scanner.digits(2);
    if (!s || *s > 60) {
      return std::nullopt;
    }
    second = *s;
    if (scanner.take('.')) {
      const auto fraction = scanner.fractionMillis();
      if (!fraction) {
        return std::nullopt;
      }
      millis = *fraction;
    }
  }
  return std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(second) +
         Milliseconds(millis);
}

/// "Z", "+02:00", "-0530" or nothing (UTC).
std::optional<Milliseconds> scanOffset(Scanner& scanner) {
  if (scanner.done() || scanner.take('Z')) {
    return Milliseconds{0};
  }
  const bool plus = scanner.take('+');
  if (!plus && !scanner.take('-')) {
    return std::nullopt;
  }
  const auto hours = scanner.digits(2);
  scanner.take(':');
  const auto minutes = scanner.digits(2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) {
    return std::nullopt;
  }
  const Milliseconds offset = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  return plus ? offset : -offset;
}

std::optional<Timestamp> scanIso8601(std::string_view text) {
  Scanner scanner(text);
  const auto year = scanner.digits(4);
  if (!year || !scanner.take('-')) {
    return std::nullopt;
  }
  const auto month = scanner.digits(2);
  if (!month || !scanner.take('-')) {
    return std::nullopt;
  }
  const auto day = scanner.digits(2);
  if (!day) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) {
    return std::nullopt;
  }
  Timestamp time = std::chrono::sys_days(date);
  if (scanner.done()) {
    return time;
  }
  if (!scanner.take('T') && !scanner.take(' ')) {
    return std::nullopt;
  }
  const auto timeOfDay = scanTimeOfDay(scanner);
  if (!timeOfDay) {
    return std::nullopt;
  }
  const auto offset = scanOffset(scanner);
  if (!offset || !scanner.done()) {
    return std::nullopt;
  }
  return time + *timeOfDay - *offset;
}

}  // namespace

Clock& systemClock() {
  static SystemClock clock;
  return clock;
}

Random& systemRandom() {
  static SystemRandom random;
  return random;
}

std::string makeId(const Clock& clock, Random& random) {
  const auto millis = static_cast<std::uint64_t>(clock.now().time_since_epoch().count());
  const std::uint64_t a = random.next();
  const std::uint64_t b = random.next();
  return fmt::format("{:08x}-{:04x}-7{:03x}-{:04x}-{:012x}", (millis >> 16) & 0xffffffffU,
                     millis & 0xffffU, a & 0xfffU, 0x8000U | ((a >> 12) & 0x3fffU),
                     b & 0xffffffffffffU);
}

std::string formatTimestamp(Timestamp time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

Result<Timestamp> parseTimestamp(std::string_view text) {
  std::int64_t millis = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), millis);
  if (error == std::errc{} && end == text.data() + text.size() && text.find('-', 1) == text.npos) {
    return Timestamp{Milliseconds{millis}};
  }
  if (const auto time = scanIso8601(text)) {
    return *time;
  }
  return fail(errors::invalidArgument(
      fmt::format("'{}' is not a time", text.substr(0, 64)),
      "Write ISO 8601 (2026-11-23T14:40:00Z, or a date alone) or milliseconds since 1970"));
}

}  // namespace caas::kafka
