// How late retries are, on the real cluster: never early, and a figure for docs/decisions. The
// figure is no promise that a busy machine keeps, so what is asserted is far from it.
#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <thread>

#include "caas/kafka/topic_manager.hpp"
#include "integration/consumer_fixture.hpp"

namespace caas::kafka::test {
namespace {

using std::chrono::microseconds;
using std::chrono::steady_clock;

constexpr Milliseconds kSoon{60'000};
constexpr microseconds kGenerous{10'000'000};
constexpr int kRuns = 3;  ///< of a record that fails: two of them come by a retry topic

/// How long after their time retried records were run, by tenant.
class Lateness {
 public:
  void add(const ConsumedRecord& record) {
    std::int64_t notBefore = 0;
    const auto text = record.header("caas.not-before").value_or("");
    ASSERT_EQ(std::from_chars(text.data(), text.data() + text.size(), notBefore).ec, std::errc{})
        << text;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto late =
        std::chrono::duration_cast<microseconds>(now - std::chrono::milliseconds{notBefore});
    const std::lock_guard lock(mutex_);
    late_[std::string(record.tenant)].push_back(late);
  }
  [[nodiscard]] std::vector<microseconds> of(const std::string& tenant) const {
    const std::lock_guard lock(mutex_);
    const auto found = late_.find(tenant);
    auto sorted = found == late_.end() ? std::vector<microseconds>{} : found->second;
    std::ranges::sort(sorted);
    return sorted;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::vector<microseconds>> late_;
};

struct Traffic {
  std::string tenant;
  double recordsPerSecond = 0;
  int failOneIn = 1;
  int records = 0;
};

class RetryLateness : public ConsumerTest {
 protected:
  RetryLateness() : topics_(TopicManager::create(settings_, *catalog_)) {
    must(topics_->createPlatformTopics());
    for (const auto& tenant : {quiet_, loud_}) {
      must(topics_->createTenantTopics(tenant));
    }
  }
  ~RetryLateness() override {
    consumers_.clear();
    for (const auto& tenant : {quiet_, loud_}) {
      static_cast<void>(topics_->deleteTenantTopics(tenant));
    }
  }

  /// A group of both tenants with the retry topics that all groups of this test share.
  void consume(const std::string& group, Lateness& lateness, const std::vector<Traffic>& traffic) {
    ConsumerOptions some = options();
    if (tiers_.empty()) {
      useOwnRetryTopics(some);
      shared_ = some.retry;
    }
    some.readRetries = true;
    some.retry = shared_;
    some.group = group;
    consumers_.push_back(must(Consumer::create(settings_, catalog_, some)));
    must(consumers_.back()->subscribe(
        "notifications",
        std::vector<TenantId>{must(TenantId::parse(quiet_)), must(TenantId::parse(loud_))}));
    must(consumers_.back()->start([&lateness, traffic](const ConsumedRecord& record) {
      if (record.attempt > 1) {
        lateness.add(record);
      }
      const auto own = std::ranges::find(traffic, record.tenant, &Traffic::tenant);
      const bool fails = std::stoi(std::string(*record.value)) % own->failOneIn == 0;
      return fails && record.attempt < kRuns ? HandlerResult::retry("not yet")
                                             : HandlerResult::ack();
    }));
  }

  /// Sends it at its pace and waits until all groups have done with it.
  void send(const std::vector<Traffic>& traffic) {
    {
      std::vector<std::jthread> senders;
      for (const auto& one : traffic) {
        senders.emplace_back([this, one] {
          const auto producer = must(Producer::create(settings_, ProducerPreset::kLowLatency));
          const auto begin = steady_clock::now();
          for (int i = 0; i < one.records; ++i) {
            std::this_thread::sleep_until(
                begin + std::chrono::duration_cast<steady_clock::duration>(
                            std::chrono::duration<double>(i / one.recordsPerSecond)));
            const auto topic = "notifications." + one.tenant;
            const auto value = std::to_string(i);
            must(producer->send({.topic = topic, .key = value, .value = value}));
          }
          must(producer->flush());
        });
      }
    }
    std::int64_t all = 0;
    for (const auto& one : traffic) {
      all += one.records;
    }
    for (const auto& consumer : consumers_) {
      EXPECT_TRUE(eventually(kSoon, [&] { return consumer->stats().acked == all; }))
          << consumer->stats().acked << " of " << all;
    }
  }

  void report(std::string_view what, const Lateness& lateness, const Traffic& traffic) {
    const auto late = lateness.of(traffic.tenant);
    const int failing = (traffic.records + traffic.failOneIn - 1) / traffic.failOneIn;
    ASSERT_EQ(std::ssize(late), failing * (kRuns - 1)) << what;
    const auto at = [&](std::size_t percent) {
      return late[std::min(late.size() * percent / 100, late.size() - 1)];
    };
    const auto text = [](microseconds time) {
      return fmt::format("{:.1f}", static_cast<double>(time.count()) / 1'000);
    };
    fmt::print("{}: {} retries late by p50 {} ms, p99 {} ms, max {} ms\n", what, late.size(),
               text(at(50)), text(at(99)), text(late.back()));
    RecordProperty(fmt::format("{} p99 ms", what), text(at(99)));
    EXPECT_GE(late.front().count(), 0) << what << ": a retry was early";
    EXPECT_LT(at(99), kGenerous) << what;
  }

  const std::string quiet_ = uniqueTenant("quiet");
  const std::string loud_ = uniqueTenant("loud");
  std::unique_ptr<TopicManager> topics_;
  RetryPolicy shared_;
  std::array<Lateness, 2> lateness_;  ///< a group each
  std::vector<std::unique_ptr<Consumer>> consumers_;
};

TEST_F(RetryLateness, WhenIdle) {
  const Traffic quiet{.tenant = quiet_, .recordsPerSecond = 20, .failOneIn = 1, .records = 120};
  consume(group_, lateness_[0], {quiet});
  send({quiet});
  report("idle", lateness_[0], quiet);
}

TEST_F(RetryLateness, BehindALoudTenantsAndAnotherGroupsRecords) {
  const Traffic quiet{.tenant = quiet_, .recordsPerSecond = 10, .failOneIn = 1, .records = 80};
  const Traffic loud{.tenant = loud_, .recordsPerSecond = 500, .failOneIn = 5, .records = 4'000};
  consume(group_, lateness_[0], {quiet, loud});
  consume(uniqueTopic("other-group"), lateness_[1], {quiet, loud});
  send({quiet, loud});
  report("quiet beside loud", lateness_[0], quiet);
  report("loud", lateness_[0], loud);
  report("quiet beside loud in the other group", lateness_[1], quiet);
}

}  // namespace
}  // namespace caas::kafka::test
