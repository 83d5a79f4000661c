#include "support/scenario.hpp"

#include <cstdio>
#include <stdexcept>
#include <utility>

#include <fmt/core.h>

namespace caas::kafka::test {
namespace {

using std::chrono::steady_clock;

std::string_view wholeCluster(std::string_view hint) {
  if (!waitForFullIsr()) {
    throw std::runtime_error("the cluster is not whole at the start: script/cluster status");
  }
  return hint;
}

}  // namespace

Scenario::Scenario(std::string name, const Settings& settings, const LoadOptions& load)
    : name_(std::move(name)),
      options_(load),
      topic_(wholeCluster("chaos"), kPartitions),
      producer_(must(Producer::create(settings), "making the producer")),
      start_(steady_clock::now()),
      load_(std::make_unique<PacedLoad>(*producer_, history_, topic_.name(), load)) {}

void Scenario::goOn(Milliseconds duration) {
  const auto seconds = std::chrono::duration<double>(duration).count();
  const auto more = static_cast<std::int64_t>(seconds * options_.recordsPerSecond);
  if (!load_->waitFor(load_->offered() + more, duration + Milliseconds{120'000})) {
    throw std::runtime_error(fmt::format("the load stands still at {} records", load_->offered()));
  }
}

Milliseconds Scenario::running() const {
  return std::chrono::duration_cast<Milliseconds>(steady_clock::now() - start_);
}

ShutdownReport Scenario::close(Milliseconds deadline) {
  load_->stop();
  return must(producer_->close(deadline), "closing the producer");
}

Verdict Scenario::finish() {
  load_->stop();
  const auto loaded = running();
  if (!waitForFullIsr()) {
    throw std::runtime_error("the cluster did not become whole again");
  }
  close(Milliseconds{130'000});
  auto verdict = history_.check(readAll(topic(), Milliseconds{120'000}));
  const auto latency = history_.latencies();
  fmt::print("{}: {:.0f} s at {:.0f}/s; {}; delivery p50 {} ms, p99 {} ms, max {} ms\n", name_,
             std::chrono::duration<double>(loaded).count(), options_.recordsPerSecond,
             verdict.describe(), latency.p50.count(), latency.p99.count(), latency.max.count());
  std::fflush(stdout);
  return verdict;
}

}  // namespace caas::kafka::test
