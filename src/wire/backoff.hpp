#pragma once

#include <algorithm>

#include "caas/kafka/clock.hpp"

namespace caas::kafka::wire {

/// How long to wait after that many failures in a row: doubling from `first` to `most`, and a fifth
/// of it more or less by chance, so that a thousand clients of a broker that died do not come back
/// all at once (KIP-144).
[[nodiscard]] inline Milliseconds backoffAfter(int failures, Milliseconds first, Milliseconds most,
                                               Random& random) {
  if (failures <= 0) {
    return Milliseconds{0};
  }
  constexpr int kMostDoublings = 20;
  const Milliseconds doubled = first * (1LL << std::min(failures - 1, kMostDoublings));
  const auto wait = std::min(doubled, most);
  constexpr std::int64_t kPercentDown = 80;
  constexpr std::uint64_t kPercentWide = 41;
  const auto percent = kPercentDown + static_cast<std::int64_t>(random.next() % kPercentWide);
  return wait * percent / 100;
}

}  // namespace caas::kafka::wire
