#pragma once

#include <string_view>

#include "caas/kafka/clock.hpp"

namespace caas::kafka::http {

/// One server-sent event (WHATWG HTML, 9.2). No part may hold a line break but `data`.
struct Event {
  std::string_view type{};  ///< "": the default, "message"
  std::string_view data{};
  std::string_view id{};  ///< "": none; a client that comes back sends it as Last-Event-ID
};

/// The way to one client that listens. For the thread that the handler runs on.
///
/// The answer's head goes out with the first event (or start()): a handler that fails before that
/// gives a problem document like any other; one that fails later ends the stream with an event
/// "error" that has the problem as its data. Comments that keep the connection alive are the
/// server's work.
class EventStream {
 public:
  virtual ~EventStream() = default;
  /// Waits while more than the stream's buffer is under way to the client (kMostStreamBytes).
  /// false: the stream is over (the client has gone or takes nothing, or the server stops), and so
  /// the handler should be.
  [[nodiscard]] virtual bool send(const Event& event) = 0;
  /// Sends the head now, so that the client knows that it is listening before anything happens.
  virtual bool start() = 0;
  /// Waits; false as soon as the stream is over.
  [[nodiscard]] virtual bool waitFor(Milliseconds time) = 0;
  [[nodiscard]] virtual bool open() const = 0;
};

}  // namespace caas::kafka::http
