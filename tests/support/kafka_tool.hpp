#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "support/cluster.hpp"
#include "support/process.hpp"

namespace caas::kafka::test {

/// What one of Kafka's own tools (script/kafka) prints; throws when it fails.
inline std::string kafkaTool(const std::vector<std::string>& words) {
  std::vector<std::string> argv{(projectRoot() / "script" / "kafka").string()};
  argv.insert(argv.end(), words.begin(), words.end());
  const auto result = runProcess(argv, {}, {}, Milliseconds{60'000});
  if (result.exitCode != 0) {
    throw std::runtime_error("script/kafka " + words.front() + " failed: " + result.err +
                             result.out);
  }
  return result.out;
}

}  // namespace caas::kafka::test
