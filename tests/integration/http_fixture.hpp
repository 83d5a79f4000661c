#pragma once

#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "cli_fixture.hpp"
#include "support/raw_http.hpp"

namespace caas::kafka::test {

/// Where nobody listens: the daemon serves, and is not ready.
inline constexpr const char* kNoBrokers = "127.0.0.1:1";

/// A real daemon on free ports of loopback.
class HttpDaemon : public CliTool {
 protected:
  void start(Environment environment = {}, const char* brokers = kNoBrokers) {
    environment.try_emplace("HTTP_LISTEN", "127.0.0.1:0");
    environment.try_emplace("HTTP_OPS_LISTEN", "127.0.0.1:0");
    environment.try_emplace("LOG_FORMAT", "json");
    std::vector<std::string> words{caasBinary().string(), "serve", "--check-interval", "300ms"};
    if (brokers != nullptr) {
      words.insert(words.end(), {"--brokers", brokers, "--timeout", "1s"});
    }
    daemon_.emplace(Process::start(words, environment, {}, folder()));
    ASSERT_TRUE(daemon_->waitForOutput("\"listening\"", Milliseconds{60'000})) << daemon_->err();
    ASSERT_TRUE(daemon_->waitForOutput("\"ops\":", Milliseconds{10'000})) << daemon_->err();
    api = portIn("\"api\":\"");
    ops = portIn("\"ops\":\"");
  }
  [[nodiscard]] Process& daemon() { return *daemon_; }

  /// One request over a connection of its own; status 0: no answer.
  static RawAnswer get(int port, std::string_view path, std::string_view headers = {}) {
    RawClient client(port);
    client.request("GET " + std::string(path) + " HTTP/1.1", headers);
    return client.answer().value_or(RawAnswer{});
  }
  /// Memory that the daemon has, in bytes.
  [[nodiscard]] std::size_t memory() {
    std::ifstream status("/proc/" + std::to_string(daemon_->pid()) + "/status");
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("VmRSS:")) {
        return static_cast<std::size_t>(std::atoll(line.c_str() + 6)) * 1'024;
      }
    }
    return 0;
  }
  void stop() {
    daemon_->kill(SIGTERM);
    EXPECT_EQ(daemon_->wait(Milliseconds{60'000}), 0) << daemon_->err();
  }

  int api = 0;
  int ops = 0;

 private:
  [[nodiscard]] int portIn(std::string_view mark) {
    const auto log = daemon_->err();
    const auto at = log.find(mark);
    EXPECT_NE(at, std::string::npos) << log;
    const auto address =
        log.substr(at + mark.size(), log.find('"', at + mark.size()) - at - mark.size());
    return std::atoi(address.substr(address.rfind(':') + 1).c_str());
  }
  std::optional<Process> daemon_;
};

}  // namespace caas::kafka::test
