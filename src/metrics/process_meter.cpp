#include "metrics/process_meter.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

namespace caas::kafka::metrics {
namespace {

using meters::Metric;

std::string contentOf(const char* path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Fields of /proc/self/stat from the third one on: the second is a name, which may hold anything.
std::vector<double> statFields() {
  const std::string text = contentOf("/proc/self/stat");
  std::vector<double> fields;
  std::istringstream rest(text.substr(std::min(text.rfind(')') + 1, text.size())));
  std::string state;
  rest >> state;
  for (double field = 0; rest >> field;) {
    fields.push_back(field);
  }
  return fields;
}

/// "btime 1700000000" of /proc/stat.
std::optional<double> bootTime() {
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("btime ")) {
      return std::stod(line.substr(6));
    }
  }
  return std::nullopt;
}

std::optional<double> openFiles() {
  std::error_code problem;
  double count = 0;
  for (std::filesystem::directory_iterator at("/proc/self/fd", problem), end; !problem && at != end;
       at.increment(problem)) {
    ++count;
  }
  // The one that this look itself has open is not counted.
  return problem ? std::nullopt : std::optional(count - 1);
}

}  // namespace

void tellProcess(meters::MeterReport& report) {
  // proc(5), counted from "state" = 3: utime 14, stime 15, threads 20, starttime 22, vsize 23,
  // rss 24; the first of `fields` is number 4.
  constexpr std::size_t kUser = 10, kSystem = 11, kThreads = 16, kStart = 18, kVirtual = 19,
                        kResident = 20;
  const auto fields = statFields();
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  if (fields.size() > kResident && ticks > 0) {
    report.add(Metric::kProcessCpu, {}, (fields[kUser] + fields[kSystem]) / ticks);
    report.add(Metric::kProcessThreads, {}, fields[kThreads]);
    report.add(Metric::kProcessVirtual, {}, fields[kVirtual]);
    report.add(Metric::kProcessResident, {},
               fields[kResident] * static_cast<double>(sysconf(_SC_PAGESIZE)));
    if (const auto boot = bootTime()) {
      report.add(Metric::kProcessStart, {}, *boot + fields[kStart] / ticks);
    }
  }
  if (const auto open = openFiles()) {
    report.add(Metric::kProcessOpenFds, {}, *open);
  }
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    report.add(Metric::kProcessMaxFds, {}, static_cast<double>(limit.rlim_cur));
  }
}

}  // namespace caas::kafka::metrics
