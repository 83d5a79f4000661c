#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "support/consume_history.hpp"

namespace caas::kafka::test {

/// Holds one history against the rules. Made for one use.
class ConsumeJudge {
 public:
  ConsumeJudge(const ConsumeHistory& history, const ConsumeRules& rules)
      : history_(history), rules_(rules) {}
  [[nodiscard]] ConsumeVerdict judge();

 private:
  using Id = ConsumeHistory::Id;
  using Produced = ConsumeHistory::Produced;
  /// What became of one record.
  struct Fate {
    std::vector<std::size_t> runs;   ///< by their start
    std::optional<Instant> doneAt;   ///< acked, or copied: its offset may be committed from here on
    std::optional<Instant> finalAt;  ///< acked, or given up, or (divert) answered at all
    std::optional<Instant> coveredAt;  ///< a commit that covers it was seen
    bool acked = false;
    bool dead = false;
    bool failed = false;  ///< at least one run did not ack
  };

  [[nodiscard]] bool known(Id id) const { return id < history_.produced_.size(); }
  [[nodiscard]] std::string name(Id id) const;
  [[nodiscard]] std::string name(const HandlerRun& run) const;
  void collectRuns();
  void collectCopies();
  void judgeCommits();
  void judgePartitionCommits(const std::vector<Id>& byOffset,
                             const std::vector<const SeenCommit*>& commits);
  void judgeRepeats();
  void judgeRepeatsOf(Id id);
  void judgeAgain(const HandlerRun& run, const HandlerRun& before, std::size_t index);
  [[nodiscard]] std::optional<std::string> explanation(const HandlerRun& again,
                                                       const HandlerRun& before) const;
  [[nodiscard]] bool explains(const Disturbance& what, const HandlerRun& again,
                              const HandlerRun& before) const;
  [[nodiscard]] bool tookOver(const HandlerRun& again, Instant from) const;
  void judgeLost();
  void judgeResults();
  void judgeFirstRuns();
  void judgeRunsOfEachKey();
  void judgeRetryTimes();
  void measureStalls();
  /// Of the records of one partition, or of all (-1).
  [[nodiscard]] std::pair<Milliseconds, Instant> longestStall(int partition) const;

  const ConsumeHistory& history_;
  const ConsumeRules rules_;
  ConsumeVerdict verdict_;
  std::vector<Fate> fates_;
  std::vector<bool> isAgain_;  ///< by run: it is a repetition
};

}  // namespace caas::kafka::test
