// Written by script/wire-messages from Kafka 4.3.1's message definitions; not by hand.
#pragma once

#include "wire/generated/api_versions.hpp"

namespace caas::kafka::wire {

template <class Codec, class Self>
void ApiVersionsRequest::visit(Codec& c, Self& m, int version) {
  if (version >= 3) {
    c.field("clientSoftwareName", m.clientSoftwareName);
  }
  if (version >= 3) {
    c.field("clientSoftwareVersion", m.clientSoftwareVersion);
  }
  if (version >= 3) {
    c.tags([](auto&) {});
  }
}

template <class Codec, class Self>
void ApiVersionsResponse::ApiVersion::visit(Codec& c, Self& m, int version) {
  c.field("apiKey", m.apiKey);
  c.field("minVersion", m.minVersion);
  c.field("maxVersion", m.maxVersion);
  if (version >= 3) {
    c.tags([](auto&) {});
  }
}

template <class Codec, class Self>
void ApiVersionsResponse::SupportedFeatureKey::visit(Codec& c, Self& m, int version) {
  static_cast<void>(version);
  c.field("name", m.name);
  c.field("minVersion", m.minVersion);
  c.field("maxVersion", m.maxVersion);
  c.tags([](auto&) {});
}

template <class Codec, class Self>
void ApiVersionsResponse::FinalizedFeatureKey::visit(Codec& c, Self& m, int version) {
  static_cast<void>(version);
  c.field("name", m.name);
  c.field("maxVersionLevel", m.maxVersionLevel);
  c.field("minVersionLevel", m.minVersionLevel);
  c.tags([](auto&) {});
}

template <class Codec, class Self>
void ApiVersionsResponse::visit(Codec& c, Self& m, int version) {
  c.field("errorCode", m.errorCode);
  c.array("apiKeys", m.apiKeys, version);
  if (version >= 1) {
    c.field("throttleTimeMs", m.throttleTimeMs);
  }
  if (version >= 3) {
    c.tags([&](auto& tags) {
      tags.tag(0, m.supportedFeatures.empty(), [&](auto& in) { in.array("supportedFeatures", m.supportedFeatures, version); });
      tags.tag(1, m.finalizedFeaturesEpoch == -1, [&](auto& in) { in.field("finalizedFeaturesEpoch", m.finalizedFeaturesEpoch); });
      tags.tag(2, m.finalizedFeatures.empty(), [&](auto& in) { in.array("finalizedFeatures", m.finalizedFeatures, version); });
      tags.tag(3, !m.zkMigrationReady, [&](auto& in) { in.field("zkMigrationReady", m.zkMigrationReady); });
    });
  }
}

}  // namespace caas::kafka::wire
