#include <algorithm>
#include <deque>
#include <mutex>
#include <utility>

#include "caas/kafka/producer.hpp"
#include "client/admin.hpp"
#include "client/consumer_client.hpp"
#include "core/errors.hpp"
#include "probe/link.hpp"

namespace caas::kafka::probe {
namespace {

/// How long reading goes on without a look at what the producer reports.
constexpr Milliseconds kStep{20};
constexpr Milliseconds kGoodbye{500};

/// Unlike everything else that we produce, without idempotence: a record that its broker does not
/// take in time would stop the other brokers' records until the client's sequence numbers are in
/// order again. What is read back is in all in-sync replicas anyway.
Settings probeSettings(const Settings& settings, const ProbeOptions& options) {
  Settings probing = settings;
  probing.producer.acks = Acks::kLeader;
  probing.producer.preset = ProducerPreset::kLowLatency;
  probing.producer.given = {};
  probing.producer.linger = Milliseconds{0};
  probing.producer.compression = Compression::kNone;
  probing.producer.deliveryTimeout = options.patience;
  probing.producer.queueFullWait = Milliseconds{0};
  // Should the log be cut, what is old is of no interest.
  probing.consumer.autoOffsetReset = OffsetReset::kLatest;
  return probing;
}

/// Failures as the producer's thread reports them, until our thread takes them.
class Failures {
 public:
  void put(LinkEvent event) {
    const std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
  }
  std::optional<LinkEvent> take() {
    const std::lock_guard lock(mutex_);
    if (events_.empty()) {
      return std::nullopt;
    }
    auto event = std::move(events_.front());
    events_.pop_front();
    return event;
  }

 private:
  std::mutex mutex_;
  std::deque<LinkEvent> events_;  ///< one for each record under way at most
};

class ClusterLink final : public Link {
 public:
  ClusterLink(const Settings& settings, std::string topic, const ProbeOptions& options,
              Clock& clock)
      : settings_(probeSettings(settings, options)), topic_(std::move(topic)), clock_(clock) {}
  ~ClusterLink() override {
    closeProducer();
    if (consumer_) {
      static_cast<void>(consumer_->close(kGoodbye));
    }
  }
  ClusterLink(const ClusterLink&) = delete;
  ClusterLink& operator=(const ClusterLink&) = delete;

  Result<ProbeTopic> look(Milliseconds deadline) override {
    CAAS_TRY(connect());
    const auto until = clock_.steadyNow() + deadline;
    CAAS_ASSIGN(const auto cluster, admin_->describeCluster({.timeout = deadline, .broker = {}}));
    const auto left = std::chrono::ceil<Milliseconds>(until - clock_.steadyNow());
    CAAS_ASSIGN(const auto topics,
                admin_->describeTopics(
                    {topic_}, {.timeout = std::max(left, Milliseconds{100}), .broker = {}}));
    if (topics.empty() || topics.front().error) {
      return fail(topics.empty() ? errors::topicNotFound(topic_) : *topics.front().error);
    }
    ProbeTopic seen;
    for (const auto& broker : cluster.brokers) {
      seen.brokers.push_back(broker.id);
    }
    for (const auto& partition : topics.front().partitions) {
      seen.partitions.push_back(
          {.partition = partition.id, .leader = partition.leader, .replicas = partition.replicas});
    }
    return seen;
  }

  Result<void> grow(int newTotal, const std::vector<std::vector<int>>& replicas,
                    Milliseconds deadline) override {
    CAAS_ASSIGN(const auto grown, admin_->createPartitions({{topic_, newTotal, replicas}},
                                                           {.timeout = deadline, .broker = {}}));
    if (!grown.empty() && grown.front().error) {
      return fail(*grown.front().error);
    }
    return {};
  }

  Result<void> read(const std::vector<int>& partitions, Milliseconds deadline) override {
    CAAS_TRY(connect());
    std::vector<std::pair<client::TopicPartition, client::OffsetSpec>> wanted;
    for (const int partition : partitions) {
      wanted.emplace_back(client::TopicPartition{topic_, partition}, client::OffsetSpec::latest());
    }
    CAAS_ASSIGN(auto ends, admin_->listOffsets(wanted, {.timeout = deadline, .broker = {}}));
    std::optional<Error> failure;
    std::erase_if(ends, [&](const client::PartitionOffset& end) {
      failure = end.error ? end.error : failure;
      return end.error.has_value();
    });
    // Those that can be read are; the rest comes with another try.
    CAAS_TRY(consumer_->assign(ends));
    if (failure) {
      return fail(*std::move(failure));
    }
    return {};
  }

  Result<void> send(int partition, const std::string& token) override {
    auto sent = producer_->send({.topic = topic_, .value = token, .partition = partition},
                                [this, partition, token](const DeliveryReport& report) {
                                  if (report.error != nullptr) {
                                    failures_.put({partition, token, *report.error});
                                  }
                                });
    // It asks for the topic's partitions every few minutes, and there may be more of them by now.
    staleProducer_ = !sent && sent.error().code == ErrorCode::kTopicNotFound;
    return sent;
  }

  std::optional<LinkEvent> wait(Milliseconds most) override {
    const auto until = clock_.steadyNow() + most;
    for (;;) {
      if (auto failure = failures_.take()) {
        return failure;
      }
      const auto left = std::chrono::ceil<Milliseconds>(until - clock_.steadyNow());
      if (left <= Milliseconds{0}) {
        return std::nullopt;
      }
      const auto event = consumer_->poll(std::min(left, kStep));
      if (!event) {
        // It cannot go on: the next read makes another one.
        rebuild_ = true;
        clock_.sleepFor(std::min(left, kStep));
      } else if (event->record && event->record->value) {
        return LinkEvent{event->record->partition, *event->record->value};
      }
    }
  }

 private:
  void closeProducer() {
    if (producer_) {
      static_cast<void>(producer_->close(Milliseconds{0}));
      producer_.reset();
    }
  }
  Result<void> connect() {
    if (!admin_) {
      CAAS_ASSIGN(admin_, client::AdminClient::create(settings_, "probe"));
    }
    if (std::exchange(staleProducer_, false)) {
      closeProducer();
    }
    if (!producer_) {
      CAAS_ASSIGN(producer_, Producer::create(settings_, ProducerPreset::kLowLatency));
    }
    if (!consumer_ || std::exchange(rebuild_, false)) {
      CAAS_ASSIGN(consumer_,
                  client::ConsumerClient::create(settings_, {.purpose = "probe-reader"}));
    }
    return {};
  }

  const Settings settings_;
  const std::string topic_;
  Clock& clock_;
  Failures failures_;
  std::unique_ptr<client::AdminClient> admin_;
  std::unique_ptr<client::ConsumerClient> consumer_;
  std::unique_ptr<Producer> producer_;
  bool rebuild_ = false;
  bool staleProducer_ = false;
};

}  // namespace

std::unique_ptr<Link> makeClusterLink(const Settings& settings, std::string topic,
                                      const ProbeOptions& options, Clock& clock) {
  return std::make_unique<ClusterLink>(settings, std::move(topic), options, clock);
}

}  // namespace caas::kafka::probe
