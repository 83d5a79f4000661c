#pragma once

#include <atomic>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "caas/kafka/producer.hpp"
#include "support/cluster.hpp"
#include "support/consume_history.hpp"
#include "support/consume_worker.hpp"

namespace caas::kafka::test {

struct ConsumeLoad {
  double recordsPerSecond = fullRun() ? 2'000 : 1'000;
  int keys = 400;
  int partitions = 16;
  std::size_t valueBytes = 200;
  /// A group for each: "block", "divert" or "forward" (exactly-once, into a topic of its own).
  std::vector<std::string> modes{"block", "divert"};
  std::vector<Milliseconds> tiers{Milliseconds{300}, Milliseconds{1'000}};
  int workersPerGroup = 2;
  std::string protocol = "classic";
  int failOneIn = 50;
  int doomOneIn = 1'000;
  int rejectOneIn = 1'500;
};

/// Groups of consumer processes under a steady load of one topic, while a test does something to
/// them or to the cluster; then the verdict over all of it. Whatever is done to "worker i" is done
/// to that of each group.
class ConsumeScenario {
 public:
  explicit ConsumeScenario(std::string name, const ConsumeLoad& load = {});
  ~ConsumeScenario();
  ConsumeScenario(const ConsumeScenario&) = delete;
  ConsumeScenario& operator=(const ConsumeScenario&) = delete;

  [[nodiscard]] const std::string& topic() const { return topic_.name(); }
  /// Lets the load run for so long.
  void goOn(Milliseconds duration);

  /// Until every group has committed what the topic holds now; throws after three minutes. A fault
  /// in the middle of the recovery from another is a longer stall than either.
  void waitUntilCaughtUp() const;

  /// One more worker in each group; its index. `prefix`: words in front of the program's.
  /// `insteadOf`: under that one's transactional ids, which fences it and ends what it left open.
  std::size_t join(const std::vector<std::string>& prefix = {},
                   std::optional<std::size_t> insteadOf = {});
  /// Throws when it gets none within a minute.
  void waitUntilAssigned(std::size_t worker) const;
  /// SIGTERM, and it must end in good order.
  void leave(std::size_t worker);
  void killHard(std::size_t worker);  ///< kill -9
  /// kill -9 (of groups that forward) with outputs written and their transaction open.
  void killInTransaction(std::size_t worker);
  /// Does something that takes the session of these workers, and ends it.
  void loseSession(std::size_t worker, Milliseconds duration, const std::function<void()>& begin,
                   const std::function<void()>& end);
  void pauseAndResume(std::size_t worker, Milliseconds duration);  ///< SIGSTOP, SIGCONT
  /// While a broker is away, from now until `fault` returns.
  void whileBrokerAway(const std::function<void()>& fault);

  /// Ends the load; waits until every group has done with everything; ends the workers; reads the
  /// copies; judges. Prints the figures. Holds the longest stall against the session timeout.
  void finishAndExpectAllWell();
  [[nodiscard]] const std::vector<ConsumeVerdict>& verdicts() const { return verdicts_; }
  /// In the end: outputs that the worker wrote and that no transaction has committed.
  [[nodiscard]] std::int64_t abandonedOutputs(std::size_t worker) const;

 private:
  struct Group {
    std::string mode;
    std::string name;
    ConsumeHistory history{};
    std::deque<ConsumeWorker> workers{};
    std::unique_ptr<TestTopic> output{};              ///< of forward
    std::map<std::string, std::int64_t> abandoned{};  ///< outputs not committed, by worker
  };
  void produce();
  void produceOne(std::int64_t number);
  void watchCommits(const std::stop_token& stop);
  void note(Disturbance::Kind kind, Instant from, std::size_t worker);
  void note(Disturbance::Kind kind, Instant from);
  [[nodiscard]] bool settled(const Group& group) const;
  void waitUntilSettled(Group& group);
  void readCopies();
  void readCopy(const ReceivedRecord& record, bool dead);
  void readOutputs();
  [[nodiscard]] WorkerSettings settingsOf(const Group& group) const;

  const std::string name_;
  const ConsumeLoad load_;
  TestTopic topic_;
  std::deque<TestTopic> tiers_;
  TestTopic dlq_;
  std::filesystem::path folder_;
  std::deque<Group> groups_;
  std::unique_ptr<Producer> producer_;
  std::atomic<std::int64_t> offered_{0};
  std::atomic<bool> stop_{false};
  std::chrono::steady_clock::time_point start_;
  std::vector<ConsumeVerdict> verdicts_;
  std::jthread watching_;
  std::thread producing_;
};

/// Stops a broker in good order, starts it, and waits until its replicas are in sync.
void restartBroker(int node);

}  // namespace caas::kafka::test
