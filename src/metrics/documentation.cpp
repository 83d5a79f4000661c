#include "metrics/documentation.hpp"

#include <chrono>
#include <string_view>

#include <fmt/format.h>

#include "core/meter_report.hpp"
#include "metrics/exposition.hpp"

namespace caas::kafka::metrics {
namespace {

constexpr std::string_view kIntroduction = R"(# Metrics

Prometheus scrapes them at `/metrics` of `HTTP_OPS_LISTEN` (127.0.0.1:9464). An application that embeds the library gets the same text from `caas::kafka::metricsText()` (`service.hpp`) and serves it as it likes. All of it is read from memory; a scrape asks no broker.

Times are in seconds and sizes in bytes; what ends in `_total` only grows. Names, types and labels are held by `tests/golden/metrics.txt`: alerts and dashboards rely on them.

| label | what it says |
|---|---|
| `topic`, `entry`, `tenant` | the topic's name in Kafka, and what it is to the catalog; empty for a topic outside of it, and for one that belongs to no tenant |
| `group` | the consumer group; retried records are read by `{{group}}.retry` |
| `client` | the client id, as brokers name it in their own metrics and quotas |
| `broker` | node id; `bootstrap` for a connection to an address of KAFKA_BROKERS whose node is not known yet |
| `producer` | the preset that it was made with |
| `reason`, `result` | the code of an error, as in `--json` and the log |
| `part` | of the snapshot: health, controller, topics, configs, offsets, groups, lag |

**Where the numbers come from.** What this process does (connections, producing, consuming, HTTP) it counts itself. What the cluster is like (brokers, topics, lags) comes from the snapshot, which is gathered every ten seconds by the daemon, or by whoever calls `snapshots()` and starts it; `caas_kafka_snapshot_age_seconds` says how old each part is. Connections are described by librdkafka's statistics, every ten seconds.

**Bounds.** A metric has at most {max_series} series. What comes beyond is summed under the label value `other`, and counted by `caas_kafka_metrics_folded_series`. Series for each partition exist only with `METRICS_PER_PARTITION=true`.

**Histograms** have the buckets {buckets} seconds.
)";

std::string cellOf(std::string_view labels) {
  std::string text;
  while (!labels.empty()) {
    const auto comma = labels.find(',');
    text += fmt::format("{}`{}`", text.empty() ? "" : ", ", labels.substr(0, comma));
    labels.remove_prefix(comma == labels.npos ? labels.size() : comma + 1);
  }
  return text;
}

}  // namespace

std::string metricsMarkdown() {
  std::string buckets;
  for (const auto bound : meters::kLatencyBounds) {
    buckets += fmt::format("{}{}", buckets.empty() ? "" : ", ",
                           std::chrono::duration<double>(bound).count());
  }
  std::string text = fmt::format(kIntroduction, fmt::arg("max_series", meters::kMaxSeries),
                                 fmt::arg("buckets", buckets));
  std::string_view chapter;
  for (const auto& metric : meters::allMetrics()) {
    if (metric.chapter != chapter) {
      chapter = metric.chapter;
      text += fmt::format("\n## {}\n\n| metric | type | labels | |\n|---|---|---|---|\n", chapter);
    }
    text += fmt::format("| `{}` | {} | {} | {}{} |\n", metric.name, toString(metric.kind),
                        cellOf(shownLabels(metric)), metric.help,
                        metric.perPartition ? " (METRICS_PER_PARTITION)" : "");
  }
  return text;
}

std::string metricsListing() {
  std::string text;
  for (const auto& metric : meters::allMetrics()) {
    text += fmt::format("{} {} {}\n", metric.name, toString(metric.kind),
                        shownLabels(metric).empty() ? "-" : shownLabels(metric));
  }
  return text;
}

}  // namespace caas::kafka::metrics
