#include "support/dlq_seed.hpp"

#include <future>
#include <memory>
#include <mutex>
#include <utility>

namespace caas::kafka::test {

Result<consume::FailureOutcome> divertAndWait(retry::FailureRouter& router,
                                              const ConsumedRecord& record,
                                              HandlerResult::Kind kind, std::string_view code,
                                              std::string_view message,
                                              consume::FailureStage stage) {
  auto outcome = std::make_shared<std::promise<Result<consume::FailureOutcome>>>();
  auto future = outcome->get_future();
  router.divert(
      {.record = &record, .kind = kind, .stage = stage, .code = code, .message = message},
      [outcome](Result<consume::FailureOutcome> result) { outcome->set_value(std::move(result)); });
  if (future.wait_for(Milliseconds{60'000}) != std::future_status::ready) {
    throw std::runtime_error("a diverted record got no outcome");
  }
  return future.get();
}

void seedDlq(const std::string& topic, const std::string& group, int count,
             const std::string& dlq) {
  auto router = must(retry::FailureRouter::create(
      testSettings(), {.policy = {.dlqTopic = dlq}, .group = group, .sources = {topic}}));
  struct Source {
    std::string key;
    std::string value;
    ConsumedRecord record;
  };
  std::vector<Source> sources(static_cast<std::size_t>(count));
  std::mutex mutex;
  std::vector<int> again;  // as the engine does when a copy has failed
  int done = 0;
  std::string lastError;
  const HeaderView type{"caas.type", "message"};
  for (int i = 0; i < count; ++i) {
    auto& source = sources[static_cast<std::size_t>(i)];
    source.key = "key-" + std::to_string(i % 100);
    source.value = "value " + std::to_string(i);
    source.record = {.topic = topic,
                     .type = "message",
                     .partition = 0,
                     .offset = i,
                     .timestamp = systemClock().now(),
                     .key = source.key,
                     .value = source.value,
                     .headers = {&type, 1}};
    again.push_back(i);
  }
  const bool all = eventually(Milliseconds{120'000}, [&] {
    std::vector<int> now;
    {
      const std::lock_guard lock(mutex);
      now = std::exchange(again, {});
    }
    for (const int i : now) {
      router->divert({.record = &sources[static_cast<std::size_t>(i)].record,
                      .kind = HandlerResult::Kind::kReject,
                      .code = i % 10 == 0 ? "rare" : "common",
                      .message = "refused"},
                     [&, i](const Result<consume::FailureOutcome>& outcome) {
                       const std::lock_guard lock(mutex);
                       if (outcome) {
                         ++done;
                       } else {
                         lastError = outcome.error().message;
                         again.push_back(i);
                       }
                     });
    }
    const std::lock_guard lock(mutex);
    return done == count;
  });
  if (!all) {
    // The callbacks refer to this frame.
    static_cast<void>(router->close(Milliseconds{1'000}));
    throw std::runtime_error("the DLQ could not be filled: " + lastError);
  }
}

retry::ParsedFailureHeaders failureHeadersOf(const ReceivedRecord& record) {
  const auto views = retry::viewsOf(record.headers);
  return retry::parseFailureHeaders(views);
}

std::map<std::int64_t, int> copiesByOffset(const std::string& retryTopic,
                                           const std::string& group) {
  std::map<std::int64_t, int> copies;
  for (const auto& record : readAll(retryTopic)) {
    const auto parsed = failureHeadersOf(record);
    if (parsed.headers.origin.group == group) {
      ++copies[parsed.headers.origin.offset];
    }
  }
  return copies;
}

namespace {

std::int64_t endsOf(const std::string& topic, bool readCommitted) {
  const auto described = must(admin().describeTopics({topic}));
  std::vector<std::pair<client::TopicPartition, client::OffsetSpec>> ends;
  for (const auto& partition : described.front().partitions) {
    ends.emplace_back(client::TopicPartition{topic, partition.id}, client::OffsetSpec::latest());
  }
  std::int64_t sum = 0;
  for (const auto& end :
       must(admin().listOffsets(ends, {.broker = {}, .readCommitted = readCommitted}))) {
    if (end.error) {
      throw std::runtime_error(end.error->describe());
    }
    sum += end.offset;
  }
  return sum;
}

}  // namespace

std::int64_t committedEnds(const std::string& topic) { return endsOf(topic, true); }

std::int64_t openRecords(const std::string& topic) {
  const auto committed = committedEnds(topic);
  return endsOf(topic, false) - committed;
}

}  // namespace caas::kafka::test
