// The producer's promises over a transport that does what the test says. What Kafka does with the
// records is seen in tests/integration and tests/chaos.
#include "produce/producer_core.hpp"

#include <atomic>
#include <future>
#include <semaphore>
#include <set>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/errors.hpp"

namespace caas::kafka::produce {
namespace {

using ::testing::HasSubstr;

constexpr Milliseconds kShort{20};
constexpr Milliseconds kLong{60'000};

/// Keeps what it is given until it is purged, or for ever.
class HeldTransport final : public Transport {
 public:
  explicit HeldTransport(client::DeliverySink& sink) : sink_(sink) {}

  Result<void> produce(const Record& record, std::uint64_t token) override {
    if (record.topic == "stalls") {
      stalled.release();
      EXPECT_TRUE(goOn.try_acquire_for(kLong));
    }
    if (refuses) {
      return fail(errors::queueFull(1, 1, kShort));
    }
    const std::lock_guard lock(mutex_);
    tokens_.insert(token);
    return {};
  }
  void hurry(Milliseconds wait) override {
    ++hurries;
    std::this_thread::sleep_for(std::min(wait, Milliseconds{5}));
  }
  void purge() override {
    if (deaf) {
      return;
    }
    std::set<std::uint64_t> tokens;
    {
      const std::lock_guard lock(mutex_);
      tokens.swap(tokens_);
    }
    const auto error = errors::shutdown("purged");
    for (const auto token : tokens) {
      const client::DeliveryOutcome outcome{
          .token = token, .persistence = Persistence::kNotPersisted, .error = &error};
      sink_.onDeliveries({&outcome, 1});
    }
  }
  void stopReporting() override { deaf = true; }
  [[nodiscard]] std::optional<Error> fatalError() const override { return std::nullopt; }

  std::binary_semaphore stalled{0};
  std::binary_semaphore goOn{0};
  std::atomic<bool> refuses{false};
  std::atomic<bool> deaf{false};
  std::atomic<int> hurries{0};

 private:
  client::DeliverySink& sink_;
  std::mutex mutex_;
  std::set<std::uint64_t> tokens_;
};

class ProducerCoreTest : public ::testing::Test {
 protected:
  ProducerCoreTest() {
    auto transport = std::make_unique<HeldTransport>(core_);
    transport_ = transport.get();
    core_.use(std::move(transport));
  }

  Result<void> send(std::string_view topic) {
    Record record;
    record.topic = topic;
    record.value = "v";
    return core_.send(record, [this](const DeliveryReport& report) {
      ++(report.persistence == Persistence::kNotPersisted ? notPersisted_ : possiblyPersisted_);
    });
  }
  /// Another thread's flush or close with a long deadline, once it waits for the transport.
  template <class Call>
  auto begun(Call call) {
    const int before = transport_->hurries;
    auto future = std::async(std::launch::async, call);
    while (transport_->hurries == before) {
      std::this_thread::yield();
    }
    return future;
  }
  template <class T>
  static bool ready(const std::future<T>& future) {
    return future.wait_for(Milliseconds{0}) == std::future_status::ready;
  }

  ProducerCore core_{ProducerSettings{}, Milliseconds{1}};
  HeldTransport* transport_ = nullptr;
  std::atomic<int> notPersisted_{0};
  std::atomic<int> possiblyPersisted_{0};
};

TEST_F(ProducerCoreTest, ASendThatStallsForAWholeCloseIsReportedOnce) {
  ASSERT_TRUE(send("t"));
  auto sent = std::async(std::launch::async, [this] { return send("stalls"); });
  transport_->stalled.acquire();

  const auto report = core_.close(Milliseconds{0});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->notPersisted, 1);
  EXPECT_EQ(report->possiblyPersisted, 0) << "it was not accepted yet";
  EXPECT_EQ(notPersisted_ + possiblyPersisted_, 1);

  transport_->goOn.release();
  EXPECT_TRUE(sent.get());
  EXPECT_EQ(notPersisted_, 1);
  EXPECT_EQ(possiblyPersisted_, 1);
  const auto stats = core_.stats();
  EXPECT_EQ(stats.accepted, 2);
  EXPECT_EQ(stats.failed, 2);
  EXPECT_EQ(stats.inFlight, 0);
}

TEST_F(ProducerCoreTest, ASendThatStallsForAWholeCloseAndIsRefusedIsNotReported) {
  auto sent = std::async(std::launch::async, [this] { return send("stalls"); });
  transport_->stalled.acquire();
  ASSERT_TRUE(core_.close(Milliseconds{0}));
  transport_->refuses = true;
  transport_->goOn.release();
  EXPECT_FALSE(sent.get());
  EXPECT_EQ(notPersisted_ + possiblyPersisted_, 0);
  EXPECT_EQ(core_.stats().inFlight, 0);
  EXPECT_EQ(core_.stats().failed, 0);
}

TEST_F(ProducerCoreTest, ASendThatStallsDuringCloseHasItsReportFromTheTransport) {
  auto sent = std::async(std::launch::async, [this] { return send("stalls"); });
  transport_->stalled.acquire();
  auto closed = begun([this] { return core_.close(kShort); });
  transport_->goOn.release();
  EXPECT_TRUE(sent.get());
  ASSERT_TRUE(closed.get());
  EXPECT_EQ(notPersisted_ + possiblyPersisted_, 1);
  EXPECT_EQ(core_.stats().inFlight, 0);
}

TEST_F(ProducerCoreTest, WhatTheTransportNeverReportsCloseDoes) {
  transport_->deaf = true;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(send("t"));
  }
  const auto report = core_.close(Milliseconds{0});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->possiblyPersisted, 3);
  EXPECT_EQ(possiblyPersisted_, 3);
  EXPECT_EQ(core_.stats().inFlight, 0);
}

TEST_F(ProducerCoreTest, AFlushBesideALongOneHasItsOwnDeadline) {
  ASSERT_TRUE(send("t"));
  auto longOne = begun([this] { return core_.flush(kLong); });
  const auto shortOne = core_.flush(kShort);
  ASSERT_FALSE(shortOne);
  EXPECT_EQ(shortOne.error().code, ErrorCode::kTimeout);
  EXPECT_FALSE(ready(longOne)) << "the second waited for the first";
  transport_->purge();
  EXPECT_TRUE(longOne.get());
}

TEST_F(ProducerCoreTest, ACloseBesideALongOneHasItsOwnDeadlineOrItsReport) {
  ASSERT_TRUE(send("t"));
  auto longOne = begun([this] { return core_.close(kLong); });
  const auto shortOne = core_.close(kShort);
  ASSERT_FALSE(shortOne);
  EXPECT_EQ(shortOne.error().code, ErrorCode::kTimeout);
  EXPECT_THAT(shortOne.error().message, HasSubstr("another thread"));
  EXPECT_FALSE(ready(longOne)) << "the second waited for the first";

  auto patient = std::async(std::launch::async, [this] { return core_.close(kLong); });
  transport_->purge();
  const auto first = longOne.get();
  const auto second = patient.get();
  ASSERT_TRUE(first);
  ASSERT_TRUE(second);
  EXPECT_EQ(first->notPersisted, 1);
  EXPECT_EQ(second->notPersisted, 1);
}

TEST_F(ProducerCoreTest, TheReportAddsUpWithManySendersWhileClosing) {
  std::atomic<int> accepted{0};
  std::vector<std::thread> senders;
  for (int i = 0; i < 4; ++i) {
    senders.emplace_back([&] {
      while (true) {
        const auto sent = send("t");
        if (!sent) {
          EXPECT_EQ(sent.error().code, ErrorCode::kShutdown) << sent.error().describe();
          return;
        }
        ++accepted;
      }
    });
  }
  while (accepted < 1'000) {
    std::this_thread::yield();
  }
  const auto report = core_.close(kShort);
  for (auto& sender : senders) {
    sender.join();
  }
  ASSERT_TRUE(report);
  EXPECT_EQ(report->delivered, 0);
  EXPECT_EQ(report->notPersisted, notPersisted_);
  // A sender that did not get to run during the close has had its report since.
  EXPECT_LE(report->possiblyPersisted, possiblyPersisted_);
  EXPECT_EQ(notPersisted_ + possiblyPersisted_, accepted);
  EXPECT_EQ(core_.stats().accepted, accepted);
  EXPECT_EQ(core_.stats().failed, accepted);
  EXPECT_EQ(core_.stats().inFlight, 0);
}

}  // namespace
}  // namespace caas::kafka::produce
