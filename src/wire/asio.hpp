#pragma once

// Boost.Asio for the few .cpp files that use it: it takes seconds to compile.

#include <chrono>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace caas::kafka::wire {

namespace asio = boost::asio;
using asio::ip::tcp;
using BoostError = boost::system::error_code;
using TimePoint = std::chrono::steady_clock::time_point;

template <class T = void>
using Task = asio::awaitable<T>;

/// Errors as values instead of exceptions.
inline constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

/// Wakes one coroutine of the same thread. What it waits for is looked at before and after: a
/// notification that nobody waits for is none.
class Event {
 public:
  explicit Event(const asio::any_io_executor& executor) : timer_(executor) {}
  void notify() { timer_.cancel(); }
  Task<> wait(TimePoint until = TimePoint::max()) {
    timer_.expires_at(until);
    co_await timer_.async_wait(kAwait);
  }

 private:
  asio::steady_timer timer_;
};

}  // namespace caas::kafka::wire
