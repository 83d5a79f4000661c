#include "health/prober.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <system_error>

#include "core/errors.hpp"

namespace caas::kafka::health {
namespace {

/// Threads at once. Beyond that number of brokers a thread asks several, one after the other.
constexpr std::size_t kMaxAtOnce = 64;
/// Questions that may stay open behind callers that had their answer; beyond it they wait.
constexpr std::size_t kMaxOpen = 128;

}  // namespace

/// One question to several brokers. Shared with the threads, which may outlive the asking.
struct Prober::Round {
  Round(const std::vector<int>& ids, Milliseconds wait, Clock& time,
        std::shared_ptr<client::AdminClient> client)
      : brokers(ids),
        timeout(wait),
        end(time.steadyNow() + wait),
        clock(time),
        admin(std::move(client)) {}

  const std::vector<int> brokers;
  const Milliseconds timeout;
  const std::chrono::steady_clock::time_point end;
  Clock& clock;
  const std::shared_ptr<client::AdminClient> admin;

  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<Answer> answers;
  bool good = false;

  /// What each thread does until every broker has been asked.
  void work() {
    for (auto i = next.fetch_add(1); i < brokers.size(); i = next.fetch_add(1)) {
      auto answer = askOne(brokers[i]);
      const std::lock_guard lock(mutex);
      good = good || answer.cluster.has_value();
      answers.push_back(std::move(answer));
      changed.notify_all();
    }
  }

  [[nodiscard]] Answer askOne(int broker) const {
    const auto begin = clock.steadyNow();
    const auto left = std::chrono::ceil<Milliseconds>(end - begin);
    if (left <= Milliseconds{0}) {
      return {broker, Milliseconds{0},
              fail(errors::timeout("waiting for brokers that hang", timeout))};
    }
    auto cluster = admin->describeCluster({.timeout = left, .broker = broker});
    const auto took = std::chrono::ceil<Milliseconds>(clock.steadyNow() - begin);
    return {broker, took, std::move(cluster)};
  }
};

std::vector<Answer> Prober::askAll(const std::vector<int>& brokers, Milliseconds timeout) {
  return ask(brokers, timeout, false);
}

std::vector<Answer> Prober::askAny(const std::vector<int>& brokers, Milliseconds timeout) {
  bool room = false;
  {
    const std::lock_guard lock(mutex_);
    room = open_.size() < kMaxOpen;
  }
  return ask(brokers, timeout, room);
}

std::vector<Answer> Prober::ask(const std::vector<int>& brokers, Milliseconds timeout,
                                bool firstIsEnough) {
  const auto round = std::make_shared<Round>(brokers, timeout, clock_, admin_);
  std::vector<std::future<void>> threads;
  try {
    while (threads.size() < std::min(brokers.size(), kMaxAtOnce)) {
      threads.push_back(std::async(std::launch::async, [round] { round->work(); }));
    }
  } catch (const std::system_error&) {
    // No more threads to be had: this one asks those that are left.
    round->work();
  }
  std::vector<Answer> answers;
  {
    std::unique_lock lock(round->mutex);
    round->changed.wait(lock, [&] {
      return round->answers.size() == brokers.size() || (firstIsEnough && round->good);
    });
    answers = round->answers;
  }
  keep(std::move(threads));
  std::ranges::sort(answers, {}, &Answer::broker);
  return answers;
}

void Prober::keep(std::vector<std::future<void>> open) {
  const std::lock_guard lock(mutex_);
  std::ranges::move(open, std::back_inserter(open_));
  std::erase_if(open_, [](const std::future<void>& thread) {
    return thread.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  });
}

}  // namespace caas::kafka::health
