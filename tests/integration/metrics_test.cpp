// The metrics of a service at work on the real cluster, as Prometheus would read them.
#include <cstdlib>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "caas/kafka/service.hpp"
#include "support/cluster.hpp"

namespace caas::kafka::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr Milliseconds kPatience{60'000};

/// Of script/deps prometheus, else the system's.
std::string promtool() {
  const auto ours = projectRoot() / ".cache" / "prometheus" / "usr" / "bin" / "promtool";
  return std::filesystem::exists(ours) ? ours.string() : "promtool";
}

double valueOf(const std::string& text, const std::string& series) {
  const auto at = text.find("\n" + series + " ");
  return at == text.npos ? -1 : std::stod(text.substr(at + series.size() + 2));
}
double sumOf(const std::string& text, const std::string& name) {
  double sum = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(name + "{")) {
      sum += std::stod(line.substr(line.rfind(' ')));
    }
  }
  return sum;
}

/// "name type labels" of what a text shows, as tests/golden/metrics.txt has them.
std::set<std::string> shapesOf(const std::string& text) {
  std::set<std::string> shapes;
  std::istringstream lines(text);
  const std::regex label("([a-z_]+)=\"(?:[^\"\\\\]|\\\\.)*\"");
  std::string name;
  std::string kind;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# TYPE ")) {
      std::istringstream words(line.substr(7));
      words >> name >> kind;
      continue;
    }
    if (line.starts_with('#') || line.empty()) {
      continue;
    }
    std::string labels;
    for (std::sregex_iterator at(line.begin(), line.end(), label), end; at != end; ++at) {
      const auto one = (*at)[1].str();
      labels += one == "le" || one == "quantile" ? "" : (labels.empty() ? "" : ",") + one;
    }
    shapes.insert(name + " " + kind + " " + (labels.empty() ? "-" : labels));
  }
  return shapes;
}

class MetricsOnCluster : public ::testing::Test {
 protected:
  MetricsOnCluster() : tenant_(uniqueTenant("metrics")) {
    auto settings = testSettings();
    settings.metricsPerPartition = true;
    settings.probeInterval = Milliseconds{500};
    settings.clientId = "caas-metrics";
    service_ = makeKafkaService(settings);
    must(service_->initialize(), "initializing");
    must(service_->topicManager()->createTenantTopics(tenant_), "creating the tenant");
    must(service_->snapshots())->start();
    must(service_->probe())->start();
  }
  ~MetricsOnCluster() override {
    static_cast<void>(service_->topicManager()->deleteTenantTopics(tenant_));
    static_cast<void>(service_->shutdown());
  }

  void publish(int messages) {
    const auto publisher = must(service_->publisher());
    for (int i = 0; i < messages; ++i) {
      ChatMessage message;
      message.conversationId = "c-" + std::to_string(i % 5);
      message.userId = "u";
      message.text = "hello";
      must(publisher->publish(must(TenantId::parse(tenant_)), message), "publishing");
    }
    must(publisher->flush(), "flushing");
  }
  std::string of(const std::string& name, const std::string& before = "") const {
    return name + "{" + before + "topic=\"chat.messages." + tenant_ +
           "\",entry=\"chat.messages\",tenant=\"" + tenant_ + "\"}";
  }

  const std::string tenant_;
  std::shared_ptr<KafkaService> service_;
};

TEST_F(MetricsOnCluster, TellWhatWasDoneAndHowTheClusterIs) {
  publish(20);
  const auto group = uniqueTopic("metrics-group");
  auto consumer = must(service_->makeConsumer({.group = group}));
  must(consumer->subscribe("chat.messages", std::vector{must(TenantId::parse(tenant_))}));
  must(consumer->start([](const ConsumedRecord&) { return HandlerResult::ack(); }));

  std::string text;
  const auto grouped = "group=\"" + group + "\",";
  const auto there = [&] {
    text = service_->metricsText();
    return valueOf(text, of("caas_kafka_messages_handled_total", grouped)) == 20 &&
           valueOf(text, of("caas_kafka_group_lag_records", grouped)) == 0 &&
           sumOf(text, "caas_kafka_connection_requests_total") > 0 &&
           sumOf(text, "caas_kafka_probe_round_trip_seconds_count") >= 3;
  };
  ASSERT_TRUE(eventually(kPatience, there)) << text;
  EXPECT_EQ(valueOf(text, of("caas_kafka_messages_delivered_total")), 20);
  EXPECT_EQ(valueOf(text, of("caas_kafka_messages_consumed_total", grouped)), 20);
  EXPECT_EQ(valueOf(text, of("caas_kafka_topic_partitions")), 16);
  EXPECT_EQ(valueOf(text, of("caas_kafka_topic_records")), 20);
  EXPECT_EQ(valueOf(text, of("caas_kafka_topic_drift")), 0);
  EXPECT_GE(valueOf(text, "caas_kafka_delivery_latency_seconds_count{entry=\"chat.messages\"}"),
            20);
  EXPECT_EQ(valueOf(text, "caas_kafka_handler_duration_seconds_count{group=\"" + group +
                              "\",entry=\"chat.messages\"}"),
            20);
  EXPECT_EQ(valueOf(text, "caas_kafka_brokers"), 3);
  EXPECT_EQ(valueOf(text, "caas_kafka_brokers_offline"), 0);
  EXPECT_GE(valueOf(text, "caas_kafka_consumer_partitions{group=\"" + group + "\"}"), 16);
  EXPECT_GE(sumOf(text, "caas_kafka_connections"), 3);
  EXPECT_LE(valueOf(text, "caas_kafka_snapshot_age_seconds{part=\"topics\"}"), 60);
  must(consumer->close());
}

TEST_F(MetricsOnCluster, PromtoolHasNothingToSayAndNamesAreTheGoldenOnes) {
  publish(3);
  std::string text;
  ASSERT_TRUE(eventually(kPatience, [&] {
    text = service_->metricsText();
    return sumOf(text, "caas_kafka_connection_requests_total") > 0 &&
           valueOf(text, "caas_kafka_brokers") == 3 &&
           sumOf(text, "caas_kafka_probe_sent_total") > 0;
  })) << text;
  const auto checked = runProcess({promtool(), "check", "metrics"}, {}, text);
  EXPECT_EQ(checked.exitCode, 0) << "script/deps prometheus installs it";
  EXPECT_EQ(checked.out, "");
  EXPECT_EQ(checked.err, "");

  std::set<std::string> golden;
  std::ifstream file(projectRoot() / "tests" / "golden" / "metrics.txt");
  for (std::string line; std::getline(file, line);) {
    golden.insert(line);
  }
  for (const auto& shape : shapesOf(text)) {
    EXPECT_TRUE(golden.contains(shape)) << shape;
  }
}

}  // namespace
}  // namespace caas::kafka::test
