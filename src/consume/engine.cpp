#include "consume/engine.hpp"

#include <algorithm>
#include <limits>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "core/errors.hpp"
#include "core/log.hpp"

namespace caas::kafka::consume {
namespace {

using std::chrono::steady_clock;

/// Read ahead of all partitions together, roughly.
constexpr std::int64_t kPrefetchBytes = 64LL * 1024 * 1024;
constexpr std::int64_t kLeastPrefetch = 128LL * 1024;
constexpr std::int64_t kMostPrefetch = 8LL * 1024 * 1024;
constexpr Milliseconds kFirstLook{5'000};
constexpr Milliseconds kLook{3'000};

/// A worker owns what it needs: its handler may hang beyond the engine's life.
void runWorker(const std::shared_ptr<Dispatcher>& dispatcher,
               const std::shared_ptr<Invoker>& invoker) {
  Work work;
  while (dispatcher->exchange(work)) {
    invoker->run(*dispatcher, work);
  }
  dispatcher->workerEnded(work);
}

}  // namespace

Engine::Engine(const Settings& settings, EngineOptions options, EngineParts parts,
               Subscription subscription)
    : settings_(settings),
      options_(std::move(options)),
      parts_(std::move(parts)),
      subscription_(std::move(subscription)) {
  options_.dispatch.maxBatchRecords = parts_.invoker->batch();
  options_.dispatch.forwarding = options_.transactionalId.has_value();
  options_.poll.commits = !options_.transactionalId;
  options_.dispatch.threads = parts_.invoker->threads(options_.dispatch.concurrency);
  // Concurrency is of calls; the dispatcher counts records.
  options_.dispatch.concurrency = static_cast<int>(
      std::min<std::int64_t>(std::int64_t{options_.dispatch.concurrency} *
                                 static_cast<std::int64_t>(options_.dispatch.maxBatchRecords),
                             std::numeric_limits<int>::max()));
  dispatcher_ = std::make_shared<Dispatcher>(options_.dispatch, parts_.route, parts_.breaker,
                                             systemClock(), systemRandom());
}

Engine::~Engine() { static_cast<void>(close(Milliseconds{10'000})); }

Result<void> Engine::start() {
  CAAS_ASSIGN(admin_,
              client::AdminClient::create(settings_, options_.poll.client.purpose + "-topics"));
  setSessionTimeout();
  // Only a guess at how many partitions there will be: how much to read ahead of each.
  const auto found = discover(kFirstLook);
  const auto partitions = static_cast<std::int64_t>(found ? found->partitions : 64);
  options_.poll.client.prefetchBytesPerPartition = std::clamp(
      kPrefetchBytes / std::max<std::int64_t>(partitions, 1), kLeastPrefetch, kMostPrefetch);
  poller_ = std::make_unique<Poller>(settings_, options_.poll, dispatcher_, parts_.intake,
                                     parts_.catalog);
  dispatcher_->connect([poller = poller_.get()] { poller->wake(); }, [this] { return spawn(); });
  if (options_.transactionalId) {
    forwarder_ = std::make_unique<Forwarder>(
        settings_, Forwarder::Options{.transactionalId = *options_.transactionalId}, dispatcher_,
        [poller = poller_.get()] { return poller->groupMetadata(); });
  }
  Poller::Leaving leaving;
  if (auto* const forwarder = forwarder_.get()) {
    leaving.begins = [forwarder](steady_clock::time_point end) { forwarder->endBy(end); };
    // The transaction thread asks the client for the group: it ends before the client does.
    leaving.drained = [forwarder] { forwarder->stop(); };
  }
  CAAS_TRY(poller_->start(std::move(leaving)));
  if (forwarder_) {
    CAAS_TRY(forwarder_->start());
  }
  if (found && !found->topics.empty()) {
    subscribed_ = found->topics;
    poller_->subscribe(subscribed_);
  } else if (found) {
    log::warn("none of the topics exists yet: waiting for them",
              {{"group", options_.dispatch.group}});
  }
  watcher_ = std::jthread([this](const std::stop_token& stop) { watch(stop); });
  return {};
}

/// Under KIP-848 the brokers hold it for the group, and clients refuse it.
void Engine::setSessionTimeout() {
  const auto& consumer = settings_.consumer;
  if (consumer.groupProtocol != GroupProtocol::kConsumer) {
    return;
  }
  const auto& group = options_.dispatch.group;
  const auto millis = std::to_string(consumer.sessionTimeout.count());
  const auto set = admin_->setGroupConfigs(group, {{"consumer.session.timeout.ms", millis}},
                                           {.timeout = kLook, .broker = {}});
  if (!set) {
    log::warn(
        "the group keeps the brokers' session timeout: they take one between "
        "group.consumer.min.session.timeout.ms and group.consumer.max.session.timeout.ms, "
        "from who may alter the group's configs",
        {{"group", group},
         {"CONSUMER_SESSION_TIMEOUT_MS", millis},
         {"error", set.error().describe()}});
  }
}

bool Engine::spawn() {
  try {
    std::thread([dispatcher = dispatcher_, invoker = parts_.invoker] {
      runWorker(dispatcher, invoker);
    }).detach();
    return true;
  } catch (const std::system_error& error) {
    log::error("no more worker threads", {{"error", error.what()}});
    return false;
  }
}

Result<Engine::Found> Engine::discover(Milliseconds deadline) {
  // One request for all topics, however many tenants there are.
  CAAS_ASSIGN(const auto metadata, admin_->metadata(deadline));
  std::vector<std::string> existing;
  for (const auto& topic : metadata.topics) {
    existing.push_back(topic.name);
  }
  Found found{subscription_.matching(*parts_.catalog, existing), 0};
  for (const auto& topic : metadata.topics) {
    if (std::ranges::binary_search(found.topics, topic.name)) {
      found.partitions += topic.partitions.size();
    }
  }
  return found;
}

void Engine::watch(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  bool failing = false;
  for (;;) {
    wake.wait_for(lock, stop, options_.discoveryInterval, [] { return false; });
    if (stop.stop_requested()) {
      return;
    }
    const auto found = discover(kLook);
    if (!found) {
      if (!std::exchange(failing, true)) {
        log::warn("the cluster's topics could not be listed: new tenants are seen later",
                  {{"error", found.error().describe()}});
      }
      continue;
    }
    failing = false;
    if (found->topics != subscribed_) {
      log::info("topics subscribed", {{"group", options_.dispatch.group},
                                      {"topics", found->topics.size()},
                                      {"before", subscribed_.size()}});
      subscribed_ = found->topics;
      poller_->subscribe(subscribed_);
    }
  }
}

std::optional<Error> Engine::failure() const { return poller_ ? poller_->failure() : std::nullopt; }

Result<ConsumerReport> Engine::close(Milliseconds deadline) {
  if (closed_) {
    return *closed_;
  }
  const auto until = steady_clock::now() + deadline;
  watcher_.request_stop();
  Result<void> left;
  if (poller_) {
    left = poller_->stop(until);
  }
  watcher_ = {};
  closed_ = dispatcher_->unfinished();
  dispatcher_->connect({}, {});
  dispatcher_->stop();
  // Idle workers end at once; one in a handler that hangs is left to itself.
  static_cast<void>(dispatcher_->waitForWorkers(
      std::max(until, steady_clock::now() + std::chrono::milliseconds{100})));
  for (const auto& handler : closed_->hangingHandlers) {
    log::warn("left behind: a handler that has not returned",
              {{"group", options_.dispatch.group}, {"record", handler}});
  }
  if (!left) {
    return fail(left.error());
  }
  return *closed_;
}

}  // namespace caas::kafka::consume
