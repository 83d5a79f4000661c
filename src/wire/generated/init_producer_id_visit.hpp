// Written by script/wire-messages from Kafka 4.3.1's message definitions; not by hand.
#pragma once

#include "wire/generated/init_producer_id.hpp"

namespace caas::kafka::wire {

template <class Codec, class Self>
void InitProducerIdRequest::visit(Codec& c, Self& m, int version) {
  c.nullable("transactionalId", m.transactionalId, true);
  c.field("transactionTimeoutMs", m.transactionTimeoutMs);
  if (version >= 3) {
    c.field("producerId", m.producerId);
  } else {
    c.unsupported("producerId", m.producerId == -1);
  }
  if (version >= 3) {
    c.field("producerEpoch", m.producerEpoch);
  } else {
    c.unsupported("producerEpoch", m.producerEpoch == -1);
  }
  if (version >= 6) {
    c.field("enable2Pc", m.enable2Pc);
  } else {
    c.unsupported("enable2Pc", !m.enable2Pc);
  }
  if (version >= 6) {
    c.field("keepPreparedTxn", m.keepPreparedTxn);
  } else {
    c.unsupported("keepPreparedTxn", !m.keepPreparedTxn);
  }
  if (version >= 2) {
    c.tags([](auto&) {});
  }
}

template <class Codec, class Self>
void InitProducerIdResponse::visit(Codec& c, Self& m, int version) {
  c.field("throttleTimeMs", m.throttleTimeMs);
  c.field("errorCode", m.errorCode);
  c.field("producerId", m.producerId);
  c.field("producerEpoch", m.producerEpoch);
  if (version >= 6) {
    c.field("ongoingTxnProducerId", m.ongoingTxnProducerId);
  } else {
    c.unsupported("ongoingTxnProducerId", m.ongoingTxnProducerId == -1);
  }
  if (version >= 6) {
    c.field("ongoingTxnProducerEpoch", m.ongoingTxnProducerEpoch);
  } else {
    c.unsupported("ongoingTxnProducerEpoch", m.ongoingTxnProducerEpoch == -1);
  }
  if (version >= 2) {
    c.tags([](auto&) {});
  }
}

}  // namespace caas::kafka::wire
