#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "client/group_metadata.hpp"
#include "client/transactional_client.hpp"
#include "consume/dispatcher.hpp"
#include "consume/end_time.hpp"

namespace caas::kafka::consume {

/// The transaction thread of exactly-once forwarding: takes completed records, writes their outputs
/// and the offsets with the ledger's map in one transaction, and only then completes them. What an
/// aborted transaction held is staged again without running handlers, unless its partition is gone.
class Forwarder {
 public:
  struct Options {
    std::string transactionalId;
    /// How long outputs are gathered at most.
    Milliseconds interval{100};
  };
  /// `metadata` is asked afresh for each transaction.
  Forwarder(const Settings& settings, Options options, std::shared_ptr<Dispatcher> dispatcher,
            std::function<client::GroupMetadata()> metadata);
  ~Forwarder();  ///< stop(), if it was not called
  Forwarder(const Forwarder&) = delete;
  Forwarder& operator=(const Forwarder&) = delete;

  /// Errors: kInvalidConfiguration. Brokers that can't be reached are waited for.
  [[nodiscard]] Result<void> start();
  /// From now on nothing is begun or asked for again that this end does not leave time for. What it
  /// cuts off is in the log as a whole or not at all, and what is not runs again: its offsets are
  /// part of it. Any thread.
  void endBy(std::chrono::steady_clock::time_point end) { end_.set(end); }
  /// Ends the transaction that is open: commits or aborts it. What is staged behind it stays there.
  /// Only sending offsets cannot be cut short: the client's requests for it live for as long as a
  /// transaction (10 s each).
  void stop();

 private:
  void run(const std::stop_token& stop);
  /// A client that is ready to begin; waits between its tries.
  [[nodiscard]] bool ready(const std::stop_token& stop);
  [[nodiscard]] Result<void> transact();
  [[nodiscard]] Result<void> writeOutputs();
  [[nodiscard]] Result<void> commit();
  /// A call that the client takes up again where it was.
  template <class Call>
  [[nodiscard]] Result<void> resumed(Milliseconds most, Call call);
  void recover(const Error& error, const std::stop_token& stop);
  void failOutput(const client::FailedDelivery& failed);
  void pause(const std::stop_token& stop, Milliseconds wait);
  [[nodiscard]] Result<void> makeClient();

  const Settings settings_;
  const Options options_;
  const std::shared_ptr<Dispatcher> dispatcher_;
  const std::function<client::GroupMetadata()> metadata_;
  EndTime end_{systemClock()};
  std::unique_ptr<client::TransactionalClient> client_;
  bool initialized_ = false;
  std::vector<Task*> batch_;
  CommitPlan plan_;
  std::optional<client::FailedDelivery> refused_;  ///< an output that can never be written
  std::jthread thread_;
};

}  // namespace caas::kafka::consume
