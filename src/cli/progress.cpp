#include "cli/progress.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include <fmt/format.h>

#include "cli/text.hpp"
#include "core/utf8.hpp"

namespace caas::kafka::cli {
namespace {

constexpr Milliseconds kQuietAtFirst{1'000};
constexpr Milliseconds kBetween{200};

}  // namespace

Progress::Progress(CliContext& context)
    : context_(context), started_(context.clock->steadyNow()), shown_(started_) {}

Progress::~Progress() { clear(); }

void Progress::update(const std::function<std::string()>& text) {
  if (!context_.errIsTerminal) {
    return;
  }
  const auto now = context_.clock->steadyNow();
  if (now - started_ < kQuietAtFirst || now - shown_ < kBetween) {
    return;
  }
  shown_ = now;
  visible_ = true;
  auto line = escapeForTerminal(text());
  // A line that wraps could not be written over.
  if (const auto room = static_cast<std::size_t>(std::max(context_.width, 20)) - 1;
      line.size() > room) {
    line.resize(room);
    line.resize(validUtf8Prefix(line));
  }
  context_.err << '\r' << line << "\x1b[K" << std::flush;
}

WaitingLine::WaitingLine(CliContext& context, std::string text) : progress_(context) {
  if (!context.errIsTerminal) {
    return;
  }
  thread_ = std::jthread([this, &context, text = std::move(text)](const std::stop_token& stop) {
    const auto started = context.clock->steadyNow();
    std::mutex mutex;
    std::condition_variable_any ended;
    std::unique_lock lock(mutex);
    while (!ended.wait_for(lock, stop, kBetween, [&] { return stop.stop_requested(); })) {
      progress_.update([&] {
        return fmt::format(
            "{} … {} s", text,
            std::chrono::duration_cast<std::chrono::seconds>(context.clock->steadyNow() - started)
                .count());
      });
    }
  });
}

WaitingLine::~WaitingLine() {
  thread_.request_stop();
  if (thread_.joinable()) {
    thread_.join();
  }
}

void Progress::clear() {
  if (visible_) {
    context_.err << "\r\x1b[K" << std::flush;
    visible_ = false;
  }
}

}  // namespace caas::kafka::cli
