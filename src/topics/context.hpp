#pragma once

#include "caas/kafka/catalog.hpp"
#include "caas/kafka/clock.hpp"
#include "caas/kafka/settings.hpp"
#include "client/admin.hpp"

namespace caas::kafka::topics {

class TenantLog;

/// What each operation of a TopicManager works with. All of it is thread-safe and outlives the
/// call.
struct Context {
  const Settings& settings;
  const Catalog& catalog;
  Clock& clock;
  client::AdminClient& admin;
  TenantLog& log;
};

}  // namespace caas::kafka::topics
