#include "snapshot/keeper.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "core/errors.hpp"
#include "core/log.hpp"
#include "snapshot/gatherer.hpp"

namespace caas::kafka {

using std::chrono::steady_clock;

class SnapshotKeeper::Impl {
 public:
  Impl(std::unique_ptr<snapshot::Source> source, std::shared_ptr<const Catalog> catalog,
       const SnapshotOptions& options, Clock& clock)
      : options_(options),
        gatherer_(std::move(source), std::move(catalog), options, clock),
        latest_(std::make_shared<const ClusterSnapshot>()) {}

  ~Impl() { stop(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void start() {
    const std::lock_guard lock(mutex_);
    if (!stopped_ && !std::exchange(periodic_, true)) {
      wanted_ = std::max(wanted_, begun_ + 1);
      run();
      changed_.notify_all();
    }
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    changed_.notify_all();
    const std::lock_guard joining(joining_);
    if (thread_.joinable()) {
      thread_.join();
    }
  }

  [[nodiscard]] std::shared_ptr<const ClusterSnapshot> latest() const {
    const std::lock_guard lock(mutex_);
    return latest_;
  }

  Result<std::shared_ptr<const ClusterSnapshot>> refresh(Milliseconds deadline) {
    const auto until = steady_clock::now() + deadline;
    std::unique_lock lock(mutex_);
    if (stopped_) {
      return fail(errors::shutdown("the cluster snapshot"));
    }
    const std::uint64_t mine = begun_ + 1;
    wanted_ = std::max(wanted_, mine);
    run();
    changed_.notify_all();
    ++waiting_;
    changed_.wait_until(lock, until, [&] { return stopped_ || latest_->number >= mine; });
    --waiting_;
    if (latest_->number >= mine) {
      return latest_;
    }
    return fail(stopped_ ? errors::shutdown("the cluster snapshot")
                         : errors::timeout("gathering the cluster's state", deadline));
  }

  [[nodiscard]] int waiting() const {
    const std::lock_guard lock(mutex_);
    return waiting_;
  }

 private:
  /// The thread is there from the first wish on.
  void run() {
    if (!thread_.joinable()) {
      thread_ = std::thread([this] { loop(); });
    }
  }

  void loop() {
    std::unique_lock lock(mutex_);
    while (waitForTurn(lock)) {
      ++begun_;
      begunAt_ = steady_clock::now();
      lock.unlock();
      auto snapshot = gatherer_.gather();
      log::debug("cluster snapshot",
                 {{"number", snapshot->number}, {"took_ms", snapshot->took.count()}});
      lock.lock();
      latest_ = std::move(snapshot);
      changed_.notify_all();
    }
  }

  /// False: stop.
  bool waitForTurn(std::unique_lock<std::mutex>& lock) {
    for (;;) {
      if (stopped_) {
        return false;
      }
      const auto now = steady_clock::now();
      const bool first = begun_ == 0;
      const bool paused = !first && now < begunAt_ + options_.minPause;
      if (!paused && (wanted_ > begun_ || (periodic_ && now >= begunAt_ + options_.interval))) {
        return true;
      }
      if (paused && wanted_ > begun_) {
        changed_.wait_until(lock, begunAt_ + options_.minPause);
      } else if (periodic_) {
        changed_.wait_until(lock, begunAt_ + options_.interval);
      } else {
        changed_.wait(lock);
      }
    }
  }

  const SnapshotOptions options_;
  snapshot::Gatherer gatherer_;
  mutable std::mutex mutex_;
  std::mutex joining_;
  std::condition_variable changed_;
  std::shared_ptr<const ClusterSnapshot> latest_;
  std::uint64_t begun_ = 0;
  std::uint64_t wanted_ = 0;  ///< gatherings that somebody waits for
  steady_clock::time_point begunAt_{};
  int waiting_ = 0;
  bool periodic_ = false;
  bool stopped_ = false;
  std::thread thread_;
};

SnapshotKeeper::SnapshotKeeper(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SnapshotKeeper::~SnapshotKeeper() = default;

std::unique_ptr<SnapshotKeeper> SnapshotKeeper::create(const Settings& settings,
                                                       std::shared_ptr<const Catalog> catalog,
                                                       SnapshotOptions options, Clock& clock) {
  auto source = snapshot::makeClusterSource(settings, catalog, options, clock);
  return snapshot::KeeperMaker::make(std::move(source), std::move(catalog), options, clock);
}

void SnapshotKeeper::start() { impl_->start(); }
void SnapshotKeeper::stop() { impl_->stop(); }
std::shared_ptr<const ClusterSnapshot> SnapshotKeeper::latest() const { return impl_->latest(); }
Result<std::shared_ptr<const ClusterSnapshot>> SnapshotKeeper::refresh(Milliseconds deadline) {
  return impl_->refresh(deadline);
}

std::unique_ptr<SnapshotKeeper> snapshot::KeeperMaker::make(std::unique_ptr<Source> source,
                                                            std::shared_ptr<const Catalog> catalog,
                                                            const SnapshotOptions& options,
                                                            Clock& clock) {
  return std::unique_ptr<SnapshotKeeper>(new SnapshotKeeper(std::make_unique<SnapshotKeeper::Impl>(
      std::move(source), std::move(catalog), options, clock)));
}

int snapshot::KeeperMaker::waiting(const SnapshotKeeper& keeper) { return keeper.impl_->waiting(); }

}  // namespace caas::kafka
