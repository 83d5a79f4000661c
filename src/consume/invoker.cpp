#include "consume/invoker.hpp"

#include <exception>
#include <utility>

#include <fmt/format.h>

#include "consume/completion.hpp"

namespace caas::kafka::consume {
namespace {

constexpr std::string_view kException = "exception";
/// Asynchronous handlers return at once: more threads would only get in each other's way.
constexpr int kAsyncThreads = 2;

/// Whatever `call` throws, as a retry.
template <class Call>
auto guarded(Call&& call, auto&& onThrow) {
  try {
    return call();
  } catch (const std::exception& error) {
    return onThrow(HandlerResult::retry(error.what(), std::string(kException)));
  } catch (...) {
    return onThrow(HandlerResult::retry("the handler threw something that is no std::exception",
                                        std::string(kException)));
  }
}

class SyncInvoker final : public Invoker {
 public:
  SyncInvoker(HandlerMap byType, Handler rest)
      : byType_(std::move(byType)), rest_(std::move(rest)) {}

  void run(Dispatcher& /*dispatcher*/, Work& work) override {
    for (const auto* task : work.tasks) {
      const Handler* const handler = handlerOf(task->record.type);
      work.results.push_back(handler == nullptr ? HandlerResult::ack()
                                                : callHandler(*handler, task->record));
    }
  }

 private:
  [[nodiscard]] const Handler* handlerOf(std::string_view type) const {
    if (const auto found = byType_.find(type); found != byType_.end()) {
      return &found->second;
    }
    return rest_ ? &rest_ : nullptr;
  }

  const HandlerMap byType_;
  const Handler rest_;
};

class TaskAnswer final : public Completion::Target {
 public:
  TaskAnswer(std::shared_ptr<Dispatcher> dispatcher, Task* task)
      : dispatcher_(std::move(dispatcher)), task_(task) {}
  void answer(HandlerResult result) override { dispatcher_->complete(task_, std::move(result)); }

 private:
  const std::shared_ptr<Dispatcher> dispatcher_;
  Task* const task_;
};

class AsyncInvoker final : public Invoker {
 public:
  explicit AsyncInvoker(AsyncHandler handler) : handler_(std::move(handler)) {}

  void run(Dispatcher& dispatcher, Work& work) override {
    // Each task may be answered, and gone, as soon as its handler has the completion.
    for (auto* task : std::exchange(work.tasks, {})) {
      // A handler that throws has dropped its completion, which answers; what it threw is lost.
      guarded(
          [&] {
            handler_(task->record,
                     Completion(std::make_shared<TaskAnswer>(dispatcher.shared_from_this(), task)));
            return true;
          },
          [](const HandlerResult&) { return false; });
    }
  }
  [[nodiscard]] int threads(int concurrency) const override {
    return std::min(concurrency, kAsyncThreads);
  }

 private:
  const AsyncHandler handler_;
};

class BatchInvoker final : public Invoker {
 public:
  BatchInvoker(BatchHandler handler, std::size_t most)
      : handler_(std::move(handler)), most_(most) {}

  void run(Dispatcher& /*dispatcher*/, Work& work) override {
    std::vector<const ConsumedRecord*> records;
    records.reserve(work.tasks.size());
    for (const auto* task : work.tasks) {
      records.push_back(&task->record);
    }
    using Results = std::vector<HandlerResult>;
    Results results = guarded([&] { return handler_(records); },
                              [](HandlerResult thrown) { return Results{std::move(thrown)}; });
    if (results.size() != records.size() && results.size() != 1) {
      results = {badBatchResult(results.size(), records.size())};
    }
    if (results.size() == 1) {
      results.resize(records.size(), HandlerResult(results.front()));
    }
    work.results = std::move(results);
  }
  [[nodiscard]] std::size_t batch() const override { return most_; }

 private:
  const BatchHandler handler_;
  const std::size_t most_;
};

class ForwardInvoker final : public Invoker {
 public:
  explicit ForwardInvoker(ForwardHandler handler) : handler_(std::move(handler)) {}

  void run(Dispatcher& /*dispatcher*/, Work& work) override {
    for (auto* task : work.tasks) {
      auto forwarded =
          guarded([&] { return handler_(task->record); },
                  [](HandlerResult thrown) { return ForwardResult{std::move(thrown), {}}; });
      task->staged = std::make_unique<Staged>();
      task->staged->outputs = std::move(forwarded.outputs);
      work.results.push_back(std::move(forwarded.result));
    }
  }

 private:
  const ForwardHandler handler_;
};

}  // namespace

HandlerResult badBatchResult(std::size_t results, std::size_t records) {
  return HandlerResult::retry(
      fmt::format("the batch handler answered {} results for {} records", results, records),
      "bad_batch_result");
}

HandlerResult callHandler(const Handler& handler, const ConsumedRecord& record) {
  return guarded([&] { return handler(record); }, [](HandlerResult thrown) { return thrown; });
}

std::shared_ptr<Invoker> makeInvoker(HandlerMap byType, Handler rest) {
  return std::make_shared<SyncInvoker>(std::move(byType), std::move(rest));
}
std::shared_ptr<Invoker> makeAsyncInvoker(AsyncHandler handler) {
  return std::make_shared<AsyncInvoker>(std::move(handler));
}
std::shared_ptr<Invoker> makeForwardInvoker(ForwardHandler handler) {
  return std::make_shared<ForwardInvoker>(std::move(handler));
}
std::shared_ptr<Invoker> makeBatchInvoker(BatchHandler handler, std::size_t most) {
  return std::make_shared<BatchInvoker>(std::move(handler), most);
}

}  // namespace caas::kafka::consume
