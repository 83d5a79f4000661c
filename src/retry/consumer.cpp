#include "caas/kafka/consumer.hpp"

#include <algorithm>
#include <mutex>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "consume/engine.hpp"
#include "core/errors.hpp"
#include "retry/failure_router.hpp"
#include "retry/retry_intake.hpp"
#include "retry/retry_steps.hpp"

namespace caas::kafka {
namespace {

using consume::Engine;
using consume::EngineOptions;
using std::chrono::steady_clock;

/// How long a broker may hold a fetch of the retry topics: what is due must not wait for it.
constexpr Milliseconds kRetryFetchWait{20};
/// For the copies that are on their way when the engines are closed.
constexpr Milliseconds kLeastRouterClose{1'000};

Result<void> checkOptions(const ConsumerOptions& options) {
  const auto refuse = [](std::string_view name, auto value, std::string_view allowed) {
    return fail(errors::invalidArgument(
        fmt::format("consumer option {} is {}: allowed is {}", name, value, allowed)));
  };
  if (options.concurrency.value_or(1) < 1) {
    return refuse("concurrency", *options.concurrency, "1 or more");
  }
  if (options.maxInFlight.value_or(1) < 1) {
    return refuse("maxInFlight", *options.maxInFlight, "1 or more");
  }
  if (options.maxBytesInFlight < 1) {
    return refuse("maxBytesInFlight", options.maxBytesInFlight, "1 or more");
  }
  if (options.maxKeysInFlight < 1) {
    return refuse("maxKeysInFlight", options.maxKeysInFlight, "1 or more");
  }
  if (options.maxBatchRecords < 1) {
    return refuse("maxBatchRecords", options.maxBatchRecords, "1 or more");
  }
  if (options.commitInterval < Milliseconds{10}) {
    return refuse("commitInterval", options.commitInterval.count(), "10 ms or more");
  }
  if (options.discoveryInterval < Milliseconds{100}) {
    return refuse("discoveryInterval", options.discoveryInterval.count(), "100 ms or more");
  }
  return {};
}

/// The retry topics of a policy. Redriven records come by the first one, whatever the mode.
std::vector<std::string> retryTopics(const RetryPolicy& policy) {
  const auto tiers = policy.tiers.empty() ? defaultRetryTiers() : policy.tiers;
  std::vector<std::string> topics;
  for (const auto& tier : tiers) {
    topics.push_back(tier.topic);
  }
  return topics;
}

void add(ConsumerStats& sum, const ConsumerStats& other) {
  sum.consumed += other.consumed;
  sum.skipped += other.skipped;
  sum.acked += other.acked;
  sum.retried += other.retried;
  sum.deadLettered += other.deadLettered;
  sum.dropped += other.dropped;
  sum.commits += other.commits;
  sum.commitFailures += other.commitFailures;
  sum.rebalances += other.rebalances;
  sum.forwarded += other.forwarded;
  sum.transactions += other.transactions;
  sum.aborts += other.aborts;
  sum.recordsInFlight += other.recordsInFlight;
  sum.bytesInFlight += other.bytesInFlight;
  sum.keysInFlight += other.keysInFlight;
  sum.handlersInFlight += other.handlersInFlight;
  sum.waitingForRetry += other.waitingForRetry;
  sum.slowHandlers.insert(sum.slowHandlers.end(), other.slowHandlers.begin(),
                          other.slowHandlers.end());
}

}  // namespace

class Consumer::Impl {
 public:
  Impl(const Settings& settings, std::shared_ptr<const Catalog> catalog, ConsumerOptions options)
      : settings_(settings),
        catalog_(std::move(catalog)),
        options_(std::move(options)),
        group_(options_.group.value_or(settings.consumer.groupId)) {}

  ~Impl() { static_cast<void>(close(Milliseconds{10'000})); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<void> subscribe(std::string_view entry, TenantSelection tenants) {
    const std::lock_guard lock(mutex_);
    CAAS_TRY(notStarted());
    return subscription_.add(*catalog_, entry, std::move(tenants));
  }

  Result<void> subscribeTopic(std::string_view topic) {
    const std::lock_guard lock(mutex_);
    CAAS_TRY(notStarted());
    topics_.emplace_back(topic);
    return subscription_.addTopic(topic);
  }

  Result<void> on(std::string_view eventType, Handler handler) {
    const std::lock_guard lock(mutex_);
    CAAS_TRY(notStarted());
    if (!handler) {
      return fail(errors::invalidArgument(fmt::format("the handler of '{}' is empty", eventType)));
    }
    byType_.insert_or_assign(std::string(eventType), std::move(handler));
    return {};
  }

  Result<void> start(Handler handler) {
    if (!handler && byType_.empty()) {
      return fail(errors::invalidArgument("there is no handler"));
    }
    return startWith(consume::makeInvoker(byType_, std::move(handler)));
  }
  Result<void> startAsync(AsyncHandler handler) {
    CAAS_TRY(onlyHandler(static_cast<bool>(handler)));
    return startWith(consume::makeAsyncInvoker(std::move(handler)));
  }
  Result<void> startBatch(BatchHandler handler) {
    CAAS_TRY(onlyHandler(static_cast<bool>(handler)));
    return startWith(consume::makeBatchInvoker(std::move(handler),
                                               static_cast<std::size_t>(options_.maxBatchRecords)));
  }

  Result<void> startForwarding(ForwardHandler handler) {
    CAAS_TRY(onlyHandler(static_cast<bool>(handler)));
    if (options_.readUncommitted) {
      return fail(
          errors::invalidArgument("exactly-once forwarding of records that may be aborted is none: "
                                  "readUncommitted is set"));
    }
    instance_ = options_.instance.value_or(makeId(systemClock(), systemRandom()));
    return startWith(consume::makeForwardInvoker(std::move(handler)));
  }

  void pause(bool paused) {
    const std::lock_guard lock(mutex_);
    paused_ = paused;
    for (auto* engine : {main_.get(), retries_.get()}) {
      if (engine != nullptr) {
        engine->pause(paused);
      }
    }
  }

  [[nodiscard]] ConsumerStats stats() const {
    const std::lock_guard lock(mutex_);
    if (!main_) {
      return {};
    }
    ConsumerStats sum = main_->stats();
    if (retries_) {
      add(sum, retries_->stats());
    }
    return sum;
  }

  [[nodiscard]] std::optional<Error> failure() const {
    const std::lock_guard lock(mutex_);
    auto error = main_ ? main_->failure() : std::nullopt;
    return error || !retries_ ? error : retries_->failure();
  }

  Result<ConsumerReport> close(Milliseconds deadline) {
    const std::lock_guard lock(closing_);
    if (closed_) {
      return *closed_;
    }
    const auto until = steady_clock::now() + deadline;
    Result<ConsumerReport> retries;
    Result<ConsumerReport> main;
    {
      // Side by side: they share the deadline.
      std::jthread other;
      if (retries_) {
        other = std::jthread([&] { retries = retries_->close(deadline); });
      }
      main = main_ ? main_->close(deadline) : ConsumerReport{};
    }
    if (router_) {
      const auto left = std::chrono::ceil<Milliseconds>(until - steady_clock::now());
      static_cast<void>(router_->close(std::max(left, kLeastRouterClose)));
    }
    ConsumerReport report;
    for (const auto* each : {&main, &retries}) {
      if (each->has_value()) {
        report.unfinished += (*each)->unfinished;
        report.hangingHandlers.insert(report.hangingHandlers.end(),
                                      (*each)->hangingHandlers.begin(),
                                      (*each)->hangingHandlers.end());
      }
    }
    closed_ = report;
    if (!main) {
      return fail(main.error());
    }
    if (!retries) {
      return fail(retries.error());
    }
    return report;
  }

 private:
  Result<void> notStarted() const {
    if (started_) {
      return fail(errors::invalidArgument("the consumer has started: that comes before start"));
    }
    return {};
  }

  Result<void> onlyHandler(bool given) const {
    if (!given) {
      return fail(errors::invalidArgument("the handler is empty"));
    }
    if (!byType_.empty()) {
      return fail(errors::invalidArgument(
          "handlers of event types are plain ones: start() runs them, with no other kind beside"));
    }
    return {};
  }

  Result<void> startWith(std::shared_ptr<consume::Invoker> invoker) {
    const std::lock_guard lock(mutex_);
    CAAS_TRY(notStarted());
    if (subscription_.empty()) {
      return fail(errors::invalidArgument("nothing is subscribed",
                                          "Call subscribe(\"chat.messages\") before start"));
    }
    CAAS_ASSIGN(auto router,
                retry::FailureRouter::create(
                    settings_, {.policy = options_.retry, .group = group_, .sources = topics_}));
    router_ = std::move(router);
    const auto breaker = std::make_shared<consume::Breaker>(options_.breaker);
    main_ =
        std::make_unique<Engine>(settings_, mainOptions(),
                                 consume::EngineParts{catalog_, std::make_shared<consume::Intake>(),
                                                      router_, breaker, invoker},
                                 subscription_);
    if (options_.readRetries) {
      consume::Subscription topics;
      for (const auto& topic : retryTopics(options_.retry)) {
        CAAS_TRY(topics.addTopic(topic));
      }
      retries_ = std::make_unique<Engine>(
          retrySettings(), retryOptions(),
          consume::EngineParts{catalog_, std::make_shared<retry::RetryIntake>(catalog_, group_),
                               router_, breaker, invoker},
          std::move(topics));
      retries_->pause(paused_);
      CAAS_TRY(retries_->start());
    }
    main_->pause(paused_);
    CAAS_TRY(main_->start());
    started_ = true;
    return {};
  }

  [[nodiscard]] EngineOptions mainOptions() const {
    const auto& consumer = settings_.consumer;
    EngineOptions engine;
    engine.dispatch = {.group = group_,
                       .ordering = options_.ordering,
                       .concurrency = options_.concurrency.value_or(consumer.concurrency),
                       .threads = 0,
                       .maxInFlight = options_.maxInFlight.value_or(consumer.maxInFlight),
                       .maxBytesInFlight = options_.maxBytesInFlight,
                       .maxKeysInFlight = options_.maxKeysInFlight,
                       .maxBatchRecords = 1,
                       .slowHandler = options_.slowHandler,
                       .retry = options_.retry};
    engine.poll.client = {
        .purpose = "consumer", .group = group_, .readUncommitted = options_.readUncommitted};
    engine.poll.commitInterval = options_.commitInterval;
    engine.poll.maxPollRecords = std::max(consumer.maxPollRecords, 1);
    engine.poll.drainTimeout = options_.drainTimeout;
    engine.discoveryInterval = options_.discoveryInterval;
    if (instance_) {
      engine.transactionalId = fmt::format("{}.{}", group_, *instance_);
    }
    return engine;
  }

  [[nodiscard]] EngineOptions retryOptions() const {
    EngineOptions engine = mainOptions();
    engine.dispatch.group = group_ + ".retry";
    engine.dispatch.concurrency = std::max(engine.dispatch.concurrency / 4, 1);
    engine.poll.client.purpose = "retries";
    engine.poll.client.group = engine.dispatch.group;
    if (instance_) {
      engine.transactionalId = fmt::format("{}.{}", engine.dispatch.group, *instance_);
    }
    engine.poll.client.readUncommitted = false;
    engine.poll.client.fetchWait = kRetryFetchWait;
    return engine;
  }

  /// A record that was copied before the retry group's first commit must not be passed over.
  [[nodiscard]] Settings retrySettings() const {
    Settings settings = settings_;
    settings.consumer.autoOffsetReset = OffsetReset::kEarliest;
    return settings;
  }

  const Settings settings_;
  const std::shared_ptr<const Catalog> catalog_;
  const ConsumerOptions options_;
  const std::string group_;

  mutable std::mutex mutex_;
  std::mutex closing_;
  consume::Subscription subscription_;
  std::vector<std::string> topics_;
  consume::HandlerMap byType_;
  std::optional<std::string> instance_;  ///< of exactly-once forwarding
  bool started_ = false;
  bool paused_ = false;
  std::optional<ConsumerReport> closed_;
  std::shared_ptr<retry::FailureRouter> router_;
  std::unique_ptr<Engine> main_;
  std::unique_ptr<Engine> retries_;
};

Result<std::unique_ptr<Consumer>> Consumer::create(const Settings& settings,
                                                   std::shared_ptr<const Catalog> catalog,
                                                   ConsumerOptions options) {
  if (!catalog) {
    return fail(errors::invalidArgument("a consumer needs a catalog"));
  }
  CAAS_TRY(checkOptions(options));
  CAAS_TRY(retry::checkRetryPolicy(options.retry));
  if (options.group && options.group->empty()) {
    return fail(errors::invalidArgument("the consumer's group is empty",
                                        "Name it, or set CONSUMER_GROUP_ID"));
  }
  return std::unique_ptr<Consumer>(
      new Consumer(std::make_unique<Impl>(settings, std::move(catalog), std::move(options))));
}

Consumer::Consumer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Consumer::~Consumer() = default;
Result<void> Consumer::subscribe(std::string_view entry, TenantSelection tenants) {
  return impl_->subscribe(entry, std::move(tenants));
}
Result<void> Consumer::subscribeTopic(std::string_view topic) {
  return impl_->subscribeTopic(topic);
}
Result<void> Consumer::on(std::string_view eventType, Handler handler) {
  return impl_->on(eventType, std::move(handler));
}
Result<void> Consumer::start(Handler handler) { return impl_->start(std::move(handler)); }
Result<void> Consumer::startAsync(AsyncHandler handler) {
  return impl_->startAsync(std::move(handler));
}
Result<void> Consumer::startBatch(BatchHandler handler) {
  return impl_->startBatch(std::move(handler));
}
Result<void> Consumer::startForwarding(ForwardHandler handler) {
  return impl_->startForwarding(std::move(handler));
}
void Consumer::pause() { impl_->pause(true); }
void Consumer::resume() { impl_->pause(false); }
ConsumerStats Consumer::stats() const { return impl_->stats(); }
std::optional<Error> Consumer::failure() const { return impl_->failure(); }
Result<ConsumerReport> Consumer::close(Milliseconds deadline) { return impl_->close(deadline); }

}  // namespace caas::kafka
