#pragma once

#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "cli_fixture.hpp"
#include "support/daemon.hpp"
#include "support/raw_http.hpp"

namespace caas::kafka::test {

/// Where nobody listens: the daemon serves, and is not ready.
inline constexpr const char* kNoBrokers = "127.0.0.1:1";

/// A real daemon on free ports of loopback.
class HttpDaemon : public CliTool {
 protected:
  void start(Environment environment = {}, const char* brokers = kNoBrokers) {
    daemon_.emplace(folder(), std::move(environment), brokers);
    api = daemon_->api;
    ops = daemon_->ops;
  }
  [[nodiscard]] Process& daemon() { return daemon_->process(); }

  /// One request over a connection of its own; status 0: no answer.
  static RawAnswer get(int port, std::string_view path, std::string_view headers = {}) {
    RawClient client(port);
    client.request("GET " + std::string(path) + " HTTP/1.1", headers);
    return client.answer().value_or(RawAnswer{});
  }
  /// Memory that the daemon has, in bytes.
  [[nodiscard]] std::size_t memory() {
    std::ifstream status("/proc/" + std::to_string(daemon().pid()) + "/status");
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("VmRSS:")) {
        return static_cast<std::size_t>(std::atoll(line.c_str() + 6)) * 1'024;
      }
    }
    return 0;
  }
  void stop() {
    daemon().kill(SIGTERM);
    EXPECT_EQ(daemon().wait(Milliseconds{60'000}), 0) << daemon().err();
  }

  int api = 0;
  int ops = 0;

 private:
  std::optional<Daemon> daemon_;
};

}  // namespace caas::kafka::test
