#pragma once

// What a server's connections share. For the server's .cpp files: it includes Asio.

#include <atomic>
#include <condition_variable>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "http/gate.hpp"
#include "http/server/access_log.hpp"
#include "http/server/byte_budget.hpp"
#include "http/server/limits.hpp"
#include "http/server/meter.hpp"
#include "http/server/stream_threads.hpp"
#include "http/server/worker_pool.hpp"

namespace boost::asio::ssl {
class context;
}

namespace caas::kafka::http {

namespace asio = boost::asio;

/// The server's thread by name, not by boost's type-erased executor: half the cost per step.
using Executor = asio::io_context::executor_type;
template <class T>
using Task = asio::awaitable<T, Executor>;
using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;
/// Every step gives its error as a value.
inline constexpr asio::as_tuple_t<asio::use_awaitable_t<Executor>> kAwait{};

using SteadyTime = std::chrono::steady_clock::time_point;

/// The way onto the server's thread for others, which may live longer than the server.
class Mailbox {
 public:
  explicit Mailbox(asio::io_context& io) : io_(&io) {}
  template <class Work>
  void post(Work work) {
    const std::lock_guard lock(mutex_);
    if (io_ != nullptr) {
      asio::post(*io_, std::move(work));
    }
  }
  void close() {
    const std::lock_guard lock(mutex_);
    io_ = nullptr;
  }

 private:
  std::mutex mutex_;
  asio::io_context* io_;
};

/// A connection, as the server sees it. On the server's thread only.
class Connection {
 public:
  virtual ~Connection() = default;
  /// Its time is over: what it waits for ends.
  virtual void expire() = 0;
  /// The server stops.
  virtual void abort() = 0;
  /// It ends its stream, if it has one.
  virtual void endStream() = 0;

  SteadyTime deadline = SteadyTime::max();
};

/// What all connections share. On the server's thread only, but for what says otherwise.
struct Core {
  Core(Limits bounds, std::shared_ptr<ServerMeter> counter)
      : limits(bounds), meter(std::move(counter)) {}

  const Limits limits;
  const std::shared_ptr<ServerMeter> meter;  ///< never null
  ByteBudget budget{limits.mostBodyBytesInAll};
  AccessLog log{limits.mostLogLines};
  // Before `io`: what is left in it at the end still takes itself off these lists.
  std::list<Connection*> connections{};
  std::list<Connection*> idle{};  ///< the one that has been so longest first
  std::map<IpAddress, std::size_t> perAddress{};
  asio::io_context io{1};
  const std::shared_ptr<Mailbox> mailbox = std::make_shared<Mailbox>(io);
  WorkerPool workers{limits.workers, limits.mostWaitingForWorkers};
  StreamThreads streams{limits.mostStreams, limits.mostStreamsPerPrincipal};

  std::string date{};  ///< for the Date header
  bool draining = false;
  bool stopping = false;

  std::atomic<std::size_t> open{0};  ///< connections; any thread may read it
  std::mutex underWayMutex{};
  std::condition_variable underWayChanges{};
  std::size_t underWay = 0;  ///< requests that were accepted and not yet answered; by the mutex

  void began() {
    const std::lock_guard lock(underWayMutex);
    ++underWay;
  }
  void ended() {
    const std::lock_guard lock(underWayMutex);
    if (--underWay == 0) {
      underWayChanges.notify_all();
    }
  }
};

/// Serves one connection to its end. `tls`: null for a plain one.
void serve(Core& core, const Gate& gate, asio::ssl::context* tls, Socket socket,
           const IpAddress& address);

}  // namespace caas::kafka::http
