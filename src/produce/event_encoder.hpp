#pragma once

#include <string>

#include "caas/kafka/catalog.hpp"
#include "caas/kafka/events.hpp"

namespace caas::kafka::produce {

/// Turns a validated event into the bytes of a record's value: the seam where schemas come in.
/// Thread-safe.
class EventEncoder {
 public:
  virtual ~EventEncoder() = default;
  /// Appends to `out`. `definition` is the catalog entry that carries the event: a schema's subject
  /// is named after it.
  [[nodiscard]] virtual Result<void> encode(const TopicDefinition& definition, const Event& event,
                                            std::string& out) const = 0;
};

/// JSON as eventToJson writes it.
class JsonEventEncoder final : public EventEncoder {
 public:
  [[nodiscard]] Result<void> encode(const TopicDefinition& definition, const Event& event,
                                    std::string& out) const override;
};

}  // namespace caas::kafka::produce
