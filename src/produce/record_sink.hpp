#pragma once

#include "caas/kafka/record.hpp"
#include "caas/kafka/settings.hpp"

namespace caas::kafka::produce {

/// What becomes of an event's record once it is complete.
class RecordSink {
 public:
  /// The record's views live until it returns.
  virtual Result<void> take(const Record& record, ProducerPreset preset) = 0;

 protected:
  ~RecordSink() = default;
};

}  // namespace caas::kafka::produce
