// Sending costs no allocation a record beyond the client's own copy (the client is left out here).
#include <array>
#include <cstdlib>
#include <new>

#include <gtest/gtest.h>

#include "produce/producer_core.hpp"

namespace {
thread_local std::int64_t allocations = 0;
}  // namespace

// Every other form of them ends here (but for that without exceptions, under sanitizers).
void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) {  // NOLINT(*-no-malloc)
    return memory;
  }
  throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size == 0 ? 1 : size);  // NOLINT(*-no-malloc)
}
void operator delete(void* memory) noexcept { std::free(memory); }  // NOLINT(*-no-malloc)
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);  // NOLINT(*-no-malloc)
}

namespace caas::kafka::produce {
namespace {

/// Keeps tokens in an array: what is counted is the core's own.
class CountingTransport final : public Transport {
 public:
  explicit CountingTransport(client::DeliverySink& sink) : sink_(sink) {}
  Result<void> produce(const Record&, std::uint64_t token) override {
    tokens_[count_++] = token;
    return {};
  }
  void deliverAll() {
    for (std::size_t i = 0; i < count_; ++i) {
      const client::DeliveryOutcome outcome{.token = tokens_[i],
                                            .persistence = Persistence::kPersisted};
      sink_.onDeliveries({&outcome, 1});
    }
    count_ = 0;
  }
  void hurry(Milliseconds) override {}
  void purge() override {}
  void stopReporting() override {}
  [[nodiscard]] std::optional<Error> fatalError() const override { return std::nullopt; }

 private:
  client::DeliverySink& sink_;
  std::array<std::uint64_t, 4'096> tokens_{};
  std::size_t count_ = 0;
};

TEST(ProducerAllocations, NoneForARecordOnceTheSlotsAreThere) {
  ProducerCore core({});
  auto owned = std::make_unique<CountingTransport>(core);
  CountingTransport& transport = *owned;
  core.use(std::move(owned));
  int delivered = 0;
  const auto round = [&] {
    Record record;
    record.topic = "t";
    record.key = "k";
    record.value = "v";
    for (int i = 0; i < 1'000; ++i) {
      ASSERT_TRUE(core.send(record, [&delivered](const DeliveryReport&) { ++delivered; }));
    }
    transport.deliverAll();
  };
  round();
  const auto before = allocations;
  round();
  EXPECT_EQ(allocations, before);
  EXPECT_EQ(delivered, 2'000);
}

}  // namespace
}  // namespace caas::kafka::produce
