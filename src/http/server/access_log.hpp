#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace caas::kafka::http {

struct AccessLine {
  std::string id{};
  std::string principal{};
  std::string client{};
  std::string method{};
  std::string path{};  ///< without the query, which may hold what is nobody's business
  int status = 0;
  std::size_t bytes = 0;  ///< of the answer's body, as sent
  std::chrono::nanoseconds took{0};
};

/// Writes a line for each request, on a thread of its own: a log that is read slowly must not hold
/// up the server. What it cannot keep up with is counted and said.
class AccessLog {
 public:
  explicit AccessLog(std::size_t mostLines);
  ~AccessLog();  ///< writes what there is
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;

  void add(AccessLine line);

 private:
  void run();

  const std::size_t mostLines_;
  std::mutex mutex_;
  std::condition_variable stops_;
  std::vector<AccessLine> lines_;
  std::size_t lost_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace caas::kafka::http
