// Written by script/wire-messages from Kafka 4.3.1's message definitions; not by hand.
#pragma once

#include "wire/generated/sasl_handshake.hpp"

namespace caas::kafka::wire {

template <class Codec, class Self>
void SaslHandshakeRequest::visit(Codec& c, Self& m, int version) {
  static_cast<void>(version);
  c.field("mechanism", m.mechanism);
}

template <class Codec, class Self>
void SaslHandshakeResponse::visit(Codec& c, Self& m, int version) {
  c.field("errorCode", m.errorCode);
  c.array("mechanisms", m.mechanisms, version);
}

}  // namespace caas::kafka::wire
