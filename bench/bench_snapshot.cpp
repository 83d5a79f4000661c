// bench_snapshot [--rounds N] [--group ENTRY]   what a gathering of the cluster's state costs;
// bench/onboard calls it while its tenants are there
//
// Gathers N times, of which every fourth reads the slow part too, renders the metrics each time,
// and prints rows of a table. --group makes a group first that has committed on all partitions of
// that entry, and deletes nothing: it goes with the topics. Needs KAFKA_BROKERS.
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "caas/kafka/service.hpp"
#include "core/log.hpp"
#include "workload.hpp"

namespace caas::kafka::bench {
namespace {

struct SnapshotOptionsGiven {
  int rounds = 8;
  std::string groupOf;
};

void row(std::string_view what, std::string_view value) {
  fmt::print("| {} | {} |\n", what, value);
}

std::string spread(std::vector<double> values, std::string_view unit) {
  std::ranges::sort(values);
  return values.empty() ? "–"
                        : fmt::format("{:.0f} {} ({:.0f}–{:.0f})", values[values.size() / 2], unit,
                                      values.front(), values.back());
}

double residentMiB() {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("VmRSS:")) {
      return std::strtod(line.c_str() + 6, nullptr) / 1024;
    }
  }
  return 0;
}

int failed(const Error& error) {
  fmt::print(stderr, "error: {}\n", error.describe());
  return 1;
}

Result<void> makeGroup(KafkaService& service, std::string_view entry) {
  auto topics = service.topicManager()->listTopics();
  if (!topics) {
    return std::unexpected(topics.error());
  }
  ResetRequest request{.group = "bench-snapshot", .target = ResetToLatest{}, .createGroup = true};
  for (const auto& topic : *topics) {
    if (topic.entry == entry) {
      request.topics.push_back(topic.name);
    }
  }
  auto groups = service.makeGroupManager();
  if (!groups) {
    return std::unexpected(groups.error());
  }
  const auto plan = (*groups)->planReset(request, Milliseconds{120'000});
  if (!plan) {
    return std::unexpected(plan.error());
  }
  return (*groups)->reset(*plan, Milliseconds{120'000});
}

int run(const SnapshotOptionsGiven& options) {
  log::configure(LogLevel::kWarn, LogFormat::kText);
  auto loaded = loadSettings(processEnvironment(), "");
  if (!loaded) {
    return failed(loaded.error());
  }
  const auto service = makeKafkaService(loaded->settings);
  if (!options.groupOf.empty()) {
    if (const auto made = makeGroup(*service, options.groupOf); !made) {
      return failed(made.error());
    }
  }
  const auto catalog = service->catalog();
  const auto settings = service->settings();
  if (!catalog || !settings) {
    return failed(catalog ? settings.error() : catalog.error());
  }
  const double before = residentMiB();
  std::map<bool, std::vector<double>> took;  // by: with the slow part
  std::map<bool, std::vector<double>> cpu;
  std::map<SnapshotPart, std::vector<double>> parts;
  std::vector<double> scrape;
  std::size_t textBytes = 0;
  const auto keeper = SnapshotKeeper::create(
      **settings, *catalog,
      {.deadline = Milliseconds{60'000}, .slowInterval = Milliseconds{3'600'000}});
  const auto whole = SnapshotKeeper::create(
      **settings, *catalog, {.deadline = Milliseconds{60'000}, .slowInterval = Milliseconds{1}});
  std::shared_ptr<const ClusterSnapshot> last;
  for (int i = 0; i < options.rounds; ++i) {
    for (const bool slow : {true, false}) {
      const auto begin = Usage::now();
      const auto snapshot = (slow ? whole : keeper)->refresh(Milliseconds{120'000});
      const auto end = Usage::now();
      if (!snapshot) {
        return failed(snapshot.error());
      }
      if (i == 0) {
        continue;  // connections are made
      }
      last = *snapshot;
      took[slow].push_back(static_cast<double>(last->took.count()));
      cpu[slow].push_back((end.cpuSeconds - begin.cpuSeconds) * 1000);
      for (const auto& [part, state] : last->parts) {
        if (state.failure) {
          fmt::print(stderr, "{}: {}\n", toString(part), state.failure->describe());
        }
        parts[part].push_back(static_cast<double>(state.took.count()));
      }
    }
  }
  const double after = residentMiB();
  const auto serving = service->snapshots();
  if (!serving || !(*serving)->refresh(Milliseconds{120'000})) {
    return 1;
  }
  for (int i = 0; i < options.rounds; ++i) {
    const auto begin = Usage::now();
    textBytes = service->metricsText().size();
    scrape.push_back((Usage::now().cpuSeconds - begin.cpuSeconds) * 1000);
  }
  row("snapshot: topics, partitions, groups",
      fmt::format("{}, {}, {}", last->stats.topics, last->stats.partitions,
                  last->stats.consumerGroups));
  row("snapshot: CPU of a gathering", spread(cpu[false], "ms"));
  row("snapshot: CPU with settings, ids and starts (each minute)", spread(cpu[true], "ms"));
  row("snapshot: wall time", spread(took[false], "ms"));
  row("snapshot: wall time with settings, ids and starts", spread(took[true], "ms"));
  for (const auto& [part, times] : parts) {
    row(fmt::format("snapshot: wall time of the part {}", toString(part)), spread(times, "ms"));
  }
  row("snapshot: memory (RSS) before, and with two keepers",
      fmt::format("{:.1f}, {:.1f} MiB", before, after));
  row("metrics: CPU of a scrape", spread(scrape, "ms"));
  row("metrics: size of the text",
      fmt::format("{:.0f} KiB", static_cast<double>(textBytes) / 1024));
  return 0;
}

}  // namespace
}  // namespace caas::kafka::bench

int main(int count, char** words) {
  caas::kafka::bench::SnapshotOptionsGiven options;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view name = words[i];
    const std::string_view value = words[i + 1];
    if (name == "--rounds") {
      std::from_chars(value.data(), value.data() + value.size(), options.rounds);
    } else if (name == "--group") {
      options.groupOf = value;
    } else {
      fmt::print(stderr, "unknown option {}\n", name);
      return 2;
    }
  }
  return caas::kafka::bench::run(options);
}
