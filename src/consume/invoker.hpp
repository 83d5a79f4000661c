#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "caas/kafka/consumer.hpp"
#include "consume/dispatcher.hpp"

namespace caas::kafka::consume {

/// Calls the user's handler: the one place that catches what it throws. Shared with the workers, so
/// it outlives a handler that hangs.
class Invoker {
 public:
  virtual ~Invoker() = default;
  /// Runs all of work.tasks and fills work.results, or leaves them empty if they are answered by
  /// completions.
  virtual void run(Dispatcher& dispatcher, Work& work) = 0;
  /// Records that one call takes at most.
  [[nodiscard]] virtual std::size_t batch() const { return 1; }
  /// Worker threads at most: a handler that blocks needs one each.
  [[nodiscard]] virtual int threads(int concurrency) const { return concurrency; }
};

using HandlerMap = std::map<std::string, Handler, std::less<>>;
/// `byType` first, then `rest`; without one, the record is acknowledged.
[[nodiscard]] std::shared_ptr<Invoker> makeInvoker(HandlerMap byType, Handler rest);
[[nodiscard]] std::shared_ptr<Invoker> makeAsyncInvoker(AsyncHandler handler);
[[nodiscard]] std::shared_ptr<Invoker> makeBatchInvoker(BatchHandler handler, std::size_t most);
/// Outputs are left with the tasks.
[[nodiscard]] std::shared_ptr<Invoker> makeForwardInvoker(ForwardHandler handler);

/// What each record of a batch gets whose handler answered neither one result nor one for each.
[[nodiscard]] HandlerResult badBatchResult(std::size_t results, std::size_t records);

/// Calls it and turns whatever it throws into a retry.
[[nodiscard]] HandlerResult callHandler(const Handler& handler, const ConsumedRecord& record);

}  // namespace caas::kafka::consume
