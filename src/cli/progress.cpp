#include "cli/progress.hpp"

#include <algorithm>

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

void Progress::clear() {
  if (visible_) {
    context_.err << "\r\x1b[K" << std::flush;
    visible_ = false;
  }
}

}  // namespace caas::kafka::cli
