#include "produce/event_encoder.hpp"

#include "produce/event_json.hpp"

namespace caas::kafka::produce {

Result<void> JsonEventEncoder::encode(const TopicDefinition& /*definition*/, const Event& event,
                                      std::string& out) const {
  appendEventJson(out, event);
  return {};
}

}  // namespace caas::kafka::produce
