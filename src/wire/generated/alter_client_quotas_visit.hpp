// Written by script/wire-messages from Kafka 4.3.1's message definitions; not by hand.
#pragma once

#include "wire/generated/alter_client_quotas.hpp"

namespace caas::kafka::wire {

template <class Codec, class Self>
void AlterClientQuotasRequest::EntityData::visit(Codec& c, Self& m, int version) {
  c.field("entityType", m.entityType);
  c.nullable("entityName", m.entityName, true);
  if (version >= 1) {
    c.tags([](auto&) {});
  }
}

template <class Codec, class Self>
void AlterClientQuotasRequest::OpData::visit(Codec& c, Self& m, int version) {
  c.field("key", m.key);
  c.field("value", m.value);
  c.field("remove", m.remove);
  if (version >= 1) {
    c.tags([](auto&) {});
  }
}

template <class Codec, class Self>
void AlterClientQuotasRequest::EntryData::visit(Codec& c, Self& m, int version) {
  c.array("entity", m.entity, version);
  c.array("ops", m.ops, version);
  if (version >= 1) {
    c.tags([](auto&) {});
  }
}

template <class Codec, class Self>
void AlterClientQuotasRequest::visit(Codec& c, Self& m, int version) {
  c.array("entries", m.entries, version);
  c.field("validateOnly", m.validateOnly);
  if (version >= 1) {
    c.tags([](auto&) {});
  }
}

template <class Codec, class Self>
void AlterClientQuotasResponse::EntityData::visit(Codec& c, Self& m, int version) {
  c.field("entityType", m.entityType);
  c.nullable("entityName", m.entityName, true);
  if (version >= 1) {
    c.tags([](auto&) {});
  }
}

template <class Codec, class Self>
void AlterClientQuotasResponse::EntryData::visit(Codec& c, Self& m, int version) {
  c.field("errorCode", m.errorCode);
  c.nullable("errorMessage", m.errorMessage, true);
  c.array("entity", m.entity, version);
  if (version >= 1) {
    c.tags([](auto&) {});
  }
}

template <class Codec, class Self>
void AlterClientQuotasResponse::visit(Codec& c, Self& m, int version) {
  c.field("throttleTimeMs", m.throttleTimeMs);
  c.array("entries", m.entries, version);
  if (version >= 1) {
    c.tags([](auto&) {});
  }
}

}  // namespace caas::kafka::wire
