#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "caas/kafka/testing.hpp"
#include "consume/failure_route.hpp"
#include "retry/retry_steps.hpp"

// What a HandlerTester's parts share, and its stand-in for the failure router.

namespace caas::kafka::retry {

/// Stands still until it is moved.
class TesterClock final : public Clock {
 public:
  explicit TesterClock(Timestamp start) : start_(start) {}
  [[nodiscard]] Timestamp now() const override { return start_ + Milliseconds{passed_}; }
  [[nodiscard]] std::chrono::steady_clock::time_point steadyNow() const override {
    return std::chrono::steady_clock::time_point{} + Milliseconds{passed_};
  }
  void sleepFor(std::chrono::nanoseconds duration) override {
    passed_ += std::chrono::ceil<Milliseconds>(duration).count();
  }

 private:
  const Timestamp start_;
  std::atomic<std::int64_t> passed_ = 0;
};

/// The same numbers each time.
class TesterRandom final : public Random {
 public:
  [[nodiscard]] std::uint64_t next() override {
    const std::lock_guard lock(mutex_);
    return generator_();
  }

 private:
  std::mutex mutex_;
  std::mt19937_64 generator_{1};
};

/// Written by the tester's thread and by those that answer asynchronously. They own it together:
/// an answer may come after the tester has gone.
class TesterNotes {
 public:
  explicit TesterNotes(Timestamp start) : clock(start) {}

  /// `answer` tells the dispatcher; what it does with a failure is noted with the run.
  template <class Answer>
  void handled(const ConsumedRecord& record, const HandlerResult& result, Answer&& answer) {
    HandledRecord run = describe(record, result);
    HandledRecord* const outer = std::exchange(current_, &run);
    answer();
    current_ = outer;
    const std::lock_guard lock(mutex_);
    runs_.push_back(std::move(run));
    answered_.notify_all();
  }
  /// The run whose answer this thread is giving; nullptr outside of one.
  [[nodiscard]] static HandledRecord* current() { return current_; }

  [[nodiscard]] std::vector<HandledRecord> takeRuns();
  void waitForRun(std::chrono::steady_clock::time_point until);
  /// Gives it a partition (by its key) and an offset. `partitions`: how many the topic has.
  void write(ReceivedRecord record, int partitions, bool comesBack);
  [[nodiscard]] std::deque<ReceivedRecord> takeComingBack();
  [[nodiscard]] std::vector<ReceivedRecord> written(std::string_view topic) const;

  TesterClock clock;
  TesterRandom random;

 private:
  [[nodiscard]] HandledRecord describe(const ConsumedRecord& record,
                                       const HandlerResult& result) const;

  static thread_local HandledRecord* current_;
  mutable std::mutex mutex_;
  std::condition_variable answered_;
  std::vector<HandledRecord> runs_;
  std::map<std::string, std::vector<ReceivedRecord>, std::less<>> written_;
  std::map<std::pair<std::string, int>, std::int64_t> ends_;
  std::deque<ReceivedRecord> comingBack_;
};

/// Notes where a failed record goes, by the consumer's policy.
class TesterRoute final : public consume::FailureRoute {
 public:
  TesterRoute(std::shared_ptr<TesterNotes> notes, std::shared_ptr<const Catalog> catalog,
              RetryPolicy policy, std::string group, bool readRetries)
      : notes_(std::move(notes)),
        catalog_(std::move(catalog)),
        policy_(std::move(policy)),
        group_(std::move(group)),
        readRetries_(readRetries) {}

  void divert(const consume::FailedRecord& failed, Done done) override;
  void prepare(const consume::FailedRecord& failed, Prepared done) override;
  /// How many partitions a topic has by the catalog; others have one.
  [[nodiscard]] static int partitionsOf(const Catalog& catalog, std::string_view topic);
  /// `failure`: of a failed record's copy.
  void write(OutputRecord record, std::optional<consume::FailureOutcome> failure);

 private:
  [[nodiscard]] consume::FailureCopy copyOf(const consume::FailedRecord& failed);

  const std::shared_ptr<TesterNotes> notes_;
  const std::shared_ptr<const Catalog> catalog_;
  const RetryPolicy policy_;
  const std::string group_;
  const bool readRetries_;
};

}  // namespace caas::kafka::retry
