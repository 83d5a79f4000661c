#include <atomic>
#include <mutex>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "caas/kafka/schema_serde.hpp"
#include "caas/kafka/service.hpp"
#include "core/errors.hpp"
#include "core/log.hpp"
#include "health/turn.hpp"
#include "metrics/metrics.hpp"
#include "topics/deadline.hpp"

namespace caas::kafka {
namespace {

/// What every part refers to. Parts that are handed out share it, so it outlives each of them.
struct Core {
  Settings settings;
  Catalog catalog;
};

/// A part together with the core that it refers to; handed out as a pointer to the part alone.
template <class Part>
std::shared_ptr<Part> withCore(std::shared_ptr<const Core> core, std::unique_ptr<Part> part) {
  struct Holder {
    std::shared_ptr<const Core> core;  // destroyed after the part
    std::unique_ptr<Part> part;
  };
  const auto holder = std::make_shared<Holder>(std::move(core), std::move(part));
  return {holder, holder->part.get()};
}

std::shared_ptr<const Catalog> catalogOf(const std::shared_ptr<const Core>& core) {
  return {core, &core->catalog};
}

Result<std::shared_ptr<const Core>> makeCore(Result<Settings> settings) {
  if (!settings) {
    return fail(std::move(settings).error());
  }
  CAAS_ASSIGN(auto catalog, Catalog::load(*settings));
  return std::make_shared<const Core>(*std::move(settings), std::move(catalog));
}

struct Parts {
  Result<std::shared_ptr<const Core>> core;
  std::shared_ptr<TopicManager> topics;
  std::shared_ptr<HealthCheck> health;
  Result<std::shared_ptr<EventPublisher>> publisher;
  Result<std::shared_ptr<SnapshotKeeper>> snapshots;
  Result<std::shared_ptr<Probe>> probe;
};

/// Parts whose every call gives this error.
Parts unavailable(const Error& error) {
  return {.core = fail(error),
          .topics = TopicManager::unavailable(error),
          .health = HealthCheck::unavailable(error),
          .publisher = fail(error),
          .snapshots = fail(error),
          .probe = fail(error)};
}

std::shared_ptr<Probe> makeProbe(const std::shared_ptr<const Core>& core) {
  ProbeOptions options;
  if (core->settings.probeInterval > Milliseconds{0}) {
    options.interval = core->settings.probeInterval;
  }
  return withCore(core, Probe::create(core->settings, core->catalog, options));
}

/// All at once: none of them connects before it is used.
Parts makeParts(Result<Settings> settings) {
  const auto core = makeCore(std::move(settings));
  if (!core) {
    return unavailable(core.error());
  }
  auto publisher = EventPublisher::create((*core)->settings, (*core)->catalog);
  if (!publisher) {
    return unavailable(publisher.error());
  }
  return {.core = *core,
          .topics = withCore(*core, TopicManager::create((*core)->settings, (*core)->catalog)),
          .health = withCore(*core, HealthCheck::create((*core)->settings, (*core)->catalog)),
          .publisher = withCore(*core, *std::move(publisher)),
          .snapshots = withCore(*core, SnapshotKeeper::create((*core)->settings, catalogOf(*core))),
          .probe = makeProbe(*core)};
}

/// Subjects that are named after topics are registered when they are first needed.
Result<void> registerEventSchemas(const SchemaRegistrySettings& settings, const Catalog& catalog) {
  // Plain JSON needs none; Avro's are registered then, for those that go over to it.
  const auto format = schemaTypeOf(settings.eventFormat).value_or(SchemaType::kAvro);
  const auto subjects = eventSubjects(settings.subjects, catalog, format);
  if (!subjects) {
    return subjects.error().code == ErrorCode::kUnsupported ? Result<void>{}
                                                            : fail(subjects.error());
  }
  CAAS_ASSIGN(const auto registry, SchemaRegistry::create(settings));
  for (const auto& [subject, schema] : *subjects) {
    CAAS_TRY(registry->registerSchema(subject, schema));
  }
  return {};
}

}  // namespace

class KafkaService::Impl {
 public:
  explicit Impl(Result<Settings> settings) : parts_(makeParts(std::move(settings))) {}

  /// A copy: what it points to lives as long as the caller needs it.
  [[nodiscard]] Parts parts() const {
    const std::lock_guard lock(mutex_);
    return parts_;
  }

  Result<void> initialize(Milliseconds total) {
    const topics::Deadline deadline(systemClock(), total);
    const health::Turn::Guard once(initializing_, total);
    const auto mine = parts();
    CAAS_TRY(mine.core);
    if (!once) {
      return fail(errors::timeout("initialize(), which another caller has begun,", total));
    }
    if (initialized_) {
      return {};
    }
    // First of all whether anybody is there: this error says which addresses were tried.
    CAAS_ASSIGN(const auto brokers, mine.health->checkBrokers(deadline.slice(total)));
    CAAS_ASSIGN(const auto created, mine.topics->createPlatformTopics(deadline.slice(total)));
    if (const auto& core = *mine.core; core->settings.schemaRegistry.autoRegister) {
      CAAS_TRY(registerEventSchemas(core->settings.schemaRegistry, core->catalog));
    }
    {
      const std::lock_guard lock(mutex_);
      CAAS_TRY(parts_.core);  // shut down meanwhile
      initialized_ = true;
    }
    log::info("kafka service ready",
              {{"brokers", brokers.size()}, {"created_topics", created.size()}});
    return {};
  }

  Result<ShutdownReport> shutdown(Milliseconds deadline) {
    const std::lock_guard stopping(stopping_);
    if (report_) {
      return *report_;
    }
    auto last = unavailable(errors::shutdown("the Kafka service"));
    {
      const std::lock_guard lock(mutex_);
      std::swap(parts_, last);
      initialized_ = false;
    }
    // Beside the records that are still to be delivered. What they ask is bounded.
    const std::jthread stoppingOthers([&last] {
      if (last.probe) {
        (*last.probe)->stop();
      }
      if (last.snapshots) {
        (*last.snapshots)->stop();
      }
    });
    ShutdownReport report;
    if (last.publisher) {
      CAAS_ASSIGN(report, (*last.publisher)->close(deadline));
    }
    report_ = report;
    log::info("kafka service stopped", {{"delivered", report.delivered},
                                        {"not_persisted", report.notPersisted},
                                        {"possibly_persisted", report.possiblyPersisted}});
    return report;
  }

  [[nodiscard]] bool initialized() const { return initialized_; }

 private:
  health::Turn initializing_;
  std::mutex stopping_;
  std::optional<ShutdownReport> report_;

  mutable std::mutex mutex_;
  Parts parts_;
  std::atomic<bool> initialized_{false};
};

KafkaService::KafkaService(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
KafkaService::~KafkaService() = default;

Result<void> KafkaService::initialize(Milliseconds deadline) { return impl_->initialize(deadline); }
bool KafkaService::initialized() const { return impl_->initialized(); }

Result<HealthCheckResult> KafkaService::getHealth(Milliseconds deadline) {
  const auto parts = impl_->parts();
  CAAS_TRY(parts.core);
  return parts.health->check(deadline);
}

Result<ShutdownReport> KafkaService::shutdown(Milliseconds deadline) {
  return impl_->shutdown(deadline);
}

std::shared_ptr<TopicManager> KafkaService::topicManager() { return impl_->parts().topics; }
std::shared_ptr<HealthCheck> KafkaService::healthCheck() { return impl_->parts().health; }
Result<std::shared_ptr<EventPublisher>> KafkaService::publisher() {
  return impl_->parts().publisher;
}

Result<std::unique_ptr<Consumer>> KafkaService::makeConsumer(ConsumerOptions options) {
  CAAS_ASSIGN(const auto shared, catalog());
  CAAS_ASSIGN(const auto inForce, settings());
  return Consumer::create(*inForce, shared, std::move(options));
}
Result<std::unique_ptr<GroupManager>> KafkaService::makeGroupManager() {
  CAAS_ASSIGN(auto shared, catalog());
  CAAS_ASSIGN(const auto inForce, settings());
  return GroupManager::create(*inForce, std::move(shared));
}
Result<std::unique_ptr<DeadLetterQueue>> KafkaService::makeDeadLetterQueue() {
  CAAS_ASSIGN(auto shared, catalog());
  CAAS_ASSIGN(const auto inForce, settings());
  return DeadLetterQueue::create(*inForce, std::move(shared));
}
Result<OffboardReport> KafkaService::offboardTenant(std::string_view tenantId,
                                                    const OffboardOptions& options) {
  OffboardReport report;
  CAAS_ASSIGN(report.deleted,
              topicManager()->deleteTenantTopics(tenantId, {.deadline = options.deadline}));
  if (!options.discardDeadLetters || report.deleted.dlqEntries == 0) {
    return report;
  }
  const auto discard = [&]() -> Result<DlqJobReport> {
    CAAS_ASSIGN(const auto dlq, makeDeadLetterQueue());
    return dlq->discard({.tenant = std::string(tenantId)}, {.by = options.by});
  };
  const auto discarded = discard();
  if (!discarded || discarded->failed > 0) {
    const auto& why = discarded ? discarded->failures.front().error : discarded.error();
    return fail({.code = ErrorCode::kPartialFailure,
                 .message = fmt::format("tenant '{}' is deleted, but its entries in the DLQ could "
                                        "not be discarded: {}",
                                        tenantId, why.message),
                 .hint = fmt::format("`caas-kafka dlq discard --tenant {}` does it", tenantId)});
  }
  report.deadLettersDiscarded = discarded->done;
  return report;
}
Result<std::shared_ptr<SchemaRegistry>> KafkaService::makeSchemaRegistry() {
  CAAS_ASSIGN(const auto inForce, settings());
  CAAS_ASSIGN(auto registry, SchemaRegistry::create(inForce->schemaRegistry));
  return std::shared_ptr<SchemaRegistry>(std::move(registry));
}
Result<std::shared_ptr<SnapshotKeeper>> KafkaService::snapshots() {
  return impl_->parts().snapshots;
}
Result<std::shared_ptr<Probe>> KafkaService::probe() { return impl_->parts().probe; }
std::string KafkaService::metricsText() {
  const auto parts = impl_->parts();
  if (!parts.core || !parts.snapshots) {
    return metrics::metricsText({});
  }
  const auto snapshot = (*parts.snapshots)->latest();
  return metrics::metricsText({.settings = &(*parts.core)->settings,
                               .catalog = &(*parts.core)->catalog,
                               .snapshot = snapshot.get()});
}
Result<std::shared_ptr<const Catalog>> KafkaService::catalog() {
  CAAS_ASSIGN(const auto core, impl_->parts().core);
  return catalogOf(core);
}
Result<std::shared_ptr<const Settings>> KafkaService::settings() {
  CAAS_ASSIGN(const auto core, impl_->parts().core);
  return std::shared_ptr<const Settings>(core, &core->settings);
}

std::shared_ptr<KafkaService> makeKafkaService(Result<Settings> settings) {
  return std::shared_ptr<KafkaService>(
      new KafkaService(std::make_unique<KafkaService::Impl>(std::move(settings))));
}

}  // namespace caas::kafka
