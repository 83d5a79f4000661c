#include "retry/testing_half.hpp"

#include <utility>

#include "retry/failure_headers.hpp"

namespace caas::kafka::retry {
namespace {

constexpr std::size_t kStagedAtOnce = 1'000;

}  // namespace

using consume::Dispatcher;
using consume::Partition;
using consume::Task;

TesterHalf::TesterHalf(consume::DispatcherOptions options,
                       std::shared_ptr<consume::Invoker> invoker,
                       std::unique_ptr<consume::Intake> intake,
                       std::shared_ptr<const Catalog> catalog, std::shared_ptr<TesterRoute> route,
                       std::shared_ptr<TesterNotes> notes)
    : forwarding_(options.forwarding),
      invoker_(std::move(invoker)),
      intake_(std::move(intake)),
      catalog_(std::move(catalog)),
      route_(std::move(route)),
      notes_(std::move(notes)),
      dispatcher_(std::make_shared<Dispatcher>(
          std::move(options), route_,
          std::make_shared<consume::Breaker>(BreakerPolicy{.enabled = false}), notes_->clock,
          notes_->random)) {
  // Asked for one more thread, it says that there is none: the tester's own does all the work.
  dispatcher_->connect([] {},
                       [this] {
                         workToDo_ = true;
                         return false;
                       });
}

TesterHalf::~TesterHalf() {
  for (const auto& [id, partition] : partitions_) {
    dispatcher_->retire(partition);
  }
  dispatcher_->connect({}, {});
}

void TesterHalf::take(const ReceivedRecord& record) {
  const auto headers = viewsOf(record.headers);
  const client::FetchedRecord fetched{.offset = record.offset,
                                      .timestamp = record.timestamp,
                                      .key = record.key,
                                      .value = record.value,
                                      .headers = headers};
  Partition& partition = partitionOf({record.topic, record.partition});
  Task* task = nullptr;
  if (intake_->wants(fetched)) {
    task = consume::makeTask(fetched);
    intake_->prepare(*task, partition);
  }
  const consume::Arrival arrival{record.offset, task};
  dispatcher_->admit(partition, {&arrival, 1});
}

bool TesterHalf::runSome() {
  workToDo_ = false;
  static_cast<void>(dispatcher_->tick());  // looks after its workers
  if (!workToDo_) {
    return false;
  }
  consume::Work work;
  work.fresh = false;
  if (!dispatcher_->exchange(work)) {
    return false;
  }
  invoker_->run(*dispatcher_, work);
  for (std::size_t i = 0; i < work.results.size(); ++i) {
    Task* const task = work.tasks[i];
    notes_->handled(task->record, work.results[i],
                    [&] { dispatcher_->complete(task, HandlerResult(work.results[i])); });
  }
  if (forwarding_) {
    transact();
  }
  return true;
}

std::int64_t TesterHalf::committed(const client::TopicPartition& id) const {
  const auto found = partitions_.find(id);
  if (found == partitions_.end()) {
    return 0;
  }
  const auto plan = dispatcher_->planCommit({found->second});
  // In a transaction it was committed with its outputs.
  return plan.empty() ? found->second->ledger->committable() : plan.offsets.front().offset;
}

Partition& TesterHalf::partitionOf(const client::TopicPartition& id) {
  auto& partition = partitions_[id];
  if (partition == nullptr) {
    const auto owner = catalog_->ownerOf(id.topic);
    partition =
        dispatcher_->open(id, owner ? owner->definition->entry : std::string{},
                          owner && owner->tenant ? owner->tenant->str() : std::string{}, 0, {});
  }
  return *partition;
}

// What the transaction thread does, without a transaction.
void TesterHalf::transact() {
  for (;;) {
    const auto staged = dispatcher_->takeStaged(kStagedAtOnce, Milliseconds{0});
    if (staged.empty()) {
      return;
    }
    for (const auto* task : staged) {
      for (const auto& output : task->staged->outputs) {
        route_->write(output, task->staged->failure);
      }
    }
    dispatcher_->transacted(dispatcher_->planTransaction(staged), staged);
  }
}

}  // namespace caas::kafka::retry
