#pragma once

// How the lower folders say what they measure, without knowing who asks. Who counts keeps plain
// numbers of its own, guarded as everything else of it is, and tells them when it is asked: on its
// way of work there is no shared state and no lock for the sake of metrics.

#include <functional>
#include <list>
#include <mutex>

#include "core/meter_report.hpp"

namespace caas::kafka::meters {

/// Those who measure in this process, whichever cluster they talk to. Thread-safe.
class Meters {
 public:
  /// Says what it knows. Called on any thread, under the registry's lock: it must be quick, and
  /// must not make or end another registration.
  using Source = std::function<void(MeterReport&)>;

  /// Asked as long as this lives. At the end its counters are kept: what was counted stays counted.
  class Registration {
   public:
    Registration() = default;
    Registration(Registration&& other) noexcept;
    Registration& operator=(Registration&& other) noexcept;
    ~Registration();

   private:
    friend class Meters;
    Registration(Meters* meters, std::list<Source>::iterator at) : meters_(meters), at_(at) {}
    Meters* meters_ = nullptr;
    std::list<Source>::iterator at_;
  };

  [[nodiscard]] Registration add(Source source);
  [[nodiscard]] MeterReport report() const;

 private:
  void remove(std::list<Source>::iterator at);

  mutable std::mutex mutex_;
  std::list<Source> sources_;
  MeterReport gone_;
};

/// The process's own; it is never destroyed.
[[nodiscard]] Meters& processMeters();

}  // namespace caas::kafka::meters
