#include "caas/kafka/testing.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "caas/kafka/partition_strategy.hpp"
#include "consume/completion.hpp"
#include "consume/invoker.hpp"
#include "core/errors.hpp"
#include "produce/event_json.hpp"
#include "produce/event_rules.hpp"
#include "retry/retry_intake.hpp"
#include "retry/testing_half.hpp"
#include "retry/testing_route.hpp"

namespace caas::kafka {
namespace {

using consume::Invoker;
using retry::TesterHalf;
using retry::TesterNotes;
using retry::TesterRoute;

constexpr int kConcurrency = 64;
constexpr Milliseconds kLeastStep{1};

/// Notes what an asynchronous handler answers, and hands it on.
class NotedAnswer final : public Completion::Target {
 public:
  NotedAnswer(std::shared_ptr<TesterNotes> notes, const ConsumedRecord& record, Completion answer)
      : notes_(std::move(notes)), record_(record), answer_(std::move(answer)) {}
  void answer(HandlerResult result) override {
    notes_->handled(record_, result, [&] { answer_.complete(result); });
  }

 private:
  const std::shared_ptr<TesterNotes> notes_;
  const ConsumedRecord& record_;  // lives until it is answered
  Completion answer_;
};

std::shared_ptr<const Catalog> catalogOf(const HandlerTesterOptions& options) {
  if (options.catalog) {
    return options.catalog;
  }
  auto embedded = Catalog::load(Settings{});
  return std::make_shared<Catalog>(embedded ? *std::move(embedded) : Catalog{});
}

}  // namespace

class HandlerTester::Impl {
 public:
  Impl(HandlerTesterOptions&& options, const std::function<std::shared_ptr<Invoker>(Impl&)>& make,
       bool forwarding)
      : options_(std::move(options)),
        group_(options_.consumer.group.value_or("test")),
        catalog_(catalogOf(options_)),
        notes_(std::make_shared<TesterNotes>(options_.start)),
        route_(std::make_shared<TesterRoute>(notes_, catalog_, options_.consumer.retry, group_,
                                             options_.consumer.readRetries)) {
    const auto invoker = make(*this);
    if (!invoker) {
      problem_ = errors::invalidArgument("the handler is empty");
      return;
    }
    if (const auto policy = retry::checkRetryPolicy(options_.consumer.retry); !policy) {
      problem_ = policy.error();
      return;
    }
    const int concurrency = std::max(options_.consumer.concurrency.value_or(kConcurrency), 1);
    consume::DispatcherOptions dispatch{.group = group_,
                                        .ordering = options_.consumer.ordering,
                                        .concurrency = concurrency,
                                        .threads = invoker->threads(concurrency),
                                        .maxBatchRecords = invoker->batch(),
                                        .retry = options_.consumer.retry,
                                        .forwarding = forwarding};
    main_ = std::make_unique<TesterHalf>(dispatch, invoker, std::make_unique<consume::Intake>(),
                                         catalog_, route_, notes_);
    dispatch.group += ".retry";
    dispatch.concurrency = std::max(concurrency / 4, 1);
    retries_ = std::make_unique<TesterHalf>(dispatch, invoker,
                                            std::make_unique<retry::RetryIntake>(catalog_, group_),
                                            catalog_, route_, notes_);
  }

  Result<void> publish(ReceivedRecord record, std::optional<int> partition) {
    if (problem_) {
      return fail(*problem_);
    }
    if (record.topic.empty()) {
      return fail(errors::invalidArgument("the record has no topic"));
    }
    const int partitions = TesterRoute::partitionsOf(*catalog_, record.topic);
    const int byKey = record.key ? PartitionStrategy::partitionFor(*record.key, partitions) : 0;
    record.partition = partition.value_or(byKey);
    record.offset = ends_[{record.topic, record.partition}]++;
    record.timestamp = notes_->clock.now();
    main_->take(record);
    return {};
  }

  Result<void> publishEvent(const TenantId* tenant, Event&& event) {
    const auto* const info = produce::findEventType(event.type);
    const auto* const definition = catalog_->findByEventType(event.type);
    if (info == nullptr || definition == nullptr) {
      return fail(errors::invalidArgument(
          fmt::format("there is no event type {}", produce::shown(event.type))));
    }
    if (definition->perTenant() != (tenant != nullptr)) {
      return fail(errors::invalidArgument(
          fmt::format("event type '{}' goes to {}: {}", event.type, definition->pattern,
                      tenant == nullptr ? "it needs a tenant" : "it is no tenant's")));
    }
    CAAS_TRY(produce::validateEvent(event, *info));
    auto view = produce::viewOf(*info, event);
    std::string id;
    const auto ownTime = produce::completeEvent(view, id, notes_->clock, notes_->random);
    ReceivedRecord record;
    record.topic = tenant != nullptr ? definition->topicFor(*tenant) : definition->pattern;
    record.headers.push_back({"caas.type", event.type});
    if (ownTime) {
      record.headers.push_back(
          {"caas.event-time", std::to_string(ownTime->time_since_epoch().count())});
    }
    std::string value;
    produce::appendEventJson(value, view);
    record.value = std::move(value);
    CAAS_ASSIGN(record.key,
                PartitionStrategy::createMessageKey(
                    definition->strategy,
                    {.tenantId = tenant != nullptr ? tenant->str() : view.text("tenantId"),
                     .conversationId = view.text("conversationId"),
                     .userId = view.text("userId")},
                    notes_->random));
    return publish(std::move(record), std::nullopt);
  }

  std::vector<HandledRecord> run() {
    if (!main_) {
      return {};
    }
    ranSome_ = false;
    for (bool more = true; more;) {
      for (const auto& record : notes_->takeComingBack()) {
        retries_->take(record);
      }
      const bool ran = main_->runSome();
      more = retries_->runSome() || ran;
      ranSome_ = ranSome_ || more;
    }
    return notes_->takeRuns();
  }

  std::vector<HandledRecord> advance(Milliseconds duration) {
    const Timestamp end = now() + duration;
    auto runs = run();
    while (main_ && now() < end) {
      const auto next = std::min(main_->nextDue(), retries_->nextDue());
      notes_->clock.sleepFor(std::clamp(std::chrono::ceil<Milliseconds>(next), kLeastStep,
                                        std::max<Milliseconds>(end - now(), kLeastStep)));
      std::ranges::move(run(), std::back_inserter(runs));
    }
    return runs;
  }

  std::vector<HandledRecord> waitForAnswers(Milliseconds deadline) {
    const auto until = std::chrono::steady_clock::now() + deadline;
    std::vector<HandledRecord> runs;
    while (main_) {
      // Asked first: an answer that comes later may let the next record of its key run.
      const bool busy = main_->stats().handlersInFlight + retries_->stats().handlersInFlight > 0;
      if (busy && std::chrono::steady_clock::now() >= until) {
        break;
      }
      if (busy) {
        notes_->waitForRun(until);
      }
      auto more = run();
      if (!busy && more.empty() && !ranSome_) {
        break;
      }
      std::ranges::move(more, std::back_inserter(runs));
    }
    return runs;
  }

  [[nodiscard]] Timestamp now() const { return notes_->clock.now(); }
  [[nodiscard]] std::int64_t unfinished() const {
    return main_ ? main_->stats().recordsInFlight + retries_->stats().recordsInFlight : 0;
  }
  [[nodiscard]] std::vector<ReceivedRecord> written(std::string_view topic) const {
    return notes_->written(topic);
  }
  [[nodiscard]] std::int64_t committed(std::string_view topic, int partition) const {
    return main_ ? main_->committed({std::string(topic), partition}) : 0;
  }

  std::shared_ptr<Invoker> asyncInvoker(AsyncHandler&& handler) {
    if (!handler) {
      return nullptr;
    }
    return consume::makeAsyncInvoker([handler = std::move(handler), notes = notes_](
                                         const ConsumedRecord& record, Completion completion) {
      handler(record,
              Completion(std::make_shared<NotedAnswer>(notes, record, std::move(completion))));
    });
  }
  [[nodiscard]] const ConsumerOptions& consumer() const { return options_.consumer; }

 private:
  const HandlerTesterOptions options_;
  const std::string group_;
  const std::shared_ptr<const Catalog> catalog_;
  const std::shared_ptr<TesterNotes> notes_;
  const std::shared_ptr<TesterRoute> route_;
  std::optional<Error> problem_;
  std::map<std::pair<std::string, int>, std::int64_t> ends_;
  std::unique_ptr<TesterHalf> main_;
  std::unique_ptr<TesterHalf> retries_;
  bool ranSome_ = false;  ///< in the last run()
};

HandlerTester::HandlerTester(Handler handler, HandlerTesterOptions options)
    : impl_(std::make_unique<Impl>(
          std::move(options),
          [&](Impl&) { return handler ? consume::makeInvoker({}, std::move(handler)) : nullptr; },
          false)) {}
HandlerTester::HandlerTester(AsyncHandler handler, HandlerTesterOptions options)
    : impl_(std::make_unique<Impl>(
          std::move(options), [&](Impl& impl) { return impl.asyncInvoker(std::move(handler)); },
          false)) {}
HandlerTester::HandlerTester(BatchHandler handler, HandlerTesterOptions options)
    : impl_(std::make_unique<Impl>(
          std::move(options),
          [&](Impl& impl) {
            const int most = std::max(impl.consumer().maxBatchRecords, 1);
            return handler ? consume::makeBatchInvoker(std::move(handler),
                                                       static_cast<std::size_t>(most))
                           : nullptr;
          },
          false)) {}
HandlerTester::HandlerTester(ForwardHandler handler, HandlerTesterOptions options)
    : impl_(std::make_unique<Impl>(
          std::move(options),
          [&](Impl&) {
            return handler ? consume::makeForwardInvoker(std::move(handler)) : nullptr;
          },
          true)) {}
HandlerTester::HandlerTester(std::map<std::string, Handler, std::less<>> byType, Handler rest,
                             HandlerTesterOptions options)
    : impl_(std::make_unique<Impl>(
          std::move(options),
          [&](Impl&) { return consume::makeInvoker(std::move(byType), std::move(rest)); }, false)) {
}
HandlerTester::~HandlerTester() = default;

Result<void> HandlerTester::publish(const TestRecord& record) {
  ReceivedRecord received;
  received.topic = record.topic;
  received.key = record.key;
  received.value = record.value;
  received.headers = record.headers;
  return impl_->publish(std::move(received), record.partition);
}
Result<void> HandlerTester::publishEvent(const TenantId* tenant, Event event) {
  return impl_->publishEvent(tenant, std::move(event));
}
std::vector<HandledRecord> HandlerTester::run() { return impl_->run(); }
std::vector<HandledRecord> HandlerTester::advance(Milliseconds duration) {
  return impl_->advance(duration);
}
std::vector<HandledRecord> HandlerTester::waitForAnswers(Milliseconds deadline) {
  return impl_->waitForAnswers(deadline);
}
Timestamp HandlerTester::now() const { return impl_->now(); }
std::int64_t HandlerTester::unfinished() const { return impl_->unfinished(); }
std::vector<ReceivedRecord> HandlerTester::written(std::string_view topic) const {
  return impl_->written(topic);
}
std::int64_t HandlerTester::committed(std::string_view topic, int partition) const {
  return impl_->committed(topic, partition);
}

}  // namespace caas::kafka
