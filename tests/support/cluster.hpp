#pragma once

// The real cluster that tests run on, and what they do to it. Failures of the surroundings (no
// cluster, a command that does not answer) are thrown: gtest shows them as the test's failure.

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "caas/kafka/record.hpp"
#include "caas/kafka/settings.hpp"
#include "client/admin.hpp"
#include "support/process.hpp"

namespace caas::kafka::test {

/// Settings for the cluster of KAFKA_BROKERS. Throws "run it through script/test" when it is unset.
[[nodiscard]] Settings testSettings();

/// The project's root: CAAS_ROOT, else where the sources stood at build time.
[[nodiscard]] std::filesystem::path projectRoot();
/// The command line binary of this build.
[[nodiscard]] std::filesystem::path caasBinary();
/// CAAS_FULL=1: the long form of a test.
[[nodiscard]] bool fullRun();

/// Names that no other test and no other run has. The tenant is a valid tenant id; the topic begins
/// with "test." and so is foreign to the catalog.
[[nodiscard]] std::string uniqueTenant(std::string_view hint);
[[nodiscard]] std::string uniqueTopic(std::string_view hint);

/// The value, or the error thrown with `what` before it.
template <class T>
T must(Result<T> result, std::string_view what = "unexpected error") {
  if (!result) {
    throw std::runtime_error(std::string(what) + ": " + result.error().describe());
  }
  if constexpr (!std::is_void_v<T>) {
    return *std::move(result);
  }
}

/// Asks until it is true (then true at once) or the deadline has passed.
[[nodiscard]] bool eventually(Milliseconds deadline, const std::function<bool()>& predicate,
                              Milliseconds pause = Milliseconds{50});

/// One client for all tests of the binary.
[[nodiscard]] client::AdminClient& admin();

using TopicConfigMap = std::map<std::string, std::string>;

/// Creates a topic (RF 3, min.insync.replicas 2 unless given) and waits until every broker serves
/// every partition.
void createTopic(const std::string& name, int partitions, const TopicConfigMap& configs = {},
                 int replicationFactor = 3);
void deleteTopics(const std::vector<std::string>& names);
void setTopicConfig(const std::string& topic, const std::string& name, const std::string& value);
/// The node that leads a partition now; throws when nobody does.
[[nodiscard]] int leaderOf(const std::string& topic, int partition);

/// A topic with a unique name that is deleted at the end.
class TestTopic {
 public:
  TestTopic(std::string_view hint, int partitions, const TopicConfigMap& configs = {});
  ~TestTopic();
  TestTopic(const TestTopic&) = delete;
  TestTopic& operator=(const TestTopic&) = delete;
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  std::string name_;
};

/// Everything that a topic holds, read to its ends: in order within a partition. Records of open
/// and aborted transactions only with `readUncommitted`.
[[nodiscard]] std::vector<ReceivedRecord> readAll(const std::string& topic,
                                                  Milliseconds deadline = Milliseconds{60'000},
                                                  bool readUncommitted = false);

/// All brokers of KAFKA_BROKERS are up and every partition has all its replicas in sync.
[[nodiscard]] bool waitForFullIsr(Milliseconds deadline = Milliseconds{120'000});

/// A broker that is dead (kill -9) or paused (SIGSTOP) as long as this lives. Needs the cluster to
/// be one of script/cluster. Ends with the broker back and all replicas in sync, or a test failure.
class BrokerFault {
 public:
  enum class Kind { kKill, kPause };
  BrokerFault(Kind kind, int node);
  ~BrokerFault();
  BrokerFault(const BrokerFault&) = delete;
  BrokerFault& operator=(const BrokerFault&) = delete;
  [[nodiscard]] int node() const { return node_; }
  /// Brings the broker back without waiting for its replicas.
  void end();

 private:
  Kind kind_;
  int node_;
  bool ended_ = false;
};

}  // namespace caas::kafka::test
