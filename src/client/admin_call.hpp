#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "client/admin.hpp"
#include "client/error_map.hpp"
#include "client/handle.hpp"
#include "client/raii.hpp"

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
  template <class Start>
  [[nodiscard]] Result<EventPtr> run(rd_kafka_admin_op_t operation, std::string_view what,
                                     const CallOptions& options, Start start,
                                     bool validateOnly = false) {
    AdminOptionsPtr adminOptions(rd_kafka_AdminOptions_new(handle, operation));
    if (auto prepared = prepare(adminOptions.get(), operation, what, options, validateOnly);
        !prepared) {
      return std::unexpected(std::move(prepared).error());
    }
    QueuePtr queue(rd_kafka_queue_new(handle));
    start(handle, adminOptions.get(), queue.get());
    return await(queue.get(), what, options);
  }

  rd_kafka_t* const handle;
  ConnectionState state;

 private:
  [[nodiscard]] Result<void> prepare(rd_kafka_AdminOptions_t* adminOptions,
                                     rd_kafka_admin_op_t operation, std::string_view what,
                                     const CallOptions& options, bool validateOnly) const;
  [[nodiscard]] Result<EventPtr> await(rd_kafka_queue_t* queue, std::string_view what,
                                       const CallOptions& options);
  void serve();

  QueuePtr mainQueue_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace caas::kafka::client
