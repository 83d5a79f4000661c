#include "retry/origin_ids.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "core/errors.hpp"

namespace caas::kafka::retry {
namespace {

constexpr std::chrono::seconds kRemembered{30};
constexpr Milliseconds kAsking{5'000};
// Above what an engine has in flight; a caller that finds it full tries again later.
constexpr std::size_t kMaxWaiting = 20'000;
// Forgotten ones go when there are more: tenants come and go.
constexpr std::size_t kMaxKnown = 10'000;

}  // namespace

Result<std::unique_ptr<OriginIds>> OriginIds::create(const Settings& settings, Clock& clock) {
  CAAS_ASSIGN(auto admin, client::AdminClient::create(settings, "failures"));
  return std::unique_ptr<OriginIds>(new OriginIds(std::move(admin), clock));
}

OriginIds::OriginIds(std::unique_ptr<client::AdminClient> admin, Clock& clock)
    : admin_(std::move(admin)), clock_(clock), thread_([this] { run(); }) {}

OriginIds::~OriginIds() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
  for (auto& waiting : waiting_) {
    waiting.ready(fail(errors::shutdown("the failure router")));
  }
}

const OriginIds::Known* OriginIds::find(std::string_view topic) const {
  const auto found = known_.find(topic);
  return found == known_.end() || found->second.until <= clock_.steadyNow() ? nullptr
                                                                            : &found->second;
}

void OriginIds::lookUp(std::string_view topic, Ready ready) {
  std::unique_lock lock(mutex_);
  if (const auto* known = find(topic)) {
    std::string id = known->id;
    lock.unlock();
    ready(std::move(id));
    return;
  }
  const auto waiting = static_cast<std::int64_t>(waiting_.size());
  if (waiting_.size() >= kMaxWaiting) {
    lock.unlock();
    ready(fail(errors::queueFull(waiting, 0, Milliseconds{0})));
    return;
  }
  waiting_.push_back({std::string(topic), std::move(ready)});
  lock.unlock();
  wake_.notify_one();
}

void OriginIds::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) {
      return;
    }
    auto waiting = std::exchange(waiting_, {});
    lock.unlock();
    answer(std::move(waiting));
    lock.lock();
  }
}

void OriginIds::answer(std::vector<Waiting> waiting) {
  std::set<std::string> names;
  for (const auto& item : waiting) {
    names.insert(item.topic);
  }
  const auto described =
      admin_->describeTopics({names.begin(), names.end()}, {.timeout = kAsking, .broker = {}});
  std::map<std::string, Result<std::string>, std::less<>> answers;
  if (described) {
    for (const auto& topic : *described) {
      // A topic that is gone, or that we may not see, has no id for us; anything else passes.
      const bool passes = topic.error && topic.error->retriable;
      answers.insert_or_assign(topic.name,
                               passes ? Result<std::string>(fail(*topic.error)) : topic.topicId);
    }
    const std::lock_guard lock(mutex_);
    const auto now = clock_.steadyNow();
    if (known_.size() > kMaxKnown) {
      std::erase_if(known_, [&](const auto& entry) { return entry.second.until <= now; });
    }
    for (const auto& [name, id] : answers) {
      if (id) {
        known_.insert_or_assign(name, Known{*id, now + kRemembered});
      }
    }
  }
  for (auto& item : waiting) {
    const auto found = answers.find(item.topic);
    item.ready(!described               ? Result<std::string>(fail(described.error()))
               : found == answers.end() ? Result<std::string>(std::string{})
                                        : found->second);
  }
}

}  // namespace caas::kafka::retry
