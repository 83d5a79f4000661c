#include <algorithm>
#include <cmath>
#include <cstdint>

#include <fmt/format.h>

#include "caas/kafka/partition_strategy.hpp"
#include "core/errors.hpp"

namespace caas::kafka {
namespace {

/// "1 partition", "3 partitions".
std::string count(std::int64_t n, std::string_view what) {
  return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

bool keyed(KeyStrategy strategy) {
  return strategy != KeyStrategy::kRandom && strategy != KeyStrategy::kNone;
}

Result<void> checkLoad(const LoadInfo& load) {
  constexpr auto kHint = "Give zero or more; zero means not known";
  if (!std::isfinite(load.messagesPerSecond) || load.messagesPerSecond < 0) {
    return fail(errors::invalidArgument(
        fmt::format("messagesPerSecond is {}", load.messagesPerSecond), kHint));
  }
  if (load.uniqueKeys < 0) {
    return fail(errors::invalidArgument(fmt::format("uniqueKeys is {}", load.uniqueKeys), kHint));
  }
  if (load.consumers < 0) {
    return fail(errors::invalidArgument(fmt::format("consumers is {}", load.consumers), kHint));
  }
  return {};
}

/// The largest multiple of `consumers` up to `limit`, or `limit` where there is none.
std::int64_t multipleUpTo(std::int64_t limit, std::int64_t consumers) {
  return consumers > 0 && consumers <= limit ? limit - limit % consumers : limit;
}

/// Expected maximum over the mean of `keys` balls thrown into `bins`: the bins' loads are taken as
/// independent Poisson variables, and E[max] = Σ (1 − F(k)^bins).
double ballsInBinsSkew(double keys, double bins) {
  if (bins <= 1) {
    return 1.0;
  }
  const double mean = keys / bins;
  constexpr double kLargeMean = 1e6;
  if (mean > kLargeMean) {
    return 1.0 + std::sqrt(2.0 * std::log(bins) / mean);
  }
  // Below this nothing is ever the maximum, above it nothing ever lies.
  const double first = std::max(0.0, std::floor(mean - 10.0 * std::sqrt(mean)));
  const double last = mean + 12.0 * std::sqrt(mean) + 40.0;
  double expectedMax = first;
  double cumulative = 0;
  for (double k = first; k <= last; ++k) {
    cumulative += std::exp(k * std::log(mean) - mean - std::lgamma(k + 1));
    expectedMax += 1.0 - std::pow(std::min(1.0, cumulative), bins);
  }
  return std::clamp(expectedMax / mean, 1.0, bins);
}

/// Applies the rules one after the other, and keeps a sentence for each that had a say.
class Recommender {
 public:
  Recommender(KeyStrategy strategy, const LoadInfo& load) : strategy_(strategy), load_(load) {}

  PartitionRecommendation run() {
    byRate();
    byConsumers();
    byKeys();
    byCap();
    bySkew();
    result_.partitions = static_cast<int>(partitions_);
    return std::move(result_);
  }

 private:
  void say(std::string reason) { result_.reasons.push_back(std::move(reason)); }

  void byRate() {
    constexpr double kMost = 1e9;
    const double needed =
        std::ceil(load_.messagesPerSecond / PartitionStrategy::kPartitionCapacity);
    partitions_ = static_cast<std::int64_t>(std::clamp(needed, 1.0, kMost));
    if (load_.messagesPerSecond > 0) {
      say(fmt::format("{:g} records/s at {:g} records/s a partition need {}",
                      load_.messagesPerSecond, PartitionStrategy::kPartitionCapacity,
                      count(partitions_, "partition")));
    } else {
      say("The rate is not known: one partition is the least");
    }
  }

  void byConsumers() {
    const std::int64_t consumers = load_.consumers;
    if (consumers == 0) {
      return;
    }
    const std::int64_t rounded = (partitions_ + consumers - 1) / consumers * consumers;
    if (rounded != partitions_) {
      say(fmt::format("{} share the work evenly with {}", count(consumers, "consumer"),
                      count(rounded, "partition")));
      partitions_ = rounded;
    }
  }

  void byKeys() {
    if (!keyed(strategy_) || load_.uniqueKeys == 0 || partitions_ <= load_.uniqueKeys) {
      return;
    }
    partitions_ = multipleUpTo(load_.uniqueKeys, load_.consumers);
    say(fmt::format("{} fill at most as many partitions: {}", count(load_.uniqueKeys, "unique key"),
                    partitions_));
    if (load_.consumers > partitions_) {
      say(fmt::format("{} would be idle: more keys are needed for them",
                      count(load_.consumers - partitions_, "consumer")));
    }
  }

  void byCap() {
    if (partitions_ <= PartitionStrategy::kMaxPartitions) {
      return;
    }
    partitions_ = multipleUpTo(PartitionStrategy::kMaxPartitions, load_.consumers);
    say(
        fmt::format("More than {} are never recommended, because each costs every broker memory, "
                    "files and requests: {}. Measure what one really carries, or spread the load "
                    "over more topics",
                    PartitionStrategy::kMaxPartitions, partitions_));
  }

  void bySkew() {
    if (!keyed(strategy_)) {
      say(fmt::format("Strategy {} spreads evenly", toString(strategy_)));
      return;
    }
    if (load_.uniqueKeys == 0) {
      say("The number of keys is not known, and so not how unevenly they spread");
      return;
    }
    const double skew = ballsInBinsSkew(load_.uniqueKeys, static_cast<double>(partitions_));
    result_.expectedSkew = skew;
    if (partitions_ == 1) {
      return;
    }
    const double hottest = skew * load_.messagesPerSecond / static_cast<double>(partitions_);
    say(fmt::format(
        "{} spread over {}: the hottest is expected to get {:.2f} times the mean{}",
        count(load_.uniqueKeys, "equally busy key"), count(partitions_, "partition"), skew,
        load_.messagesPerSecond > 0 ? fmt::format(", {:.0f} records/s", hottest) : std::string()));
  }

  KeyStrategy strategy_;
  LoadInfo load_;
  std::int64_t partitions_ = 1;
  PartitionRecommendation result_;
};

}  // namespace

Result<PartitionRecommendation> PartitionStrategy::explainRecommendedPartitions(
    std::string_view strategy, const LoadInfo& load) {
  CAAS_ASSIGN(const auto parsed, parseKeyStrategy(strategy));
  CAAS_TRY(checkLoad(load));
  return Recommender(parsed, load).run();
}

Result<int> PartitionStrategy::getRecommendedPartitions(std::string_view strategy,
                                                        const LoadInfo& load) {
  CAAS_ASSIGN(const auto recommendation, explainRecommendedPartitions(strategy, load));
  return recommendation.partitions;
}

}  // namespace caas::kafka
