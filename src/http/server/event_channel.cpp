#include "http/server/event_channel.hpp"

#include <algorithm>
#include <utility>

namespace caas::kafka::http {
namespace {

void addField(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  // A line break would begin another field.
  std::ranges::transform(value, std::back_inserter(out),
                         [](char c) { return c == '\n' || c == '\r' || c == '\0' ? ' ' : c; });
  out += '\n';
}

/// Takes a line off the front: LF, CR or both end it.
std::string_view takeLine(std::string_view& rest) {
  const auto end = std::min(rest.find_first_of("\r\n"), rest.size());
  const auto line = rest.substr(0, end);
  const bool both = rest.substr(end).starts_with("\r\n");
  rest.remove_prefix(std::min(end + (both ? 2 : 1), rest.size()));
  return line;
}

}  // namespace

std::string eventText(const Event& event) {
  std::string out;
  out.reserve(event.data.size() + event.type.size() + event.id.size() + 32);
  if (!event.id.empty()) {
    addField(out, "id", event.id);
  }
  if (!event.type.empty()) {
    addField(out, "event", event.type);
  }
  auto rest = event.data;
  do {
    addField(out, "data", takeLine(rest));
  } while (!rest.empty());
  out += '\n';
  return out;
}

EventChannel::EventChannel(std::size_t mostBytes, std::function<void()> wake)
    : mostBytes_(mostBytes), wake_(std::move(wake)) {}

void EventChannel::wake(std::unique_lock<std::mutex>& lock) {
  if (!std::exchange(wakeSent_, true)) {
    lock.unlock();
    wake_();
  }
}

bool EventChannel::send(const Event& event) {
  auto text = eventText(event);
  std::unique_lock lock(mutex_);
  changes_.wait(lock, [this] { return closed_ || text_.size() + underWay_ < mostBytes_; });
  if (closed_) {
    return false;
  }
  started_ = true;
  text_ += text;
  wake(lock);
  return true;
}

bool EventChannel::start() {
  std::unique_lock lock(mutex_);
  if (closed_) {
    return false;
  }
  started_ = true;
  wake(lock);
  return true;
}

bool EventChannel::waitFor(Milliseconds time) {
  std::unique_lock lock(mutex_);
  return !changes_.wait_for(lock, time, [this] { return closed_; });
}

bool EventChannel::open() const {
  const std::lock_guard lock(mutex_);
  return !closed_;
}

void EventChannel::finish(Result<void> result) {
  std::unique_lock lock(mutex_);
  result_ = std::move(result);
  wake(lock);
}

EventChannel::Taken EventChannel::take() {
  const std::lock_guard lock(mutex_);
  wakeSent_ = false;
  underWay_ = text_.size();
  return {.started = started_, .result = result_, .text = std::exchange(text_, {})};
}

void EventChannel::written() {
  {
    const std::lock_guard lock(mutex_);
    underWay_ = 0;
  }
  changes_.notify_all();
}

void EventChannel::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    text_.clear();
  }
  changes_.notify_all();
}

}  // namespace caas::kafka::http
