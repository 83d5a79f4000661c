#include "support/consume_judge.hpp"

#include <algorithm>

#include <fmt/core.h>

namespace caas::kafka::test {
namespace {

Instant instantOf(Timestamp time) { return Instant{time.time_since_epoch()}; }

template <class T>
void takeEarlier(std::optional<T>& at, T other) {
  at = at ? std::min(*at, other) : other;
}

}  // namespace

ConsumeVerdict ConsumeJudge::judge() {
  fates_.resize(history_.produced_.size());
  isAgain_.resize(history_.runs_.size());
  collectRuns();
  collectCopies();
  judgeCommits();
  judgeRepeats();
  judgeLost();
  judgeResults();
  judgeFirstRuns();
  judgeRunsOfEachKey();
  judgeRetryTimes();
  measureStalls();
  return std::move(verdict_);
}

std::string ConsumeJudge::name(Id id) const {
  const auto& record = history_.produced_[id];
  return fmt::format("#{} key '{}' sequence {} at {}/{}", id, record.key, record.sequence,
                     record.partition, record.offset);
}

std::string ConsumeJudge::name(const HandlerRun& run) const {
  return fmt::format("{} in {}, attempt {}, {} to {}", name(run.record), run.process, run.attempt,
                     run.start.time_since_epoch().count() % 1'000'000'000,
                     run.end ? run.end->time_since_epoch().count() % 1'000'000'000 : -1);
}

void ConsumeJudge::collectRuns() {
  const auto& runs = history_.runs_;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto& run = runs[i];
    ++verdict_.runs;
    if (!known(run.record)) {
      verdict_.unknown.push_back(fmt::format("#{} run in {}", run.record, run.process));
      continue;
    }
    auto& fate = fates_[run.record];
    fate.runs.push_back(i);
    fate.failed |= run.outcome == Outcome::kRetry || run.outcome == Outcome::kReject;
    if (!run.end) {
      continue;
    }
    const bool ack = run.outcome == Outcome::kAck;
    if (ack) {
      ++verdict_.acked;
      fate.acked = true;
      takeEarlier(fate.doneAt, *run.end);
    }
    const bool last = run.outcome == Outcome::kReject || run.attempt >= rules_.blockAttempts;
    if (!rules_.block || ack || last) {
      takeEarlier(fate.finalAt, *run.end);
    }
  }
  for (auto& fate : fates_) {
    std::ranges::sort(fate.runs, {}, [&](std::size_t i) { return runs[i].start; });
  }
}

void ConsumeJudge::collectCopies() {
  for (const auto& copy : history_.copies_) {
    ++(copy.dead ? verdict_.deadLettered : verdict_.retryCopies);
    if (!known(copy.record)) {
      verdict_.unknown.push_back(fmt::format("#{} copied", copy.record));
      continue;
    }
    auto& fate = fates_[copy.record];
    fate.dead |= copy.dead;
    takeEarlier(fate.doneAt, instantOf(copy.at));
    if (!copy.problem.empty()) {
      verdict_.wrongCopies.push_back(fmt::format("{}: {}", name(copy.record), copy.problem));
    } else if (!fate.failed) {
      verdict_.wrongCopies.push_back(name(copy.record) + ": no run of it has failed");
    }
  }
}

// ---- commits

void ConsumeJudge::judgeCommits() {
  std::map<int, std::vector<Id>> records;
  for (Id id = 0; id < history_.produced_.size(); ++id) {
    if (history_.produced_[id].deliveredAt) {
      records[history_.produced_[id].partition].push_back(id);
    }
  }
  std::map<int, std::vector<const SeenCommit*>> commits;
  for (const auto& commit : history_.commits_) {
    commits[commit.partition].push_back(&commit);
    ++verdict_.commitsSeen;
  }
  for (auto& [partition, ids] : records) {
    std::ranges::sort(ids, {}, [&](Id id) { return history_.produced_[id].offset; });
    std::ranges::sort(commits[partition], {}, [](const auto* commit) { return commit->at; });
    judgePartitionCommits(ids, commits[partition]);
  }
}

void ConsumeJudge::judgePartitionCommits(const std::vector<Id>& byOffset,
                                         const std::vector<const SeenCommit*>& commits) {
  const auto cover = [&](Id id, const SeenCommit& commit) {
    auto& fate = fates_[id];
    if (fate.coveredAt) {
      return;
    }
    fate.coveredAt = commit.at;
    if (!fate.doneAt || *fate.doneAt > commit.at) {
      verdict_.committedTooSoon.push_back(fmt::format("{}: committed {}", name(id), commit.offset));
    }
  };
  std::size_t covered = 0;
  std::int64_t last = -1;
  for (const auto* commit : commits) {
    if (commit->offset < last) {
      verdict_.commitsWentBack.push_back(
          fmt::format("partition {}: {} after {}", commit->partition, commit->offset, last));
    }
    last = std::max(last, commit->offset);
    while (covered < byOffset.size() &&
           history_.produced_[byOffset[covered]].offset < commit->offset) {
      cover(byOffset[covered++], *commit);
    }
    for (const auto& range : commit->completed.ranges()) {
      auto at = std::ranges::lower_bound(byOffset, range.first, {},
                                         [&](Id id) { return history_.produced_[id].offset; });
      for (; at != byOffset.end() && history_.produced_[*at].offset < range.end; ++at) {
        cover(*at, *commit);
      }
    }
  }
}

// ---- records that ran more than once

void ConsumeJudge::judgeRepeats() {
  for (Id id = 0; id < fates_.size(); ++id) {
    if (fates_[id].runs.size() > 1) {
      judgeRepeatsOf(id);
    }
  }
}

void ConsumeJudge::judgeRepeatsOf(Id id) {
  const auto& runs = history_.runs_;
  const auto& own = fates_[id].runs;
  // In place a record's attempts are counted by its process; through the topics, over all of them.
  using Place = std::pair<std::string, int>;
  const auto placeOf = [&](const HandlerRun& run, int attempt) {
    return Place{rules_.block ? run.process : std::string{}, attempt};
  };
  std::map<Place, std::int64_t> failures;
  for (const auto index : own) {
    if (runs[index].outcome == Outcome::kRetry) {
      ++failures[placeOf(runs[index], runs[index].attempt)];
    }
  }
  std::map<Place, std::int64_t> seen;
  for (std::size_t n = 0; n < own.size(); ++n) {
    const auto& run = runs[own[n]];
    const auto count = ++seen[placeOf(run, run.attempt)];
    const bool follows = run.attempt > 1 && count <= failures[placeOf(run, run.attempt - 1)];
    if (n > 0 && !follows) {
      // What it repeats is the last run of the same attempt: later ones came by the retry topics.
      std::size_t before = n - 1;
      for (std::size_t i = n; i-- > 0;) {
        if (runs[own[i]].attempt == run.attempt) {
          before = i;
          break;
        }
      }
      judgeAgain(run, runs[own[before]], own[n]);
    }
  }
}

void ConsumeJudge::judgeAgain(const HandlerRun& run, const HandlerRun& before, std::size_t index) {
  isAgain_[index] = true;
  verdict_.rerunsOfAcked += std::ranges::any_of(fates_[run.record].runs, [&](std::size_t i) {
    const auto& other = history_.runs_[i];
    return other.outcome == Outcome::kAck && other.start < run.start;
  });
  if (const auto why = explanation(run, before)) {
    ++verdict_.explainedReruns[*why];
    return;
  }
  const auto& covered = fates_[run.record].coveredAt;
  verdict_.doubled.push_back(fmt::format(
      "{}; before: in {}, ended {}; {}", name(run), before.process,
      before.end ? before.end->time_since_epoch().count() % 1'000'000'000 : -1,
      covered ? fmt::format("commit seen {}", covered->time_since_epoch().count() % 1'000'000'000)
              : "no commit seen"));
}

std::optional<std::string> ConsumeJudge::explanation(const HandlerRun& again,
                                                     const HandlerRun& before) const {
  std::optional<Disturbance::Kind> best;
  for (const auto& disturbance : history_.disturbances_) {
    if (explains(disturbance, again, before)) {
      // The first of the list says most: a dead member makes for a rebalance, too.
      best = std::min(best.value_or(disturbance.kind), disturbance.kind);
    }
  }
  return best ? std::optional<std::string>(toString(*best)) : std::nullopt;
}

bool ConsumeJudge::tookOver(const HandlerRun& again, Instant from) const {
  const auto changes = history_.reassigned_.find(again.process);
  return changes != history_.reassigned_.end() &&
         std::ranges::any_of(changes->second, [&](Instant at) {
           return at >= from && at <= again.start + rules_.notice;
         });
}

bool ConsumeJudge::explains(const Disturbance& what, const HandlerRun& again,
                            const HandlerRun& before) const {
  if (again.start < what.from || again.start > what.to + rules_.settle) {
    return false;
  }
  const auto& covered = fates_[again.record].coveredAt;
  const bool ofThisProcess = what.process == again.process || what.process == before.process;
  if (what.kind == Disturbance::Kind::kLostSession && ofThisProcess) {
    // Until it has heard of its loss it goes on with what it has: others' records by then, which
    // those have committed. They run its in turn.
    return true;
  }
  if (what.kind == Disturbance::Kind::kCrash && what.process != before.process) {
    return false;
  }
  // What had been completed and committed before does not run again for it. The commits that are
  // seen are those of the source: of a retry's copy they tell nothing.
  const bool committedBefore =
      (rules_.block || again.attempt == 1) && covered && *covered < what.from;
  const auto ended = before.end.value_or(before.start);
  return !committedBefore && (!before.end || ended >= what.from - rules_.commitWindow) &&
         tookOver(again, std::max(what.from, ended - rules_.drain));
}

// ---- each record, each key

void ConsumeJudge::judgeLost() {
  for (Id id = 0; id < fates_.size(); ++id) {
    if (!history_.produced_[id].deliveredAt) {
      continue;
    }
    ++verdict_.delivered;
    if (!fates_[id].acked && !fates_[id].dead) {
      verdict_.lost.push_back(fmt::format("{}: {} runs", name(id), fates_[id].runs.size()));
    }
  }
}

void ConsumeJudge::judgeFirstRuns() {
  std::map<std::string_view, std::vector<Id>> keys;
  for (Id id = 0; id < fates_.size(); ++id) {
    if (history_.produced_[id].deliveredAt) {
      keys[history_.produced_[id].key].push_back(id);
    }
  }
  for (auto& [key, ids] : keys) {
    std::ranges::sort(ids, {}, [&](Id id) { return history_.produced_[id].sequence; });
    for (std::size_t i = 1; i < ids.size(); ++i) {
      const auto& before = fates_[ids[i - 1]];
      const auto& fate = fates_[ids[i]];
      if (fate.runs.empty()) {
        continue;
      }
      const auto& first = history_.runs_[fate.runs.front()];
      if (!before.finalAt || *before.finalAt > first.start) {
        verdict_.reordered.push_back(fmt::format("{}: sequence {} was not done with", name(first),
                                                 history_.produced_[ids[i - 1]].sequence));
      }
    }
  }
}

void ConsumeJudge::judgeRunsOfEachKey() {
  std::map<std::pair<std::string_view, std::string_view>, std::vector<std::size_t>> lanes;
  for (std::size_t i = 0; i < history_.runs_.size(); ++i) {
    const auto& run = history_.runs_[i];
    // A diverted record runs beside the others of its key.
    if (known(run.record) && (rules_.block || run.attempt == 1)) {
      lanes[{run.process, history_.produced_[run.record].key}].push_back(i);
    }
  }
  for (auto& [lane, indices] : lanes) {
    std::ranges::sort(indices, {}, [&](std::size_t i) { return history_.runs_[i].start; });
    for (std::size_t n = 1; n < indices.size(); ++n) {
      const auto& before = history_.runs_[indices[n - 1]];
      const auto& run = history_.runs_[indices[n]];
      if (isAgain_[indices[n]]) {
        continue;  // judged as such
      }
      if (!before.end || *before.end > run.start) {
        // The one before may be the late run of a partition that was lost meanwhile.
        if (!explanation(run, before)) {
          verdict_.overlapping.push_back(fmt::format("{} and {}", name(before), name(run)));
        }
      }
      const auto sequenceOf = [&](const HandlerRun& of) {
        return history_.produced_[of.record].sequence;
      };
      if (sequenceOf(run) < sequenceOf(before) && !explanation(run, before)) {
        verdict_.reordered.push_back(fmt::format("{}: after {}", name(run), name(before)));
      }
    }
  }
}

}  // namespace caas::kafka::test
