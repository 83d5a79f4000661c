#include "http/server/server.hpp"

#include <algorithm>
#include <future>
#include <iterator>
#include <thread>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "core/errors.hpp"
#include "core/log.hpp"
#include "http/server/answer_head.hpp"
#include "http/server/listener.hpp"

namespace caas::kafka::http {
namespace {

/// Counts nothing.
class NoMeter : public ServerMeter {
 public:
  void answered(std::string_view, std::string_view, int, std::chrono::nanoseconds) override {}
  void opened() override {}
  void closed() override {}
  void refused(std::string_view) override {}
};

}  // namespace

class Server::Impl {
 public:
  Impl(std::vector<ListenOptions> options, Limits limits, std::shared_ptr<ServerMeter> meter)
      : options_(std::move(options)),
        core_(limits, meter ? std::move(meter) : std::make_shared<NoMeter>()),
        sweep_(core_.io.get_executor()) {}

  ~Impl() {
    if (thread_.joinable()) {
      asio::post(core_.io, [this] { stop(); });
      thread_.join();
    }
    core_.mailbox->close();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<void> start() {
    for (const auto& option : options_) {
      CAAS_ASSIGN(auto opened, Listener::open(core_, option));
      addresses_.push_back(opened.front()->address());
      std::ranges::move(opened, std::back_inserter(listeners_));
    }
    core_.date = httpDate(systemClock().now());
    asio::co_spawn(core_.io.get_executor(), sweep(), asio::detached);
    for (const auto& listener : listeners_) {
      asio::co_spawn(core_.io.get_executor(), listener->run(), asio::detached);
    }
    thread_ = std::thread([this] { run(); });
    return {};
  }

  [[nodiscard]] const std::vector<std::string>& addresses() const { return addresses_; }
  [[nodiscard]] std::size_t connections() const { return core_.open; }

  std::size_t drain(Milliseconds deadline) {
    std::promise<void> begun;
    asio::post(core_.io, [this, &begun] {
      core_.draining = true;
      for (auto* connection : core_.connections) {
        connection->endStream();
      }
      begun.set_value();
    });
    begun.get_future().wait();
    std::unique_lock lock(core_.underWayMutex);
    core_.underWayChanges.wait_for(lock, deadline, [this] { return core_.underWay == 0; });
    return core_.underWay;
  }

 private:
  void run() {
    for (;;) {
      try {
        core_.io.run();
        return;
      } catch (const std::exception& error) {
        log::error("the HTTP server goes on after an error", {{"why", error.what()}});
      }
    }
  }

  /// Closes those whose time is over, and keeps the Date header.
  Task<void> sweep() {
    while (!core_.stopping) {
      core_.date = httpDate(systemClock().now());
      const auto now = std::chrono::steady_clock::now();
      for (auto* connection : core_.connections) {
        if (now >= connection->deadline) {
          connection->expire();
        }
      }
      sweep_.expires_after(core_.limits.sweepInterval);
      const auto [woken] = co_await sweep_.async_wait(kAwait);
      static_cast<void>(woken);
    }
  }

  void stop() {
    core_.stopping = true;
    sweep_.cancel();
    for (const auto& listener : listeners_) {
      listener->close();
    }
    for (auto* connection : core_.connections) {
      connection->abort();
    }
  }

  const std::vector<ListenOptions> options_;  ///< gates live as long as handlers may run
  Core core_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::vector<std::string> addresses_;
  Timer sweep_;
  std::thread thread_;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::start(std::vector<ListenOptions> listeners, Limits limits,
                                              std::shared_ptr<ServerMeter> meter) {
  try {
    auto impl = std::make_unique<Impl>(std::move(listeners), limits, std::move(meter));
    CAAS_TRY(impl->start());
    return std::unique_ptr<Server>(new Server(std::move(impl)));
  } catch (const std::exception& error) {
    return fail(errors::io("cannot start", "the HTTP server", error.what()));
  }
}

std::vector<std::string> Server::addresses() const { return impl_->addresses(); }
std::size_t Server::drain(Milliseconds deadline) { return impl_->drain(deadline); }
std::size_t Server::connections() const { return impl_->connections(); }

}  // namespace caas::kafka::http
