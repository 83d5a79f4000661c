// Written by script/wire-messages from Kafka 4.3.1's message definitions; not by hand.
#pragma once

#include "wire/generated/describe_client_quotas.hpp"

namespace caas::kafka::wire {

template <class Codec, class Self>
void DescribeClientQuotasRequest::ComponentData::visit(Codec& c, Self& m, int version) {
  c.field("entityType", m.entityType);
  c.field("matchType", m.matchType);
  c.nullable("match", m.match, true);
  if (version >= 1) {
    c.tags([](auto&) {});
  }
}

template <class Codec, class Self>
void DescribeClientQuotasRequest::visit(Codec& c, Self& m, int version) {
  c.array("components", m.components, version);
  c.field("strict", m.strict);
  if (version >= 1) {
    c.tags([](auto&) {});
  }
}

template <class Codec, class Self>
void DescribeClientQuotasResponse::EntityData::visit(Codec& c, Self& m, int version) {
  c.field("entityType", m.entityType);
  c.nullable("entityName", m.entityName, true);
  if (version >= 1) {
    c.tags([](auto&) {});
  }
}

template <class Codec, class Self>
void DescribeClientQuotasResponse::ValueData::visit(Codec& c, Self& m, int version) {
  c.field("key", m.key);
  c.field("value", m.value);
  if (version >= 1) {
    c.tags([](auto&) {});
  }
}

template <class Codec, class Self>
void DescribeClientQuotasResponse::EntryData::visit(Codec& c, Self& m, int version) {
  c.array("entity", m.entity, version);
  c.array("values", m.values, version);
  if (version >= 1) {
    c.tags([](auto&) {});
  }
}

template <class Codec, class Self>
void DescribeClientQuotasResponse::visit(Codec& c, Self& m, int version) {
  c.field("throttleTimeMs", m.throttleTimeMs);
  c.field("errorCode", m.errorCode);
  c.nullable("errorMessage", m.errorMessage, true);
  c.nullableArray("entries", m.entries, version, true);
  if (version >= 1) {
    c.tags([](auto&) {});
  }
}

}  // namespace caas::kafka::wire
