#pragma once

// bench_consume --mode fair

#include <array>
#include <atomic>
#include <fstream>
#include <memory>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include <fmt/core.h>

#include "caas/kafka/consumer.hpp"
#include "caas/kafka/producer.hpp"
#include "client/admin.hpp"
#include "consume_options.hpp"
#include "core/errors.hpp"
#include "workload.hpp"

namespace caas::kafka::bench {

/// What the machine's cores did, by /proc/stat: a slow run of a busy machine is told apart.
struct MachineTime {
  double all = 0;
  double idle = 0;
  double stolen = 0;

  static MachineTime now() {
    std::ifstream file("/proc/stat");
    std::string name;
    std::array<double, 8> ticks{};  // user nice system idle iowait irq softirq steal
    file >> name;
    for (auto& tick : ticks) {
      file >> tick;
    }
    return {std::accumulate(ticks.begin(), ticks.end(), 0.0), ticks[3] + ticks[4], ticks[7]};
  }
  [[nodiscard]] MachineTime since(const MachineTime& before) const {
    return {all - before.all, idle - before.idle, stolen - before.stolen};
  }
  [[nodiscard]] double busyShare() const { return all > 0 ? 1 - idle / all : 0; }
  [[nodiscard]] double stolenShare() const { return all > 0 ? stolen / all : 0; }
};

/// Four quiet topics of 20 records a second each, beside a fifth one of --rate (0: none): how long
/// the quiet ones' records take from their acknowledgement, when consumers may see them, to the end
/// of their handler. Each topic counts as one tenant.
class Fairness {
 public:
  explicit Fairness(const ConsumeOptions& options)
      : options_(options),
        rate_(kQuiet + options.loudRate),
        acked_(static_cast<std::size_t>(rate_ * kSeconds) + 1),
        begun_(acked_.size()),
        handled_(acked_.size()) {
    for (int i = 0; i < 5; ++i) {
      topics_.push_back(fmt::format("{}.{}", options.topic, i));
    }
  }

  Result<void> run() {
    const auto settings = settingsOf(options_);
    CAAS_ASSIGN(const auto catalog, Catalog::load(settings));
    CAAS_ASSIGN(const auto admin, client::AdminClient::create(settings, "bench"));
    CAAS_ASSIGN(const auto quiet, Producer::create(settings, ProducerPreset::kLowLatency));
    CAAS_ASSIGN(const auto loud, Producer::create(settings, ProducerPreset::kDefault));
    for (const auto& topic : topics_) {
      CAAS_TRY(admin->createTopics({{topic, 4, 3, {}}}));
    }
    std::this_thread::sleep_for(std::chrono::seconds{2});
    CAAS_ASSIGN(const auto consumer,
                Consumer::create(settings, std::make_shared<Catalog>(catalog), wishes()));
    for (const auto& topic : topics_) {
      if (options_.loudConsumed != 0 || topic != topics_.back()) {
        CAAS_TRY(consumer->subscribeTopic(topic));
      }
    }
    CAAS_TRY(consumer->start([this](const ConsumedRecord& record) { return handle(record); }));
    std::this_thread::sleep_for(std::chrono::seconds{5});  // joined
    const auto before = MachineTime::now();
    CAAS_TRY(send(*quiet, *loud));
    const auto machine = MachineTime::now().since(before);
    std::this_thread::sleep_for(std::chrono::seconds{3});
    report(machine);
    CAAS_TRY(consumer->close(std::chrono::seconds{20}));
    CAAS_TRY(admin->deleteTopics(topics_));
    return {};
  }

 private:
  static constexpr double kQuiet = 80;
  static constexpr double kSeconds = 20;

  static std::int64_t microseconds() {
    return std::chrono::duration_cast<std::chrono::microseconds>(
               steady_clock::now().time_since_epoch())
        .count();
  }

  [[nodiscard]] ConsumerOptions wishes() const {
    ConsumerOptions consumer;
    consumer.group = options_.group;
    consumer.concurrency = options_.concurrency;
    consumer.maxInFlight = options_.maxInFlight;
    consumer.readRetries = false;
    return consumer;
  }

  HandlerResult handle(const ConsumedRecord& record) {
    const auto begun = microseconds();
    std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(options_.workMs));
    if (record.topic == topics_.back()) {
      ++loud_;
    } else {
      const auto index = std::stoull(std::string(*record.value));
      begun_[index] = begun;
      handled_[index] = microseconds();
    }
    return HandlerResult::ack();
  }

  Result<void> send(Producer& quietOnes, Producer& loudOne) {
    const auto begin = steady_clock::now();
    for (std::int64_t i = 0; static_cast<double>(i) < rate_ * kSeconds; ++i) {
      const auto at = static_cast<double>(i);
      std::this_thread::sleep_until(begin + std::chrono::duration_cast<steady_clock::duration>(
                                                std::chrono::duration<double>(at / rate_)));
      // Spread evenly: every so many records one is quiet.
      const bool quiet = static_cast<std::int64_t>(at * kQuiet / rate_) !=
                         static_cast<std::int64_t>((at + 1) * kQuiet / rate_);
      const auto value = std::to_string(i);
      const auto index = static_cast<std::size_t>(i);
      CAAS_TRY((quiet ? quietOnes : loudOne)
                   .send({.topic = quiet ? topics_[quietOnes_++ % 4] : topics_.back(),
                          .key = value,
                          .value = value},
                         [this, index](const DeliveryReport& report) {
                           acked_[index] = report.delivered() ? microseconds() : 0;
                         }));
    }
    CAAS_TRY(loudOne.flush(std::chrono::seconds{60}));
    return quietOnes.flush(std::chrono::seconds{60});
  }

  void report(const MachineTime& machine) {
    const auto most = static_cast<std::int64_t>(acked_.size());
    Latencies whole(most);
    Latencies waiting(most);
    for (std::size_t i = 0; i < acked_.size(); ++i) {
      if (handled_[i] != 0 && acked_[i] != 0) {
        whole.add(std::max<std::int64_t>(handled_[i] - acked_[i], 0));
        waiting.add(std::max<std::int64_t>(begun_[i] - acked_[i], 0));
      }
    }
    fmt::print(
        R"({{"who":"ours","loudPerSecond":{},"loudHandled":{},"p50Ms":{:.1f},"p99Ms":{:.1f},)"
        R"("startP50Ms":{:.1f},"startP99Ms":{:.1f},"busy":{:.3f},"stolen":{:.3f}}})"
        "\n",
        options_.loudRate, loud_.load(), whole.milliseconds(0.5), whole.milliseconds(0.99),
        waiting.milliseconds(0.5), waiting.milliseconds(0.99), machine.busyShare(),
        machine.stolenShare());
  }

  const ConsumeOptions options_;
  const double rate_;
  std::vector<std::string> topics_;
  std::size_t quietOnes_ = 0;
  std::atomic<std::int64_t> loud_{0};
  // By a record's number, in microseconds.
  std::vector<std::atomic<std::int64_t>> acked_;
  std::vector<std::atomic<std::int64_t>> begun_;
  std::vector<std::atomic<std::int64_t>> handled_;
};

}  // namespace caas::kafka::bench
