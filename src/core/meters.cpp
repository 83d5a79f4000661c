#include "core/meters.hpp"

#include <utility>

namespace caas::kafka::meters {

Meters::Registration::Registration(Registration&& other) noexcept
    : meters_(std::exchange(other.meters_, nullptr)), at_(other.at_) {}

Meters::Registration& Meters::Registration::operator=(Registration&& other) noexcept {
  std::swap(meters_, other.meters_);
  std::swap(at_, other.at_);
  return *this;
}

Meters::Registration::~Registration() {
  if (meters_ != nullptr) {
    meters_->remove(at_);
  }
}

Meters::Registration Meters::add(Source source) {
  const std::lock_guard lock(mutex_);
  sources_.push_back(std::move(source));
  return {this, std::prev(sources_.end())};
}

void Meters::remove(std::list<Source>::iterator at) {
  const std::lock_guard lock(mutex_);
  MeterReport last;
  (*at)(last);
  gone_.addCounters(last);
  sources_.erase(at);
}

MeterReport Meters::report() const {
  const std::lock_guard lock(mutex_);
  MeterReport report = gone_;
  for (const auto& source : sources_) {
    source(report);
  }
  return report;
}

Meters& processMeters() {
  // Consumers whose handler hangs outlive main.
  static auto* const meters = new Meters;
  return *meters;
}

}  // namespace caas::kafka::meters
