#pragma once

// The floor that ours is held against: librdkafka's C API as a careful caller uses it (topic
// handles, produceva, delivery events on a thread of their own), with the very configuration that
// ours makes.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fmt/core.h>

#include "caas/kafka/settings.hpp"
#include "client/config.hpp"
#include "client/handle.hpp"
#include "client/raii.hpp"
#include "workload.hpp"

namespace caas::kafka::bench {

class RawSender {
 public:
  RawSender(const Settings& settings, ProducerPreset preset, const std::vector<std::string>& topics,
            Latencies& latencies)
      : latencies_(latencies) {
    auto conf = client::producerConf(settings, withPreset(settings.producer, preset), "raw");
    if (!conf) {
      fmt::print(stderr, "{}\n", conf.error().describe());
      return;
    }
    // Ours counts for itself and gives librdkafka twice the bounds: as deep a queue for both.
    for (const auto& [name, bound] :
         {std::pair{"queue.buffering.max.messages", settings.producer.queueMaxRecords},
          std::pair{"queue.buffering.max.kbytes", settings.producer.queueMaxBytes / 1024}}) {
      rd_kafka_conf_set(conf->get(), name, std::to_string(bound).c_str(), nullptr, 0);
    }
    auto made = client::makeClient(RD_KAFKA_PRODUCER, std::move(*conf));
    if (!made) {
      fmt::print(stderr, "{}\n", made.error().describe());
      return;
    }
    client_ = *made;
    queue_.reset(rd_kafka_queue_get_main(client_));
    for (const auto& topic : topics) {
      topics_.emplace_back(rd_kafka_topic_new(client_, topic.c_str(), nullptr));
    }
    thread_ = std::thread([this] { serve(); });
  }

  ~RawSender() {
    stop_ = true;
    if (thread_.joinable()) {
      thread_.join();
    }
    topics_.clear();
    queue_.reset();
    if (client_ != nullptr) {
      rd_kafka_destroy(client_);
    }
  }
  RawSender(const RawSender&) = delete;
  RawSender& operator=(const RawSender&) = delete;

  [[nodiscard]] bool usable() const { return client_ != nullptr; }

  bool send(std::size_t topic, std::string_view key, std::string_view value) {
    rd_kafka_vu_t fields[4];
    fields[0].vtype = RD_KAFKA_VTYPE_RKT;
    fields[0].u.rkt = topics_[topic].get();
    fields[1].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
    fields[1].u.i = RD_KAFKA_MSG_F_COPY;
    fields[2].vtype = RD_KAFKA_VTYPE_KEY;
    fields[2].u.mem = {const_cast<char*>(key.data()), key.size()};
    fields[3].vtype = RD_KAFKA_VTYPE_VALUE;
    fields[3].u.mem = {const_cast<char*>(value.data()), value.size()};
    while (true) {
      const client::ErrorPtr error(rd_kafka_produceva(client_, fields, 4));
      if (!error) {
        ++sent_;
        return true;
      }
      if (rd_kafka_error_code(error.get()) != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
        fmt::print(stderr, "raw: {}\n", rd_kafka_error_string(error.get()));
        return false;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
  }

  /// Warm-up is over: what comes from here on is measured.
  void restart() {
    finish();
    sent_ = 0;
    const std::lock_guard lock(mutex_);
    delivered_ = 0;
    recording_ = true;
  }

  std::int64_t finish() {
    std::unique_lock lock(mutex_);
    allReported_.wait_for(lock, std::chrono::minutes{5},
                          [&] { return delivered_ + failed_ >= sent_; });
    return delivered_;
  }

 private:
  void serve() {
    while (!stop_) {
      const client::EventPtr event(rd_kafka_queue_poll(queue_.get(), 100));
      if (!event || rd_kafka_event_type(event.get()) != RD_KAFKA_EVENT_DR) {
        continue;
      }
      std::int64_t delivered = 0;
      std::int64_t failed = 0;
      while (const auto* message = rd_kafka_event_message_next(event.get())) {
        ++(message->err == RD_KAFKA_RESP_ERR_NO_ERROR ? delivered : failed);
        if (recording_) {
          latencies_.add(rd_kafka_message_latency(message));
        }
      }
      const std::lock_guard lock(mutex_);
      delivered_ += delivered;
      failed_ += failed;
      allReported_.notify_one();
    }
  }

  Latencies& latencies_;
  rd_kafka_t* client_ = nullptr;
  client::QueuePtr queue_;
  std::vector<client::TopicPtr> topics_;
  std::atomic<bool> stop_{false};
  std::atomic<bool> recording_{false};
  std::atomic<std::int64_t> sent_{0};
  std::mutex mutex_;
  std::condition_variable allReported_;
  std::int64_t delivered_ = 0;
  std::int64_t failed_ = 0;
  std::thread thread_;
};

}  // namespace caas::kafka::bench
