#include "metrics/metrics.hpp"

#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/errors.hpp"
#include "core/meters.hpp"
#include "metrics/certificate_meter.hpp"
#include "metrics/documentation.hpp"
#include "metrics/exposition.hpp"
#include "metrics/process_meter.hpp"
#include "metrics/snapshot_meter.hpp"

namespace caas::kafka::metrics {
namespace {

using namespace std::chrono_literals;
using meters::Metric;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr Timestamp kNow{Milliseconds{1'700'000'000'000}};

Catalog catalog() { return *Catalog::parse(Catalog::embeddedYaml(), Settings{}); }

std::string fileOf(const std::string& name) {
  std::ifstream file(std::string(CAAS_SOURCE_DIR) + "/" + name, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// What is there must be what is wanted; else the wanted text is left beside it.
void expectFile(const std::string& name, const std::string& wanted) {
  const auto there = fileOf(name);
  if (there != wanted) {
    const auto beside = testing::TempDir() + std::string(name.substr(name.rfind('/') + 1));
    std::ofstream(beside, std::ios::binary) << wanted;
    ADD_FAILURE() << name << " is not what the table of metrics says: cp " << beside << " " << name;
  }
}

TEST(MetricsDocumentation, TheManualIsTheTable) {
  expectFile("docs/metrics.md", metricsMarkdown());
}

/// Alerts and dashboards hold on to these: a change here is a change for whoever has some.
TEST(MetricsDocumentation, NamesTypesAndLabelsAreTheGoldenOnes) {
  expectFile("tests/golden/metrics.txt", metricsListing());
}

TEST(Exposition, TopicsGetEntryAndTenantByTheCatalog) {
  const auto definitions = catalog();
  meters::MeterReport report;
  report.add(Metric::kDelivered, {"chat.messages.acme"}, 3);
  report.add(Metric::kDelivered, {"platform.events"}, 2);
  report.add(Metric::kDelivered, {"somebody.elses"}, 1);
  report.add(Metric::kDelivered, {"other"}, 9);
  EXPECT_THAT(
      expositionOf(report, &definitions),
      AllOf(HasSubstr("# TYPE caas_kafka_messages_delivered_total counter\n"),
            HasSubstr("caas_kafka_messages_delivered_total{topic=\"chat.messages.acme\","
                      "entry=\"chat.messages\",tenant=\"acme\"} 3\n"),
            HasSubstr("{topic=\"platform.events\",entry=\"platform.events\",tenant=\"\"} 2\n"),
            HasSubstr("{topic=\"somebody.elses\",entry=\"\",tenant=\"\"} 1\n"),
            HasSubstr("{topic=\"other\",entry=\"other\",tenant=\"other\"} 9\n")));
  EXPECT_THAT(expositionOf(report, nullptr),
              HasSubstr("{topic=\"platform.events\",entry=\"\",tenant=\"\"} 2\n"));
}

TEST(Exposition, LatenciesOfAllTenantsAreOneHistogram) {
  const auto definitions = catalog();
  meters::MeterReport report;
  meters::LatencyHistogram fast;
  fast.observe(400us);
  meters::LatencyHistogram slow;
  slow.observe(3s);
  slow.observe(500s);
  report.add(Metric::kDeliveryLatency, {"chat.messages.a"}, fast);
  report.add(Metric::kDeliveryLatency, {"chat.messages.b"}, slow);
  const auto text = expositionOf(report, &definitions);
  const std::string name = "caas_kafka_delivery_latency_seconds";
  EXPECT_THAT(text, HasSubstr(name + "_count{entry=\"chat.messages\"} 3\n"));
  EXPECT_THAT(text, HasSubstr(name + "_sum{entry=\"chat.messages\"} 503.0004\n"));
  EXPECT_THAT(text, HasSubstr(name + "_bucket{entry=\"chat.messages\",le=\"0.0005\"} 1\n"));
  EXPECT_THAT(text, HasSubstr(name + "_bucket{entry=\"chat.messages\",le=\"2.5\"} 1\n"));
  EXPECT_THAT(text, HasSubstr(name + "_bucket{entry=\"chat.messages\",le=\"5\"} 2\n"));
  EXPECT_THAT(text, HasSubstr(name + "_bucket{entry=\"chat.messages\",le=\"120\"} 2\n"));
  EXPECT_THAT(text, HasSubstr(name + "_bucket{entry=\"chat.messages\",le=\"+Inf\"} 3\n"));
}

TEST(Exposition, ASummaryHasItsQuantiles) {
  meters::MeterReport report;
  report.add(Metric::kConnectionLatency, {"c", "1"},
             meters::LatencySummary{.count = 4, .sum = 2s, .p50 = 250ms, .p99 = 1s});
  const auto text = expositionOf(report, nullptr);
  const std::string name = "caas_kafka_connection_latency_seconds";
  EXPECT_THAT(text, HasSubstr(name + "{client=\"c\",broker=\"1\",quantile=\"0.5\"} 0.25\n"));
  EXPECT_THAT(text, HasSubstr(name + "{client=\"c\",broker=\"1\",quantile=\"0.99\"} 1\n"));
  EXPECT_THAT(text, HasSubstr(name + "_sum{client=\"c\",broker=\"1\"} 2\n"));
  EXPECT_THAT(text, HasSubstr(name + "_count{client=\"c\",broker=\"1\"} 4\n"));
}

TEST(Exposition, StrangersWordsAreEscaped) {
  meters::MeterReport report;
  report.add(Metric::kGroupMembers, {"a\"b\\c\nd"}, 1);
  EXPECT_THAT(expositionOf(report, nullptr), HasSubstr("{group=\"a\\\"b\\\\c\\nd\"} 1\n"));
}

BrokerHealth brokerOf(int id, bool healthy, Milliseconds latency) {
  BrokerHealth broker;
  broker.nodeId = id;
  broker.healthy = healthy;
  broker.latency = latency;
  return broker;
}

TopicSnapshot acmesTopic() {
  TopicSnapshot topic;
  topic.info.name = "chat.messages.acme";
  topic.info.category = TopicCategory::kTenant;
  topic.info.partitions = 2;
  topic.info.underReplicatedPartitions = 1;
  topic.info.offlinePartitions = 1;
  topic.underMinIsrPartitions = 1;
  topic.drift = {{"retention.ms", "1", "2"}};
  topic.records = 40;
  topic.partitions = {
      {.partition = 0, .leader = 1, .inSync = {1, 2}, .startOffset = 3, .endOffset = 43},
      {.partition = 1}};
  return topic;
}

GroupLag stalledGroup() {
  TopicLag lag;
  lag.topic = "chat.messages.acme";
  lag.records = 12;
  lag.expired = 1;
  lag.age = Milliseconds{2'500};
  lag.state = LagState::kStalled;
  PartitionLag partition;
  partition.topic = lag.topic;
  partition.partition = 0;
  partition.records = 12;
  lag.partitions.push_back(partition);
  GroupLag group;
  group.group = "g";
  group.topics.push_back(lag);
  return group;
}

ClusterSnapshot fullSnapshot() {
  ClusterSnapshot snapshot{.number = 7, .takenAt = kNow - 3s};
  snapshot.health.status = HealthStatus::kDegraded;
  snapshot.health.details.brokers = {brokerOf(1, true, Milliseconds{20}),
                                     brokerOf(2, false, Milliseconds{9})};
  snapshot.health.details.registry = RegistryHealth{.urls = "u", .up = true};
  snapshot.health.details.topics.emplace().missingTopics = 2;
  snapshot.stats.cluster.clusterId = "id-1";
  snapshot.stats.cluster.brokers = 1;
  snapshot.stats.cluster.offlineBrokers = 1;
  snapshot.topics.push_back(acmesTopic());
  snapshot.topics.emplace_back().info.name = "foreign";
  snapshot.tenants.emplace_back().tenantId = "acme";
  snapshot.tenants.back().missingTopics = {"presence"};
  snapshot.tenants.emplace_back().tenantId = "b";
  snapshot.groups = {{.id = "g", .state = "Stable", .members = 2}, {.id = "h", .state = "Empty"}};
  snapshot.lag.groups = {stalledGroup()};
  snapshot.lag.failures = {{"h", errors::timeout("x", Milliseconds{1})}};
  snapshot.deadLetters = 5;
  snapshot.deadLetteredEver = 8;
  snapshot.parts[SnapshotPart::kTopics] = {.takenAt = kNow - 3s, .took = Milliseconds{70}};
  snapshot.parts[SnapshotPart::kLag] = {.took = Milliseconds{8'000},
                                        .failure = errors::timeout("x", Milliseconds{1})};
  return snapshot;
}

std::string textOf(const ClusterSnapshot& snapshot, bool perPartition) {
  const auto definitions = catalog();
  meters::MeterReport report;
  tellSnapshot(snapshot, kNow, perPartition, report);
  return expositionOf(report, &definitions);
}

TEST(SnapshotMeter, TellsBrokersTopicsLagsAndAges) {
  const auto text = textOf(fullSnapshot(), false);
  const std::string acme = "topic=\"chat.messages.acme\",entry=\"chat.messages\",tenant=\"acme\"} ";
  for (const std::string& line : {
           std::string("caas_kafka_health_status{status=\"degraded\"} 1\n"),
           std::string("caas_kafka_health_status{status=\"healthy\"} 0\n"),
           std::string("caas_kafka_cluster_info{cluster_id=\"id-1\"} 1\n"),
           std::string("caas_kafka_brokers 1\n"),
           std::string("caas_kafka_brokers_offline 1\n"),
           std::string("caas_kafka_broker_up{broker=\"1\"} 1\n"),
           std::string("caas_kafka_broker_up{broker=\"2\"} 0\n"),
           std::string("caas_kafka_broker_latency_seconds{broker=\"1\"} 0.02\n"),
           std::string("caas_kafka_controller_id -1\n"),
           std::string("caas_kafka_registry_up 1\n"),
           std::string("caas_kafka_tenants 2\n"),
           std::string("caas_kafka_tenants_incomplete 1\n"),
           std::string("caas_kafka_topics{category=\"tenant\"} 1\n"),
           std::string("caas_kafka_topics{category=\"foreign\"} 1\n"),
           std::string("caas_kafka_topics{category=\"platform\"} 0\n"),
           std::string("caas_kafka_topics_missing 2\n"),
           "caas_kafka_topic_partitions{" + acme + "2\n",
           "caas_kafka_topic_under_replicated_partitions{" + acme + "1\n",
           "caas_kafka_topic_under_min_isr_partitions{" + acme + "1\n",
           "caas_kafka_topic_offline_partitions{" + acme + "1\n",
           "caas_kafka_topic_drift{" + acme + "1\n",
           "caas_kafka_topic_records{" + acme + "40\n",
           std::string("caas_kafka_groups{state=\"Stable\"} 1\n"),
           std::string("caas_kafka_group_members{group=\"g\"} 2\n"),
           "caas_kafka_group_lag_records{group=\"g\"," + acme + "12\n",
           "caas_kafka_group_lag_seconds{group=\"g\"," + acme + "2.5\n",
           "caas_kafka_group_lag_state{group=\"g\"," + acme + "4\n",
           "caas_kafka_group_expired_records{group=\"g\"," + acme + "1\n",
           std::string("caas_kafka_groups_without_lag 1\n"),
           std::string("caas_kafka_dead_letters 5\n"),
           std::string("caas_kafka_dead_letters_written_total 8\n"),
           std::string("caas_kafka_snapshots_total 7\n"),
           std::string("caas_kafka_snapshot_age_seconds{part=\"topics\"} 3\n"),
           std::string("caas_kafka_snapshot_duration_seconds{part=\"lag\"} 8\n"),
           std::string("caas_kafka_snapshot_part_failed{part=\"lag\"} 1\n"),
           std::string("caas_kafka_snapshot_part_failed{part=\"topics\"} 0\n"),
       }) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  // A part that never was has no age, and a broker that did not answer no latency.
  EXPECT_THAT(text, Not(HasSubstr("caas_kafka_snapshot_age_seconds{part=\"lag\"}")));
  EXPECT_THAT(text, Not(HasSubstr("caas_kafka_broker_latency_seconds{broker=\"2\"}")));
  EXPECT_THAT(text, Not(HasSubstr("partition=")));
}

TEST(SnapshotMeter, PartitionsAreToldWhenAskedFor) {
  const auto text = textOf(fullSnapshot(), true);
  const std::string acme = "topic=\"chat.messages.acme\",entry=\"chat.messages\",tenant=\"acme\"";
  EXPECT_THAT(text, HasSubstr("caas_kafka_partition_leader{" + acme + ",partition=\"0\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("caas_kafka_partition_leader{" + acme + ",partition=\"1\"} -1\n"));
  EXPECT_THAT(text,
              HasSubstr("caas_kafka_partition_in_sync_replicas{" + acme + ",partition=\"0\"} 2\n"));
  EXPECT_THAT(text,
              HasSubstr("caas_kafka_partition_end_offset{" + acme + ",partition=\"0\"} 43\n"));
  EXPECT_THAT(text,
              Not(HasSubstr("caas_kafka_partition_end_offset{" + acme + ",partition=\"1\"}")));
  EXPECT_THAT(text, HasSubstr("caas_kafka_group_partition_lag_records{group=\"g\"," + acme +
                              ",partition=\"0\"} 12\n"));
}

TEST(SnapshotMeter, ThereIsNothingBeforeTheFirst) {
  EXPECT_EQ(textOf(ClusterSnapshot{}, true), "");
}

double valueIn(const std::string& text, const std::string& name) {
  const auto at = text.find("\n" + name + " ");
  return at == text.npos ? -1 : std::stod(text.substr(at + name.size() + 2));
}

TEST(ProcessMeter, TellsWhatTheKernelKnows) {
  meters::MeterReport report;
  tellProcess(report);
  const auto text = expositionOf(report, nullptr);
  EXPECT_GT(valueIn(text, "process_resident_memory_bytes"), 1e6);
  EXPECT_GT(valueIn(text, "process_virtual_memory_bytes"),
            valueIn(text, "process_resident_memory_bytes"));
  EXPECT_GE(valueIn(text, "process_cpu_seconds_total"), 0);
  EXPECT_GE(valueIn(text, "process_open_fds"), 3);
  EXPECT_GE(valueIn(text, "process_max_fds"), valueIn(text, "process_open_fds"));
  EXPECT_GE(valueIn(text, "process_threads"), 1);
  const auto start = valueIn(text, "process_start_time_seconds");
  const auto now = std::chrono::duration<double>(systemClock().now().time_since_epoch()).count();
  EXPECT_LE(start, now + 2);
  EXPECT_GT(start, now - 86'400);
}

TEST(CertificateMeter, TellsTheEarliestExpiryOfAFile) {
  Settings settings;
  settings.ssl.certLocation = std::string(CAAS_SOURCE_DIR) + "/tests/data/two-certificates.pem";
  settings.ssl.caLocation = "/does/not/exist.pem";
  settings.http.tlsCert = std::string(CAAS_SOURCE_DIR) + "/README.md";
  meters::MeterReport report;
  tellCertificates(settings, report);
  const auto& told = report.of(Metric::kCertificateExpiry);
  ASSERT_EQ(told.size(), 1U) << "what is no certificate has no expiry";
  EXPECT_EQ(told.begin()->first.front(), "KAFKA_SSL_CERT_LOCATION");
  EXPECT_EQ(told.begin()->second.number, 2'000'000'000);
}

/// Each line's name, and its labels without values.
std::map<std::string, std::set<std::string>> seriesOf(const std::string& text) {
  std::map<std::string, std::set<std::string>> series;
  std::istringstream lines(text);
  const std::regex label("([a-z_]+)=\"(?:[^\"\\\\]|\\\\.)*\"");
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() == '#') {
      continue;
    }
    const auto name = line.substr(0, line.find_first_of("{ "));
    std::string labels;
    for (std::sregex_iterator at(line.begin(), line.end(), label), end; at != end; ++at) {
      labels += (labels.empty() ? "" : ",") + (*at)[1].str();
    }
    series[name].insert(labels);
  }
  return series;
}

TEST(MetricsText, EverythingHasItsRowInTheTable) {
  const auto definitions = catalog();
  Settings settings;
  settings.metricsPerPartition = true;
  const auto snapshot = fullSnapshot();
  const auto text =
      metricsText({.settings = &settings, .catalog = &definitions, .snapshot = &snapshot});
  std::set<std::string> golden;
  std::istringstream lines(fileOf("tests/golden/metrics.txt"));
  for (std::string name, kind, labels; lines >> name >> kind >> labels;) {
    const auto shown = labels == "-" ? "" : labels;
    if (kind == "histogram" || kind == "summary") {
      golden.insert(name + "_sum " + shown);
      golden.insert(name + "_count " + shown);
      const auto part = kind == "histogram" ? "le" : "quantile";
      golden.insert(name + (kind == "histogram" ? "_bucket " : " ") + shown +
                    (shown.empty() ? "" : ",") + part);
    } else {
      golden.insert(name + " " + shown);
    }
  }
  for (const auto& [name, labelSets] : seriesOf(text)) {
    for (const auto& labels : labelSets) {
      EXPECT_TRUE(golden.contains(name + " " + labels)) << name << " {" << labels << "}";
    }
  }
  EXPECT_THAT(text, AllOf(HasSubstr("caas_kafka_build_info{version=\""),
                          HasSubstr("caas_kafka_metrics_folded_series 0\n"),
                          HasSubstr("process_open_fds "), HasSubstr("caas_kafka_brokers ")));
}

TEST(MetricsText, WithoutASnapshotItTellsOfTheProcess) {
  const auto text = metricsText({});
  EXPECT_THAT(text, AllOf(HasSubstr("process_open_fds "), Not(HasSubstr("caas_kafka_brokers "))));
}

}  // namespace
}  // namespace caas::kafka::metrics
