#include "consume/breaker.hpp"

#include <algorithm>

namespace caas::kafka::consume {

Breaker::Breaker(BreakerPolicy policy)
    : policy_(policy),
      failures_(static_cast<std::size_t>(std::max(policy.window, 1))),
      openFor_(policy.openFor) {}

bool Breaker::admit(Time now) {
  if (!policy_.enabled) {
    return true;
  }
  const std::lock_guard lock(mutex_);
  if (state_ == State::kClosed) {
    return true;
  }
  if (state_ == State::kOpen) {
    if (now < until_) {
      return false;
    }
    state_ = State::kHalfOpen;
    probing_ = now;
    probesOut_ = 0;
    probesDone_ = 0;
  }
  // Probes that hang must not keep it half open for ever.
  if (probesOut_ > 0 && now - probing_ >= policy_.maxOpenFor) {
    probing_ = now;
    probesOut_ = 0;
  }
  if (probesOut_ + probesDone_ >= policy_.probes) {
    return false;
  }
  ++probesOut_;
  return true;
}

void Breaker::forget() {
  const std::lock_guard lock(mutex_);
  probesOut_ = std::max(probesOut_ - 1, 0);
}

bool Breaker::onResult(bool success, Run run, Time admitted, Time now) {
  if (!policy_.enabled) {
    return false;
  }
  const std::lock_guard lock(mutex_);
  switch (state_) {
    case State::kOpen: return false;  // from before it opened: says nothing new
    case State::kHalfOpen:
      if (admitted < probing_) {
        return false;  // no probe, or one that was given up
      }
      if (!success) {
        return trip(run == Run::kFirst ? std::min(openFor_ * 2, policy_.maxOpenFor) : openFor_,
                    now);
      }
      probesOut_ = std::max(probesOut_ - 1, 0);
      return ++probesDone_ >= policy_.probes && reset();
    case State::kClosed: break;
  }
  // Of what lies in the retry topics, the records that can never succeed are what is left in the
  // end. They would open it with every dependency up, and hold back the others there.
  if (!success && run == Run::kAgain) {
    return false;
  }
  if (results_ == failures_.size()) {
    failed_ -= failures_[at_] ? 1 : 0;
  } else {
    ++results_;
  }
  failures_[at_] = !success;
  failed_ += success ? 0 : 1;
  at_ = (at_ + 1) % failures_.size();
  return results_ == failures_.size() &&
         static_cast<double>(failed_) >=
             policy_.failureRatio * static_cast<double>(failures_.size()) &&
         trip(policy_.openFor, now);
}

bool Breaker::trip(Milliseconds openFor, Time now) {
  openFor_ = openFor;
  state_ = State::kOpen;
  until_ = now + openFor_;
  results_ = 0;
  failed_ = 0;
  at_ = 0;
  return true;
}

bool Breaker::reset() {
  state_ = State::kClosed;
  return true;
}

bool Breaker::open() const {
  const std::lock_guard lock(mutex_);
  return state_ != State::kClosed;
}

std::optional<Breaker::Time> Breaker::opensAt() const {
  const std::lock_guard lock(mutex_);
  switch (state_) {
    case State::kClosed: return std::nullopt;
    case State::kOpen: return until_;
    case State::kHalfOpen: break;
  }
  return probesOut_ + probesDone_ < policy_.probes ? until_ : probing_ + policy_.maxOpenFor;
}

}  // namespace caas::kafka::consume
