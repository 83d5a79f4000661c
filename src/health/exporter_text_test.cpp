#include "health/exporter_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace caas::kafka::health {
namespace {

using ::testing::HasSubstr;

ExporterView exporter(std::string host, std::optional<bool> active,
                      std::optional<int> id = std::nullopt) {
  return {.host = std::move(host), .active = active, .nodeId = id};
}

TEST(ExporterText, ReadsOurRulesAndTheExportersOwnNames) {
  for (const std::string_view text : {
           // deploy/jmx/kafka.yml
           "# HELP kafka_controller_kafkacontroller_activecontrollercount As the controller has "
           "it\n"
           "# TYPE kafka_controller_kafkacontroller_activecontrollercount gauge\n"
           "kafka_controller_kafkacontroller_activecontrollercount 1.0\n"
           "kafka_server_appinfo_starttime_seconds{id=\"2\"} 1.7E9\n",
           // without rules
           "kafka_controller_KafkaController_Value{name=\"ActiveControllerCount\",} 1.0\n"
           "kafka_controller_KafkaController_Value{name=\"FencedBrokerCount\",} 0.0\n"
           "kafka_server_app_info_StartTimeMs{id=\"2\",} 1.7E12",
           // a label that whoever runs it has put there
           "kafka_controller_activecontrollercount{env=\"prod\",broker_id=\"2\"} 1\n",
       }) {
    const auto view = readExporter(text);
    EXPECT_EQ(view.active, true) << text;
    EXPECT_EQ(view.nodeId, 2) << text;
  }
}

TEST(ExporterText, OtherLinesAndBrokenOnesSayNothing) {
  const auto view = readExporter(
      "\n# kafka_controller_activecontrollercount 1\nkafka_server_x{id=\"7\"} 3\n"
      "activecontrollercount\n{\n}{ 1\nkafka_app_info{id=\"x\"} 1\nkafka_app_info{uid=\"9\"} 1");
  EXPECT_FALSE(view.active);
  EXPECT_FALSE(view.nodeId);
  EXPECT_EQ(readExporter("kafka_controller_activecontrollercount 0.0").active, false);
}

TEST(ControllerVerdict, TheOneThatClaimsIt) {
  const auto verdict = controllerOf(
      {exporter("a", false, 1), exporter("a", true, 2), exporter("a", std::nullopt)}, {});
  EXPECT_EQ(verdict.id, 2);
}

TEST(ControllerVerdict, AHostThatOneBrokerHasTellsWhichNode) {
  const std::vector<client::BrokerInfo> brokers{{1, "kafka-1", 9092, ""}, {2, "kafka-2", 9092, ""}};
  EXPECT_EQ(controllerOf({exporter("kafka-1", false), exporter("kafka-2", true)}, brokers).id, 2);
  // A node that is a controller and no broker.
  EXPECT_FALSE(controllerOf({exporter("kafka-9", true)}, brokers).id);
  const std::vector<client::BrokerInfo> sameHost{{1, "127.0.0.1", 9092, ""},
                                                 {2, "127.0.0.1", 9093, ""}};
  const auto verdict = controllerOf({exporter("127.0.0.1", true)}, sameHost);
  EXPECT_FALSE(verdict.id);
  EXPECT_THAT(verdict.why, HasSubstr("does not say which node"));
}

TEST(ControllerVerdict, IsNeverGuessed) {
  EXPECT_THAT(controllerOf({}, {}).why, HasSubstr("no exporter"));
  EXPECT_FALSE(controllerOf({exporter("a", false, 1)}, {}).id);
  const auto two = controllerOf({exporter("a", true, 1), exporter("b", true, 2)}, {});
  EXPECT_FALSE(two.id);
  EXPECT_THAT(two.why, HasSubstr("more than one"));
}

}  // namespace
}  // namespace caas::kafka::health
