#pragma once

// A server on loopback with routes for tests.

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "http/server/server.hpp"
#include "support/raw_http.hpp"

namespace caas::kafka::http {

/// Handlers wait here until the test lets them go.
class Hold {
 public:
  void release() {
    {
      const std::lock_guard lock(mutex_);
      released_ = true;
    }
    changes_.notify_all();
  }
  void wait() {
    ++waiting;
    std::unique_lock lock(mutex_);
    changes_.wait_for(lock, std::chrono::seconds{20}, [this] { return released_; });
  }
  std::atomic<int> waiting{0};

 private:
  std::mutex mutex_;
  std::condition_variable changes_;
  bool released_ = false;
};

class ServerTest : public ::testing::Test {
 protected:
  static Route route(std::string pattern, std::string id, Handler handler,
                     Method method = Method::kGet) {
    Route made{.method = method,
               .pattern = std::move(pattern),
               .operationId = std::move(id),
               .successes = {{.description = "ok"}}};
    made.handler = std::move(handler);
    return made;
  }

  Routes routes() {
    Routes made;
    made.push_back(route("/hello", "hello", Immediate{[](const Request& request) -> Answer {
                           return Response::json({{"hello", request.principal.name}});
                         }}));
    made.push_back(route("/large", "large", Immediate{[](const Request&) -> Answer {
                           return Response::json({{"text", std::string(200'000, 'x')}});
                         }}));
    made.push_back(route("/throws", "throws", Immediate{[](const Request&) -> Answer {
                           throw std::runtime_error("boom");
                         }}));
    auto echo = route("/echo", "echo", Immediate{[](const Request& request) -> Answer {
                        return Response::json({{"bytes", request.body.size()}});
                      }},
                      Method::kPost);
    echo.body = RequestBody{
        .contents = {{.schema = schema::anything()}, {.type = std::string(kNdjson), .schema = {}}},
        .mostBytes = 1'000'000};
    made.push_back(std::move(echo));
    auto slow = route("/slow", "slow", Blocking{[this](const Request&) -> Answer {
                        hold.wait();
                        return Response::json({{"slow", true}});
                      }});
    slow.timeout = slowTimeout;
    made.push_back(std::move(slow));
    made.push_back(
        route("/later", "later", Asynchronous{[this](RequestPtr, const Responder& responder) {
                const std::lock_guard lock(mutex);
                responders.push_back(responder);
              }}));
    auto events =
        route("/events", "events", Streaming{[this](const Request& request, EventStream& stream) {
                return runStream(request, stream);
              }});
    events.parameters = {Parameter::query("mode", "").byDefault("three")};
    events.successes = {{.description = "events", .contentType = std::string(kEventStream)}};
    made.push_back(std::move(events));
    auto live =
        route("/livez", "live",
              Immediate{[](const Request&) -> Answer { return Response::json({{"live", true}}); }});
    live.open = true;
    live.door = Door::kOps;
    made.push_back(std::move(live));
    return made;
  }

  Result<void> runStream(const Request& request, EventStream& stream) {
    const auto& mode = request.arguments.text("mode");
    if (mode == "fail") {
      return std::unexpected(Error{.code = ErrorCode::kTopicNotFound, .message = "no such topic"});
    }
    if (mode == "endless") {
      const std::string data(10'000, 'd');
      while (stream.send({.data = data})) {
        streamed += data.size();
      }
      ++streamsEnded;
      return {};
    }
    for (int i = 0; i < 3 && stream.send({.type = "tick", .data = "a\nb", .id = "7"}); ++i) {
    }
    if (mode == "quiet") {
      while (stream.waitFor(Milliseconds{1'000})) {
      }
      ++streamsEnded;
    }
    return mode == "late-fail"
               ? std::unexpected(Error{.code = ErrorCode::kTimeout, .message = "late"})
               : Result<void>{};
  }

  void start(GateOptions options = {}) {
    auto router = Router::create(routes());
    ASSERT_TRUE(router) << router.error().message;
    options.router = *std::move(router);
    ListenOptions listen{.address = "127.0.0.1:0", .setting = "HTTP_LISTEN", .tls = tls};
    listen.gate = std::make_shared<const Gate>(std::move(options));
    auto made = Server::start({listen}, limits);
    ASSERT_TRUE(made) << made.error().describe();
    server = *std::move(made);
    const auto address = server->addresses().front();
    port = std::atoi(address.substr(address.rfind(':') + 1).c_str());
  }

  /// Until it holds, or 20 s.
  template <class Condition>
  static bool eventually(const Condition& condition) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    while (std::chrono::steady_clock::now() < until) {
      if (condition()) {
        return true;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
    return condition();
  }

  void TearDown() override {
    hold.release();
    {
      const std::lock_guard lock(mutex);
      responders.clear();
    }
    server.reset();
  }

  Limits limits{.sweepInterval = Milliseconds{10}, .workers = 2, .mostWaitingForWorkers = 1};
  Milliseconds slowTimeout{30'000};
  std::optional<TlsFiles> tls{};
  Hold hold;
  std::mutex mutex;
  std::vector<Responder> responders;
  std::atomic<std::size_t> streamed{0};
  std::atomic<int> streamsEnded{0};
  std::unique_ptr<Server> server;
  int port = 0;
};

}  // namespace caas::kafka::http
