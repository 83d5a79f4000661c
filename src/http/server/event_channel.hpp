#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "caas/kafka/result.hpp"
#include "http/stream.hpp"

namespace caas::kafka::http {

/// What a stream's handler, on its thread, puts in, and its connection, on the server's, takes out.
/// Holds at most `mostBytes` and one event more.
class EventChannel : public EventStream {
 public:
  /// `wake` tells the connection that there is something to take; called once until it has taken.
  EventChannel(std::size_t mostBytes, std::function<void()> wake);

  [[nodiscard]] bool send(const Event& event) override;
  bool start() override;
  [[nodiscard]] bool waitFor(Milliseconds time) override;
  [[nodiscard]] bool open() const override;
  /// The handler has returned.
  void finish(Result<void> result);

  struct Taken {
    bool started = false;
    std::optional<Result<void>> result{};  ///< the handler's, once it has returned
    std::string text{};                    ///< to be written
  };
  /// What there is; it counts as under way until written() is called.
  [[nodiscard]] Taken take();
  void written();
  /// The client has gone, or the server stops: the handler is told.
  void close();

 private:
  void wake(std::unique_lock<std::mutex>& lock);

  const std::size_t mostBytes_;
  const std::function<void()> wake_;
  mutable std::mutex mutex_;
  std::condition_variable changes_;
  std::string text_;
  std::size_t underWay_ = 0;
  bool wakeSent_ = false;
  bool started_ = false;
  bool closed_ = false;
  std::optional<Result<void>> result_;
};

/// An event as it is written.
[[nodiscard]] std::string eventText(const Event& event);

}  // namespace caas::kafka::http
