// Written by script/wire-messages from Kafka 4.3.1's message definitions; not by hand.
#pragma once

#include "wire/generated/headers.hpp"

namespace caas::kafka::wire {

template <class Codec, class Self>
void RequestHeader::visit(Codec& c, Self& m, int version) {
  c.field("requestApiKey", m.requestApiKey);
  c.field("requestApiVersion", m.requestApiVersion);
  c.field("correlationId", m.correlationId);
  c.rigid([&] { c.nullable("clientId", m.clientId, true); });
  if (version >= 2) {
    c.tags([](auto&) {});
  }
}

template <class Codec, class Self>
void ResponseHeader::visit(Codec& c, Self& m, int version) {
  c.field("correlationId", m.correlationId);
  if (version >= 1) {
    c.tags([](auto&) {});
  }
}

}  // namespace caas::kafka::wire
