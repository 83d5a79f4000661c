#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/cluster.hpp"
#include "support/process.hpp"

namespace caas::kafka::test {

/// `caas-kafka serve` of this build on free ports of loopback.
class Daemon {
 public:
  /// `brokers`: instead of the cluster's. Listens when it returns; throws std::runtime_error if it
  /// does not come to that.
  explicit Daemon(const std::filesystem::path& folder, Environment environment = {},
                  const char* brokers = nullptr)
      : process_(Process::start(words(brokers), completed(std::move(environment)), {}, folder)) {
    if (!process_.waitForOutput("\"listening\"", Milliseconds{60'000}) ||
        !process_.waitForOutput("\"ops\":", Milliseconds{10'000})) {
      throw std::runtime_error("the daemon does not listen: " + process_.err());
    }
    api = portIn("\"api\":\"");
    ops = portIn("\"ops\":\"");
  }

  [[nodiscard]] Process& process() { return process_; }
  [[nodiscard]] bool becomesReady(Milliseconds deadline = Milliseconds{90'000}) {
    return process_.waitForOutput("\"ready\"", deadline);
  }

  int api = 0;
  int ops = 0;

 private:
  static Environment completed(Environment environment) {
    environment.try_emplace("HTTP_LISTEN", "127.0.0.1:0");
    environment.try_emplace("HTTP_OPS_LISTEN", "127.0.0.1:0");
    environment.try_emplace("LOG_FORMAT", "json");
    return environment;
  }
  static std::vector<std::string> words(const char* brokers) {
    std::vector<std::string> words{caasBinary().string(), "serve", "--check-interval", "300ms"};
    if (brokers != nullptr) {
      words.insert(words.end(), {"--brokers", brokers, "--timeout", "1s"});
    }
    return words;
  }
  [[nodiscard]] int portIn(std::string_view mark) const {
    const auto log = process_.err();
    const auto at = log.find(mark);
    if (at == std::string::npos) {
      throw std::runtime_error("the daemon does not say where it listens: " + log);
    }
    const auto from = at + mark.size();
    const auto address = log.substr(from, log.find('"', from) - from);
    return std::atoi(address.substr(address.rfind(':') + 1).c_str());
  }

  Process process_;
};

}  // namespace caas::kafka::test
