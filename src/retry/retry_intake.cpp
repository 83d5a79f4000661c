#include "retry/retry_intake.hpp"

#include "core/log.hpp"
#include "retry/failure_headers.hpp"

namespace caas::kafka::retry {
namespace {

constexpr std::string_view kOriginGroup = "caas.origin.group";
constexpr std::string_view kOriginTopic = "caas.origin.topic";

}  // namespace

bool RetryIntake::wants(const client::FetchedRecord& record) {
  // Of all groups' records most are others': one look at one header is enough for those.
  for (auto header = record.headers.rbegin(); header != record.headers.rend(); ++header) {
    if (header->name == kOriginGroup) {
      return header->value == group_;
    }
  }
  return false;
}

void RetryIntake::prepare(consume::Task& task, const consume::Partition& partition) {
  consume::Intake::prepare(task, partition);
  auto& record = task.record;
  const auto parsed = parseFailureHeaders(record.headers);
  if (parsed.state != FailureHeadersState::kCurrent) {
    // It is ours, and completing it unseen would lose it: what could be read has to do.
    log::warn("a retried record's headers are not as we write them",
              {{"topic", record.topic},
               {"partition", record.partition},
               {"offset", record.offset},
               {"problem", parsed.state == FailureHeadersState::kFuture ? "of a newer version"
                                                                        : parsed.problem}});
  }
  const auto topic = record.header(kOriginTopic);
  if (!topic || topic->empty()) {
    return;
  }
  const auto& origin = parsed.headers.origin;
  record.topic = *topic;
  record.entry = {};
  record.tenant = {};
  if (const auto owner = catalog_->ownerOf(*topic)) {
    record.entry = owner->definition->entry;
    // The tenant is the end of its topics' names.
    record.tenant = owner->tenant ? topic->substr(topic->size() - owner->tenant->str().size())
                                  : std::string_view{};
  }
  record.partition = origin.partition;
  record.offset = origin.offset;
  record.timestamp = origin.timestamp;
  record.attempt = parsed.headers.attempt;
  task.notBefore = parsed.headers.notBefore;
}

}  // namespace caas::kafka::retry
