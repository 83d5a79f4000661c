#include "client/connection_meter.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace caas::kafka::client {
namespace {

using namespace std::chrono_literals;
using meters::Metric;
using ::testing::HasSubstr;

/// A connection as librdkafka writes it, some members left out.
std::string connection(std::string_view name, int node, std::string_view state, int tx,
                       std::string_view source = "learned") {
  return fmt::format(
      R"("{0}": {{ "name":"{0}", "nodeid":{1}, "nodename":"127.0.0.1:9092", "source":"{4}",)"
      R"("state":"{2}", "stateage":8005652, "outbuf_cnt":0, "tx":{3}, "txbytes":100, "txerrs":2,)"
      R"("txretries":1, "txidle":-1, "req_timeouts":3, "rx":5, "rxbytes":200, "rxerrs":4,)"
      R"("connects":2, "disconnects":1, "int_latency": {{ "cnt": 77, "p99": 1 }},)"
      R"("rtt": {{ "min":900, "max":9000, "avg":1500, "sum":6000, "stddev": 7, "p50": 1000,)"
      R"( "p99": 5000, "outofrange": 0, "cnt":4 }}, "req": {{ "Produce": 9, "tx": 1000000 }},)"
      R"("toppars":{{ "a-0": {{ "topic":"a", "partition":0 }} }} }})",
      name, node, state, tx, source);
}

std::string document(std::string_view connections, std::string_view rest = R"("topics":{} )") {
  return fmt::format(R"({{ "name": "rdkafka#producer-1", "msg_cnt":0, "brokers":{{ {} }}, {} }})",
                     connections, rest);
}

double valueOf(const meters::MeterReport& report, Metric metric, std::vector<std::string> labels) {
  const auto found = report.of(metric).find(labels);
  return found == report.of(metric).end() ? -1 : found->second.number;
}

TEST(Statistics, ConnectionsAreReadAndNothingElse) {
  const auto parsed = parseStatistics(document(connection("127.0.0.1:9092/1", 1, "UP", 42)));
  ASSERT_TRUE(parsed);
  ASSERT_EQ(parsed->size(), 1U);
  const BrokerStatistics& broker = parsed->front();
  EXPECT_EQ(broker.name, "127.0.0.1:9092/1");
  EXPECT_EQ(broker.nodeId, 1);
  EXPECT_EQ(broker.state, "UP");
  EXPECT_EQ(broker.source, "learned");
  EXPECT_EQ(broker.requests, 42);
  EXPECT_EQ(broker.timeouts, 3);
  EXPECT_EQ(broker.roundTrips, 4);
  EXPECT_EQ(broker.roundTripSumMicros, 6'000);
  EXPECT_EQ(broker.roundTripP99Micros, 5'000);
}

TEST(Statistics, WhatStandsBehindTheConnectionsIsNotLookedAt) {
  const auto parsed =
      parseStatistics(document(connection("a:1/1", 1, "UP", 1), R"("topics": this is no JSON)"));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->size(), 1U);
}

TEST(Statistics, WhatIsNoJsonIsAnError) {
  for (const std::string_view bad : {"", "{", "nonsense", R"({"brokers":{"a":)", R"({"a":1]})"}) {
    const auto parsed = parseStatistics(bad);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_THAT(parsed.error().message, HasSubstr("statistics"));
  }
  const auto endless = parseStatistics(R"({"x":")" + std::string(kMaxStatisticsBytes + 10, 'x'));
  EXPECT_FALSE(endless);
}

TEST(ConnectionMeter, OneBrokersConnectionsAreOne) {
  meters::Meters meters;
  ConnectionMeter meter("caas-consumer", meters);
  meter.take(document(connection("a:1/1", 1, "UP", 10) + "," +
                      connection("GroupCoordinator", 1, "UP", 5, "logical") + "," +
                      connection("b:1/2", 2, "TRY_CONNECT", 0) + "," +
                      connection("c:1/3", 3, "INIT", 0) + "," +
                      connection(":0/internal", -1, "UP", 99, "internal") + "," +
                      connection("c:1/bootstrap", -1, "DOWN", 1, "configured")));
  const auto report = meters.report();
  EXPECT_EQ(valueOf(report, Metric::kConnections, {"caas-consumer", "1", "up"}), 2);
  EXPECT_EQ(valueOf(report, Metric::kConnections, {"caas-consumer", "2", "connecting"}), 1);
  EXPECT_EQ(valueOf(report, Metric::kConnections, {"caas-consumer", "3", "idle"}), 1);
  EXPECT_EQ(valueOf(report, Metric::kConnections, {"caas-consumer", "bootstrap", "down"}), 1);
  EXPECT_EQ(valueOf(report, Metric::kConnectionRequests, {"caas-consumer", "1"}), 15);
  EXPECT_EQ(valueOf(report, Metric::kConnectionErrors, {"caas-consumer", "1", "timeout"}), 6);
  const auto& trips = report.of(Metric::kConnectionLatency).at({"caas-consumer", "1"}).summary;
  EXPECT_EQ(trips.count, 8U);
  EXPECT_EQ(trips.sum, 12ms);
  EXPECT_EQ(trips.p50, 1ms);
  EXPECT_EQ(trips.p99, 5ms);
}

TEST(ConnectionMeter, CountersGoOnWhenAConnectionIsMadeAnew) {
  meters::Meters meters;
  {
    ConnectionMeter meter("c", meters);
    meter.take(document(connection("a:1/1", 1, "UP", 10)));
    meter.take(document(connection("a:1/1", 1, "UP", 12)));
    meter.take(document(connection("a:1/1", 1, "UP", 3)));  // another one of that name
    meter.take(document(connection("b:1/2", 2, "UP", 1)));  // it is gone
    meter.take("no JSON");
    const auto report = meters.report();
    EXPECT_EQ(valueOf(report, Metric::kConnectionRequests, {"c", "1"}), 15);
    EXPECT_EQ(valueOf(report, Metric::kConnections, {"c", "1", "up"}), -1);
    EXPECT_EQ(valueOf(report, Metric::kConnections, {"c", "2", "up"}), 1);
    // Windows add up, quantiles are those of the last one.
    EXPECT_EQ(report.of(Metric::kConnectionLatency).at({"c", "1"}).summary.count, 12U);
    EXPECT_EQ(report.of(Metric::kConnectionLatency).at({"c", "1"}).summary.p99, 0ns);
  }
  EXPECT_EQ(valueOf(meters.report(), Metric::kConnectionRequests, {"c", "1"}), 15);
}

}  // namespace
}  // namespace caas::kafka::client
