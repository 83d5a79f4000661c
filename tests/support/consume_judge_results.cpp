#include "support/consume_judge.hpp"

// Exactly-once forwarding: what a read_committed reader sees of each record.

#include <fmt/core.h>

namespace caas::kafka::test {

void ConsumeJudge::judgeResults() {
  if (!rules_.forward) {
    return;
  }
  struct Results {
    int outputs = 0;
    int dead = 0;
    std::map<int, int> copies{};  ///< by tier
  };
  std::vector<Results> results(fates_.size());
  for (const auto& output : history_.outputs_) {
    ++verdict_.outputs;
    if (!known(output.record)) {
      verdict_.unknown.push_back(fmt::format("#{} put out by {}", output.record, output.by));
      continue;
    }
    ++results[output.record].outputs;
    if (!fates_[output.record].acked) {
      verdict_.wrongCopies.push_back(name(output.record) + ": put out, and no run of it acked");
    }
  }
  for (const auto& copy : history_.copies_) {
    if (known(copy.record)) {
      auto& own = results[copy.record];
      ++(copy.dead ? own.dead : own.copies[copy.tier]);
    }
  }
  for (Id id = 0; id < results.size(); ++id) {
    const auto& own = results[id];
    if (own.outputs + own.dead == 0 && history_.produced_[id].deliveredAt) {
      verdict_.withoutResult.push_back(name(id));
    }
    if (own.outputs + own.dead > 1) {
      verdict_.doubledResults.push_back(
          fmt::format("{}: {} outputs, {} dead letters", name(id), own.outputs, own.dead));
    }
    for (const auto& [tier, count] : own.copies) {
      if (count > 1) {
        verdict_.doubledResults.push_back(
            fmt::format("{}: {} copies in tier {}", name(id), count, tier));
      }
    }
  }
}

}  // namespace caas::kafka::test
