#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "client/admin.hpp"
#include "client/error_map.hpp"
#include "client/handle.hpp"
#include "client/raii.hpp"
#include "core/errors.hpp"

namespace caas::kafka::client {

/// One admin client: the handle, its connection state, and the thread that serves its logs.
class AdminClient::Impl {
 public:
  Impl(rd_kafka_t* handle, std::vector<std::string> brokers);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  /// Runs one admin operation on a queue of its own and waits for its event. `start` gets
  /// (client, options, queue). An error of the whole operation becomes the Result's.
  ///
  /// What any broker can do is sent to one that was just seen to answer. librdkafka would send it
  /// to the controller; under KRaft metadata names any broker as that, and when it is dead the
  /// client waits for that very broker, reconnecting without a pause. A question (not a change) is
  /// asked again, within its time, when the connection broke under it.
  template <class Start>
  [[nodiscard]] Result<EventPtr> run(rd_kafka_admin_op_t operation, std::string_view what,
                                     const CallOptions& options, Start start,
                                     bool validateOnly = false) {
    const auto end = std::chrono::steady_clock::now() + options.timeout;
    for (;;) {
      CallOptions now = options;
      if (!options.broker && anyBrokerCan(operation)) {
        CAAS_ASSIGN(now.broker, answeringBroker(end));
      }
      now.timeout = leftUntil(end);
      auto event = runOnce(operation, what, now, start, validateOnly);
      constexpr Milliseconds kPause{100};
      if (event || options.broker || leftUntil(end) <= kPause ||
          !mayAskAgain(operation, event.error())) {
        return event;
      }
      forgetAnswering();
      std::this_thread::sleep_for(kPause);
    }
  }

  rd_kafka_t* const handle;
  ConnectionState state;

 private:
  template <class Start>
  [[nodiscard]] Result<EventPtr> runOnce(rd_kafka_admin_op_t operation, std::string_view what,
                                         const CallOptions& options, Start& start,
                                         bool validateOnly) {
    AdminOptionsPtr adminOptions(rd_kafka_AdminOptions_new(handle, operation));
    if (auto prepared = prepare(adminOptions.get(), operation, what, options, validateOnly);
        !prepared) {
      return std::unexpected(std::move(prepared).error());
    }
    QueuePtr queue(rd_kafka_queue_new(handle));
    start(handle, adminOptions.get(), queue.get());
    return await(queue.get(), what, options);
  }
  [[nodiscard]] static Milliseconds leftUntil(std::chrono::steady_clock::time_point end);
  [[nodiscard]] static bool anyBrokerCan(rd_kafka_admin_op_t operation);
  /// A broker that answered within the last second, or the first of all that does now.
  [[nodiscard]] Result<int> answeringBroker(std::chrono::steady_clock::time_point end);
  [[nodiscard]] Result<std::vector<int>> livingBrokers(Milliseconds timeout);
  [[nodiscard]] bool answers(int broker, Milliseconds timeout);
  void forgetAnswering();
  [[nodiscard]] static bool mayAskAgain(rd_kafka_admin_op_t operation, const Error& error);
  [[nodiscard]] Result<void> prepare(rd_kafka_AdminOptions_t* adminOptions,
                                     rd_kafka_admin_op_t operation, std::string_view what,
                                     const CallOptions& options, bool validateOnly) const;
  [[nodiscard]] Result<EventPtr> await(rd_kafka_queue_t* queue, std::string_view what,
                                       const CallOptions& options);
  void serve();

  std::mutex answeringMutex_;
  std::optional<int> answering_;
  std::chrono::steady_clock::time_point answeredAt_;
  std::size_t nextToAsk_ = 0;
  QueuePtr mainQueue_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace caas::kafka::client
