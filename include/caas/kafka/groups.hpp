#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "caas/kafka/catalog.hpp"
#include "caas/kafka/clock.hpp"
#include "caas/kafka/result.hpp"
#include "caas/kafka/settings.hpp"

// Consumer groups: who is in them, how far behind they are and for how long, and setting them back
// or forth. The page for people is docs/cli.md, "groups".

namespace caas::kafka {

struct GroupPartition {
  std::string topic;
  int partition = -1;
  [[nodiscard]] auto operator<=>(const GroupPartition&) const = default;
};

/// kConsumer is KIP-848.
enum class GroupType { kUnknown, kClassic, kConsumer };
[[nodiscard]] std::string_view toString(GroupType type);

struct GroupSummary {
  std::string id;
  std::string state;  ///< Kafka's words: Stable, Empty, PreparingRebalance, Assigning, …
  GroupType type = GroupType::kUnknown;
  /// Of what its members are assigned now; unset: not asked for
  /// (ListGroupsOptions::describeAtMost).
  std::optional<int> members{};
  std::vector<std::string> entries{};  ///< of the catalog, sorted
  std::vector<std::string> tenants{};  ///< sorted
};

struct ListGroupsOptions {
  /// Kafka's list has no members; they take one request a group, so at most for so many groups.
  int describeAtMost = 200;
};

struct GroupMember {
  std::string memberId;
  std::string instanceId;  ///< group.instance.id; empty: a dynamic member
  std::string clientId;
  std::string host;
  std::vector<GroupPartition> assignment{};  ///< sorted
};

struct GroupDescription {
  std::string id;
  std::string state;
  GroupType type = GroupType::kUnknown;
  std::string assignor;     ///< "cooperative-sticky", "uniform"; empty without members
  int coordinatorId = -1;   ///< the broker that keeps its offsets
  std::string coordinator;  ///< host:port
  bool simple = false;      ///< commits only, without ever having had members
  std::vector<GroupMember> members{};
};

/// Where a group stands, by Burrow's rules (github.com/linkedin/Burrow,
/// core/internal/evaluator/caching.go, calculatePartitionStatus): judged over a window, never by a
/// threshold on the lag. In order of severity. See LagTracker for the rules.
enum class LagState {
  kUnknown,  ///< too few looks to tell
  kOk,
  kWarning,  ///< commits go on, and the lag grows
  kRewound,  ///< the committed offset went back and has not come back
  kStalled,  ///< members are there, something is left to read, and commits do not advance
  kStopped,  ///< something is left to read, and nobody reads
};
[[nodiscard]] std::string_view toString(LagState state);

/// How a lag in time is known.
enum class AgeSource {
  kNone,          ///< not known
  kRecord,        ///< the timestamp of the first record that is not handled: exact but for clocks
  kInterpolated,  ///< between two looks at the end offset: off by at most the time between them
  kAtLeast,       ///< older than the tracker's window: at least that long
};
[[nodiscard]] std::string_view toString(AgeSource source);

struct PartitionLag {
  std::string topic;
  int partition = -1;
  /// The next offset to handle; unset: the group never committed here.
  std::optional<std::int64_t> committed{};
  std::int64_t startOffset = 0;  ///< of the oldest record that is still there
  std::int64_t endOffset = 0;
  /// Offsets from the committed one (or the start, if that is younger) to the end; never negative.
  /// An upper bound of the records: compaction and transaction markers leave offsets without one.
  /// 0 where it is known that no record is left. Unset without a commit.
  std::optional<std::int64_t> records{};
  /// Between the committed offset and the start: deleted (retention) before they were handled.
  std::int64_t expired = 0;
  /// Of a partition without a commit: what lies in it. Whether it will be read is up to the
  /// consumer's auto.offset.reset.
  std::int64_t withoutCommit = 0;
  /// The committed offset lies behind the end: the topic was deleted and made anew.
  bool beyondEnd = false;
  /// Age of the oldest record that is not handled; 0 when none is left. By the record's own
  /// timestamp (the producer's clock, or the broker's under LogAppendTime) and our clock.
  /// For a retry topic: for how long the oldest of this group's records there is overdue.
  std::optional<Milliseconds> age{};
  AgeSource ageSource = AgeSource::kNone;
  /// A retry topic of this group: its records wait for their time, which is no backlog.
  bool retry = false;
  std::string memberId{};  ///< who has it; empty: nobody
  std::string clientId{};
  std::string host{};
  LagState state = LagState::kUnknown;
  std::string reason{};  ///< why it is in that state, for people
  /// The offsets could not be read (no leader, or the topic is gone): nothing else is known then.
  std::optional<Error> error{};
};

struct TopicLag {
  std::string topic;
  std::string entry;   ///< of the catalog; empty: foreign
  std::string tenant;  ///< empty: belongs to none
  std::int64_t records = 0;
  std::int64_t expired = 0;
  std::int64_t withoutCommit = 0;
  std::optional<Milliseconds> age{};  ///< of the oldest partition; unset where none is known
  AgeSource ageSource = AgeSource::kNone;
  LagState state = LagState::kOk;        ///< the worst of its partitions
  std::vector<PartitionLag> partitions;  ///< by number
};

struct GroupLag {
  std::string group;
  std::string groupState;
  GroupType type = GroupType::kUnknown;
  std::optional<int> members{};
  std::int64_t records = 0;
  std::int64_t expired = 0;
  std::int64_t withoutCommit = 0;
  std::optional<Milliseconds> age{};
  AgeSource ageSource = AgeSource::kNone;
  LagState state = LagState::kOk;  ///< the worst of its topics
  std::vector<TopicLag> topics;    ///< by name
};

struct LagSnapshot {
  Timestamp takenAt{};  ///< when the end offsets were read
  bool readCommitted = true;
  std::vector<GroupLag> groups;  ///< by name
  struct Failure {
    std::string group;
    Error error;
  };
  std::vector<Failure> failures;  ///< groups whose offsets could not be read
  int agesNotRead = 0;            ///< partitions over LagOptions::maxAgeReads, or not read in time
};

struct LagOptions {
  /// Unset: all groups.
  std::optional<std::string> group{};
  std::vector<std::string> topics{};  ///< only these, unless empty
  /// Ends are where a read_committed reader ends (the last stable offset), as our consumers read.
  bool readCommitted = true;
  /// Ages are read from the log: the first record that is not handled of at most so many
  /// partitions, by one short-lived reader, for at most that long. 0: none; what is left of a topic
  /// may then be transaction markers only, which no consumer ever passes.
  int maxAgeReads = 256;
  Milliseconds ageReadTime{3'000};
};

struct ResetToEarliest {};
struct ResetToLatest {};
/// The first record at or after this time; the end where none is that young.
struct ResetToTime {
  Timestamp time{};
};
struct ResetToOffset {
  std::int64_t offset = 0;
};
/// Relative to the committed offset; negative goes back. Partitions without a commit are left out.
struct ResetShiftBy {
  std::int64_t records = 0;
};
using ResetTarget =
    std::variant<ResetToEarliest, ResetToLatest, ResetToTime, ResetToOffset, ResetShiftBy>;

struct ResetRequest {
  std::string group;
  ResetTarget target = ResetToEarliest{};
  /// Of these topics all partitions; and these partitions. Both empty: every partition for which
  /// the group has a commit.
  std::vector<std::string> topics{};
  std::vector<GroupPartition> partitions{};
  /// Allows a group that Kafka does not know yet: it then starts there.
  bool createGroup = false;
};

struct ResetStep {
  std::string topic;
  int partition = -1;
  std::optional<std::int64_t> from{};  ///< unset: no commit
  std::int64_t to = 0;
  std::int64_t startOffset = 0;
  std::int64_t endOffset = 0;
  std::int64_t reread = 0;   ///< handled once, and to be read again
  std::int64_t skipped = 0;  ///< not handled, and not to be read
  bool clamped = false;      ///< what was asked for lies outside of the log
  std::string note{};
};

/// What a reset would do; nothing is changed by making one.
struct ResetPlan {
  std::string group;
  std::vector<ResetStep> steps;      ///< by topic and partition; those that stay are among them
  std::vector<std::string> skipped;  ///< what was asked for and is left out, with the reason
  std::vector<std::string> members;  ///< not empty: the reset is refused as long as they are there
  [[nodiscard]] std::int64_t reread() const;
  [[nodiscard]] std::int64_t recordsSkipped() const;
  [[nodiscard]] int changes() const;  ///< steps whose offset differs
};

/// Looks at consumer groups and sets their offsets. Batched: the offsets of a group are one
/// request, the ends of all partitions one request a broker, whatever their number; a few groups at
/// a time. Thread-safe; connects at the first call; every call is bounded by its deadline.
class GroupManager {
 public:
  /// `clock` must outlive it. Without a catalog, entries and tenants stay empty.
  [[nodiscard]] static std::unique_ptr<GroupManager> create(
      Settings settings, std::shared_ptr<const Catalog> catalog = nullptr,
      Clock& clock = systemClock());
  ~GroupManager();
  GroupManager(const GroupManager&) = delete;
  GroupManager& operator=(const GroupManager&) = delete;

  /// Every broker lists its own, so all must answer: kTimeout otherwise.
  [[nodiscard]] Result<std::vector<GroupSummary>> listGroups(const ListGroupsOptions& options = {},
                                                             Milliseconds deadline = Milliseconds{
                                                                 15'000});
  /// kGroupNotFound if there is none of that name.
  [[nodiscard]] Result<GroupDescription> describeGroup(const std::string& group,
                                                       Milliseconds deadline = Milliseconds{
                                                           15'000});

  /// Committed offsets are read first and ends after, so a lag is never negative. States are what
  /// one look can tell; LagTracker tells more. Errors: kGroupNotFound (a group was named and has
  /// neither members nor commits), kTimeout, kConnectionTimeout.
  [[nodiscard]] Result<LagSnapshot> lag(const LagOptions& options = {},
                                        Milliseconds deadline = Milliseconds{30'000});

  /// A dry run. Errors: kGroupNotFound, kTopicNotFound, kInvalidArgument (a partition that is not
  /// there, or nothing to reset).
  [[nodiscard]] Result<ResetPlan> planReset(const ResetRequest& request,
                                            Milliseconds deadline = Milliseconds{30'000});
  /// Carries a plan out and reads back what Kafka then has. The commits have no metadata: a map of
  /// completed offsets (Consumer) does not survive. Errors: kGroupActive (names the members; Kafka
  /// refuses it too), kConflict (the group has committed since the plan was made; plan again),
  /// kPartialFailure (says which partitions were not set).
  [[nodiscard]] Result<void> reset(const ResetPlan& plan,
                                   Milliseconds deadline = Milliseconds{30'000});

 private:
  class Impl;
  explicit GroupManager(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

struct LagTrackerOptions {
  /// Looks that are kept for each partition, and for how long. Burrow's default is ten.
  int samples = 10;
  Milliseconds window{600'000};
  /// Fewer looks than this say nothing but "ok" (nothing left) and "unknown".
  int minSamples = 3;
  /// The time from the first to the last look must be at least this.
  Milliseconds minSpan{1'000};
  /// Retry topics: overdue for less than this is the everyday (commits come after the fact).
  Milliseconds overdueGrace{10'000};
  /// Partitions of groups that are kept at most; further ones are judged by one look.
  int maxPartitions = 100'000;
};

/// Judges a series of snapshots. Pure: its time is the snapshots' own. One thread uses it; memory
/// is bounded by its options (about 50 bytes a look). Rules for a partition, the first that holds:
///
///   ok        nothing is left to read now, or was at some look of the window (Burrow's rule 1); a
///             retry topic with nothing overdue
///   unknown   fewer than `minSamples` looks
///   rewound   a committed offset is below the one before, and none since has reached that (rule 2)
///   stopped   no commit advanced in the window, or for longer than it had been seen to before
///             (rule 3), and the group has no members; or they are not known and the end moved on
///   stalled   the same although there are members (rule 4)
///   warning   commits advanced, the lag never shrank from one look to the next, and is larger than
///             at the first (rule 5; Burrow warns of one that stays equal, too)
///
/// Burrow reads the time of each commit from __consumer_offsets; the Admin API has no such time, so
/// "no commits" is "no commit that moved the offset", and members tell stopped from stalled.
///
/// A missing age is interpolated as Kafka Lag Exporter does: the series (time of a look, end
/// offset) says between which two looks the record at the committed offset was written. The error
/// is at most the time between these; beyond the window it is "at least".
class LagTracker {
 public:
  explicit LagTracker(LagTrackerOptions options = {});
  ~LagTracker();
  LagTracker(LagTracker&& other) noexcept;
  LagTracker& operator=(LagTracker&& other) noexcept;

  /// Takes a look into the series, and gives it back with states, reasons and missing ages filled
  /// in and summed. Snapshots come in the order of their time.
  [[nodiscard]] LagSnapshot add(LagSnapshot snapshot);
  /// How many are kept.
  [[nodiscard]] std::size_t partitions() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace caas::kafka
