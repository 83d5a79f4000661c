#include "caas/kafka/dlq.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>

#include "core/errors.hpp"
#include "core/utf8.hpp"
#include "retry/dlq_entry.hpp"
#include "retry/dlq_job.hpp"
#include "retry/dlq_reader.hpp"

namespace caas::kafka {
namespace {

using retry::DlqJob;
using retry::DlqJobKind;
using retry::DlqReader;
using retry::ReadingTime;

constexpr int kMostListed = 10'000;
constexpr std::size_t kMostGroups = 1'000;
constexpr std::size_t kMostNames = 10;
constexpr std::size_t kByBytes = 128;

/// The entries of one page, while all are looked at: the first ones in the page's order.
class PageCollector {
 public:
  PageCollector(const DlqListOptions& options, std::optional<DlqEntry> after)
      : limit_(static_cast<std::size_t>(options.limit)),
        entries_(Before{options.newestFirst}),
        after_(std::move(after)) {}

  void add(DlqEntry entry) {
    if (after_ && !entries_.key_comp()(*after_, entry)) {
      return;
    }
    ++matched_;
    entries_.insert(std::move(entry));
    if (entries_.size() > limit_) {
      entries_.erase(std::prev(entries_.end()));
    }
  }

  DlqPage take() {
    DlqPage page{.entries = {}, .matched = matched_, .next = {}};
    page.entries.assign(entries_.begin(), entries_.end());
    if (matched_ > std::ssize(page.entries)) {
      page.next = retry::pageMark(page.entries.back());
    }
    return page;
  }

 private:
  struct Before {
    bool newestFirst;
    bool operator()(const DlqEntry& left, const DlqEntry& right) const {
      return newestFirst ? retry::isOlder(right, left) : retry::isOlder(left, right);
    }
  };
  std::size_t limit_;
  std::set<DlqEntry, Before> entries_;
  std::optional<DlqEntry> after_;
  std::int64_t matched_ = 0;
};

void addName(std::vector<std::string>& names, const std::string& name) {
  if (!name.empty() && names.size() < kMostNames && std::ranges::find(names, name) == names.end()) {
    names.push_back(name);
  }
}

void addTo(std::map<std::string, DlqGroup>& kinds, const DlqEntry& entry) {
  // Kinds that come when there is no room are counted together, under no fingerprint.
  const bool known = kinds.contains(entry.fingerprint);
  const std::string fingerprint =
      known || kinds.size() < kMostGroups ? entry.fingerprint : std::string{};
  auto& kind = kinds[fingerprint];
  if (kind.count == 0) {
    kind.fingerprint = fingerprint;
    kind.firstSeen = entry.deadLetteredAt;
  }
  ++kind.count;
  kind.firstSeen = std::min(kind.firstSeen, entry.deadLetteredAt);
  if (entry.deadLetteredAt >= kind.lastSeen) {
    kind.lastSeen = entry.deadLetteredAt;
    kind.code = entry.code;
    kind.stage = entry.stage;
    kind.message = entry.problem.empty() ? entry.message : entry.problem;
    kind.exampleId = entry.id;
  }
  addName(kind.topics, entry.topic);
  addName(kind.groups, entry.group);
}

Result<void> checkJob(const DlqJobOptions& options) {
  if (options.ratePerSecond &&
      !(std::isfinite(*options.ratePerSecond) && *options.ratePerSecond > 0)) {
    return fail(errors::invalidArgument(fmt::format("{} is no rate", *options.ratePerSecond),
                                        "Give entries a second, above 0"));
  }
  if (options.maxFailures < 1) {
    return fail(errors::invalidArgument("the number of failures to stop at must be 1 or more"));
  }
  if (options.toGroup &&
      (options.toGroup->empty() || options.toGroup->size() > retry::kMaxGroupBytes)) {
    return fail(errors::invalidArgument(
        fmt::format("a group's name has 1 to {} bytes to be redriven to", retry::kMaxGroupBytes)));
  }
  if (options.by.size() > kByBytes || !isUtf8(options.by)) {
    return fail(errors::invalidArgument(
        fmt::format("who does it must be text of at most {} bytes", kByBytes)));
  }
  return {};
}

}  // namespace

class DeadLetterQueue::Impl {
 public:
  Impl(const Settings& settings, std::shared_ptr<const Catalog> catalog, DlqTopics topics,
       Clock& clock, Random& random)
      : settings_(settings),
        catalog_(std::move(catalog)),
        topics_(std::move(topics)),
        clock_(clock),
        random_(random),
        reader_(settings_, topics_) {}

  Result<DlqPage> list(const DlqFilter& filter, const DlqListOptions& options) const {
    if (options.limit < 1 || options.limit > kMostListed) {
      return fail(errors::invalidArgument(
          fmt::format("{} entries cannot be listed at once", options.limit),
          fmt::format("Use 1 to {}, and go on with the page's next", kMostListed)));
    }
    std::optional<DlqEntry> after;
    if (!options.after.empty()) {
      CAAS_ASSIGN(after, retry::parsePageMark(options.after));
    }
    PageCollector page(options, std::move(after));
    CAAS_TRY(visit(filter, options.deadline, [&](DlqEntry entry) { page.add(std::move(entry)); }));
    return page.take();
  }

  Result<std::vector<DlqGroup>> groups(const DlqFilter& filter, Milliseconds deadline) const {
    std::map<std::string, DlqGroup> kinds;
    CAAS_TRY(visit(filter, deadline, [&](const DlqEntry& entry) { addTo(kinds, entry); }));
    std::vector<DlqGroup> sorted;
    for (auto& [fingerprint, kind] : kinds) {
      sorted.push_back(std::move(kind));
    }
    std::ranges::stable_sort(sorted, std::greater{}, &DlqGroup::count);
    return sorted;
  }

  Result<DlqDetails> show(std::string_view id, Milliseconds deadline) const {
    const auto time = ReadingTime::within(deadline);
    CAAS_ASSIGN(const auto ledger, reader_.readLedger(time));
    const DlqFilter filter{.state = std::nullopt, .ids = {std::string(id)}};
    std::optional<DlqDetails> found;
    CAAS_TRY(reader_.readDlq(filter, time, [&](const ReceivedRecord& record) -> Result<bool> {
      auto read = retry::readEntry(record, *catalog_, &ledger);
      if (retry::matches(filter, read.entry) &&
          (!found || retry::isOlder(found->entry, read.entry))) {
        found = DlqDetails{std::move(read.entry), record};
      }
      return true;
    }));
    if (!found) {
      return fail(errors::invalidArgument(
          fmt::format("there is no entry {} in '{}'", id, topics_.dlq),
          "`caas-kafka dlq list` shows those there are; entries go when the retention is over"));
    }
    return *std::move(found);
  }

  Result<DlqJobReport> run(DlqJobKind kind, const DlqFilter& filter, DlqJobOptions options) const {
    CAAS_TRY(checkJob(options));
    if (options.by.empty()) {
      options.by = settings_.clientId;
    }
    DlqJob job({settings_, topics_, *catalog_, clock_, random_}, kind, std::move(options));
    return job.run(filter);
  }

 private:
  template <class Visit>
  Result<void> visit(const DlqFilter& filter, Milliseconds deadline, Visit each) const {
    const auto time = ReadingTime::within(deadline);
    CAAS_ASSIGN(const auto ledger, reader_.readLedger(time));
    return reader_.readDlq(filter, time, [&](const ReceivedRecord& record) -> Result<bool> {
      auto read = retry::readEntry(record, *catalog_, &ledger);
      if (retry::matches(filter, read.entry)) {
        each(std::move(read.entry));
      }
      return true;
    });
  }

  const Settings settings_;
  const std::shared_ptr<const Catalog> catalog_;
  const DlqTopics topics_;
  Clock& clock_;
  Random& random_;
  const DlqReader reader_;
};

Result<std::unique_ptr<DeadLetterQueue>> DeadLetterQueue::create(
    const Settings& settings, std::shared_ptr<const Catalog> catalog, DlqTopics topics,
    Clock& clock, Random& random) {
  if (!catalog) {
    return fail(errors::invalidArgument("the dead letter queue needs a catalog"));
  }
  return std::unique_ptr<DeadLetterQueue>(new DeadLetterQueue(
      std::make_unique<Impl>(settings, std::move(catalog), std::move(topics), clock, random)));
}

DeadLetterQueue::DeadLetterQueue(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
DeadLetterQueue::~DeadLetterQueue() = default;
Result<DlqPage> DeadLetterQueue::list(const DlqFilter& filter, const DlqListOptions& options) {
  return impl_->list(filter, options);
}
Result<std::vector<DlqGroup>> DeadLetterQueue::groups(const DlqFilter& filter,
                                                      Milliseconds deadline) {
  return impl_->groups(filter, deadline);
}
Result<DlqDetails> DeadLetterQueue::show(std::string_view id, Milliseconds deadline) {
  return impl_->show(id, deadline);
}
Result<DlqJobReport> DeadLetterQueue::redrive(const DlqFilter& filter,
                                              const DlqJobOptions& options) {
  return impl_->run(DlqJobKind::kRedrive, filter, options);
}
Result<DlqJobReport> DeadLetterQueue::discard(const DlqFilter& filter,
                                              const DlqJobOptions& options) {
  return impl_->run(DlqJobKind::kDiscard, filter, options);
}

}  // namespace caas::kafka
