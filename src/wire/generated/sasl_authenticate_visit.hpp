// Written by script/wire-messages from Kafka 4.3.1's message definitions; not by hand.
#pragma once

#include "wire/generated/sasl_authenticate.hpp"

namespace caas::kafka::wire {

template <class Codec, class Self>
void SaslAuthenticateRequest::visit(Codec& c, Self& m, int version) {
  c.field("authBytes", m.authBytes);
  if (version >= 2) {
    c.tags([](auto&) {});
  }
}

template <class Codec, class Self>
void SaslAuthenticateResponse::visit(Codec& c, Self& m, int version) {
  c.field("errorCode", m.errorCode);
  c.nullable("errorMessage", m.errorMessage, true);
  c.field("authBytes", m.authBytes);
  if (version >= 1) {
    c.field("sessionLifetimeMs", m.sessionLifetimeMs);
  }
  if (version >= 2) {
    c.tags([](auto&) {});
  }
}

}  // namespace caas::kafka::wire
