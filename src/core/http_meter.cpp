#include "core/http_meter.hpp"

namespace caas::kafka::meters {
namespace {

/// Methods are the client's words.
std::string_view known(std::string_view method) {
  for (const std::string_view one : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    if (method == one) {
      return one;
    }
  }
  return kOther;
}

/// Finds without making a string.
template <class Map>
auto& entryOf(Map& map, std::string_view name) {
  const auto found = map.find(name);
  return found != map.end() ? found->second : map[std::string(name)];
}

}  // namespace

HttpMeter::HttpMeter(Meters& meters)
    : registration_(meters.add([this](MeterReport& report) { tell(report); })) {}

void HttpMeter::answered(std::string_view method, std::string_view route, int status,
                         std::chrono::nanoseconds took) {
  const auto key = std::tuple{known(method), route, status};
  const std::lock_guard lock(mutex_);
  if (const auto found = answers_.find(key); found != answers_.end()) {
    ++found->second;
  } else {
    answers_.emplace(key, 1);
  }
  entryOf(durations_, route).observe(took);
}

void HttpMeter::refused(std::string_view reason) {
  const std::lock_guard lock(mutex_);
  ++entryOf(refusals_, reason);
}

void HttpMeter::tell(MeterReport& report) const {
  report.add(Metric::kHttpConnections, {}, static_cast<double>(open_.load()));
  report.add(Metric::kHttpConnectionsOpened, {}, static_cast<double>(opened_.load()));
  const std::lock_guard lock(mutex_);
  for (const auto& [key, count] : answers_) {
    const auto& [method, route, status] = key;
    report.add(Metric::kHttpRequests, {method, route, std::to_string(status)},
               static_cast<double>(count));
  }
  for (const auto& [route, histogram] : durations_) {
    report.add(Metric::kHttpDuration, {route}, histogram);
  }
  for (const auto& [reason, count] : refusals_) {
    report.add(Metric::kHttpRefused, {reason}, static_cast<double>(count));
  }
}

}  // namespace caas::kafka::meters
