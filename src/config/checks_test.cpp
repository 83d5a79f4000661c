#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "caas/kafka/settings.hpp"

namespace caas::kafka {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::vector<std::string> warningsOf(const EnvironmentMap& environment) {
  const auto loaded = loadSettings(environment, "");
  EXPECT_TRUE(loaded) << (loaded ? "" : loaded.error().message);
  return loaded ? loaded->warnings : std::vector<std::string>{};
}

std::string errorOf(const EnvironmentMap& environment) {
  const auto loaded = loadSettings(environment, "");
  EXPECT_FALSE(loaded);
  return loaded ? "" : loaded.error().message;
}

std::string existingFile() { return std::string(CAAS_SOURCE_DIR) + "/CMakeLists.txt"; }

TEST(ConfigChecksTest, AcksBelowAllIsAWarningThatSaysWhatItCosts) {
  EXPECT_THAT(warningsOf({{"PRODUCER_ACKS", "1"}}),
              ElementsAre(AllOf(HasSubstr("PRODUCER_ACKS=1"), HasSubstr("twice"))));
  EXPECT_THAT(
      warningsOf(
          {{"PRODUCER_ACKS", "0"}, {"PRODUCER_MAX_IN_FLIGHT", "100"}, {"PRODUCER_RETRIES", "0"}}),
      ElementsAre(HasSubstr("PRODUCER_ACKS=0")));
}

TEST(ConfigChecksTest, IdempotenceBoundsRetriesAndRequestsInFlight) {
  EXPECT_THAT(errorOf({{"PRODUCER_RETRIES", "0"}}), HasSubstr("PRODUCER_RETRIES=0"));
  EXPECT_THAT(errorOf({{"PRODUCER_MAX_IN_FLIGHT", "6"}}), HasSubstr("1 to 5 are allowed"));
}

TEST(ConfigChecksTest, ProducerSettingsFitTogether) {
  EXPECT_THAT(errorOf({{"PRODUCER_LINGER_MS", "1000"}, {"PRODUCER_DELIVERY_TIMEOUT_MS", "1000"}}),
              HasSubstr("PRODUCER_LINGER_MS=1000"));
  EXPECT_THAT(
      errorOf({{"PRODUCER_QUEUE_MAX_BYTES", "1048576"}, {"PRODUCER_MAX_RECORD_BYTES", "1048577"}}),
      HasSubstr("would never fit"));
  EXPECT_THAT(warningsOf({{"PRODUCER_MAX_RECORD_BYTES", "2000000"}}),
              ElementsAre(HasSubstr("max.message.bytes")));
}

TEST(ConfigChecksTest, SaslNeedsUserAndPassword) {
  EXPECT_THAT(errorOf({{"KAFKA_SASL_ENABLED", "true"}}),
              AllOf(HasSubstr("KAFKA_SASL_USERNAME is missing"),
                    HasSubstr("KAFKA_SASL_PASSWORD (or KAFKA_SASL_PASSWORD_FILE) is missing")));
  EXPECT_THAT(warningsOf({{"KAFKA_SASL_ENABLED", "true"},
                          {"KAFKA_SASL_USERNAME", "u"},
                          {"KAFKA_SASL_PASSWORD", "p"},
                          {"KAFKA_SASL_MECHANISM", "plain"}}),
              ElementsAre(HasSubstr("in the clear")));
  EXPECT_THAT(warningsOf({{"KAFKA_SASL_USERNAME", "u"}}),
              ElementsAre(HasSubstr("KAFKA_SASL_USERNAME has no effect")));
}

TEST(ConfigChecksTest, TlsFilesMustBeThere) {
  EXPECT_THAT(
      errorOf({{"KAFKA_SSL_ENABLED", "true"}, {"KAFKA_SSL_CA_LOCATION", "/no/such/ca.pem"}}),
      HasSubstr("KAFKA_SSL_CA_LOCATION='/no/such/ca.pem': there is no such file"));
  EXPECT_THAT(errorOf({{"KAFKA_SSL_ENABLED", "true"}, {"KAFKA_SSL_CERT_LOCATION", existingFile()}}),
              HasSubstr("KAFKA_SSL_CERT_LOCATION is given without KAFKA_SSL_KEY_LOCATION"));
  EXPECT_THAT(errorOf({{"KAFKA_SSL_ENABLED", "true"},
                       {"KAFKA_SSL_CERT_LOCATION", CAAS_SOURCE_DIR},
                       {"KAFKA_SSL_KEY_LOCATION", existingFile()}}),
              HasSubstr("it is a directory"));
  EXPECT_THAT(
      warningsOf({{"KAFKA_SSL_ENABLED", "true"}, {"KAFKA_SSL_CA_LOCATION", CAAS_SOURCE_DIR}}),
      IsEmpty());
  EXPECT_THAT(warningsOf({{"KAFKA_SSL_CA_LOCATION", "/no/such/ca.pem"}}),
              ElementsAre(HasSubstr("KAFKA_SSL_ENABLED is false")));
}

TEST(ConfigChecksTest, TheRegistryTakesOneKindOfLogin) {
  EXPECT_THAT(errorOf({{"SCHEMA_REGISTRY_USERNAME", "u"}}),
              HasSubstr("SCHEMA_REGISTRY_USERNAME is given without SCHEMA_REGISTRY_PASSWORD"));
  EXPECT_THAT(errorOf({{"SCHEMA_REGISTRY_TOKEN", "t"},
                       {"SCHEMA_REGISTRY_USERNAME", "u"},
                       {"SCHEMA_REGISTRY_PASSWORD", "p"}}),
              HasSubstr("one of them"));
}

TEST(ConfigChecksTest, HttpDoorsDiffer) {
  EXPECT_THAT(errorOf({{"HTTP_LISTEN", "127.0.0.1:9464"}}), HasSubstr("a port each"));
  EXPECT_THAT(warningsOf({{"HTTP_LISTEN", "127.0.0.1:0"}, {"HTTP_OPS_LISTEN", "127.0.0.1:0"}}),
              IsEmpty());
  EXPECT_THAT(errorOf({{"HTTP_TLS_KEY", existingFile()}}),
              HasSubstr("HTTP_TLS_KEY is given without HTTP_TLS_CERT"));
  EXPECT_THAT(errorOf({{"CAAS_CATALOG", "/no/such.yaml"}}),
              HasSubstr("CAAS_CATALOG='/no/such.yaml'"));
}

TEST(UnknownNamesTest, AMistypedNameIsAWarningWithTheNearestOne) {
  EXPECT_THAT(
      warningsOf({{"KAFKA_BROKER", "x"}}),
      ElementsAre("KAFKA_BROKER (environment) is no setting (did you mean KAFKA_BROKERS?)"));
  EXPECT_THAT(warningsOf({{"PRODUCER_BATCHES", "x"}}),
              ElementsAre(HasSubstr("the nearest one is")));
  EXPECT_THAT(warningsOf({{"KAFKA_SASL_PASSWORD_FLIE", "x"}}),
              ElementsAre(HasSubstr("did you mean KAFKA_SASL_PASSWORD_FILE?")));
  EXPECT_THAT(warningsOf({{"CONSUMER_GROUP", "x"},
                          {"SCHEMA_REGISTRY_URI", "x"},
                          {"LOG_LEVL", "x"},
                          {"CAAS_CATALOGUE", "x"},
                          {"DEFAULT_PARTITION", "x"},
                          {"MESSAGE_RETENTION_DAY", "x"},
                          {"HTTP_LISTN", "x"},
                          {"KAFKA_JMX_URL", "x"},
                          {"PROBE_INTERVAL", "x"},
                          {"METRICS_PER_PARTITIONS", "x"}}),
              testing::SizeIs(10));
}

TEST(UnknownNamesTest, NamesOfOthersAreLeftAlone) {
  EXPECT_THAT(warningsOf({{"KAFKA_HEAP_OPTS", "-Xmx1g"},
                          {"KAFKA_OPTS", ""},
                          {"KAFKA_LOG_DIRS", ""},
                          {"KAFKA_JMX_OPTS", ""},
                          {"KAFKA_JMX_PORT", ""},
                          {"KAFKA_JMX_ANYTHING", ""},
                          {"HTTP_PROXY", "http://proxy"},
                          {"HTTPS_PROXY", ""},
                          {"LOGNAME", "me"},
                          {"LOG_DIR", "/var/log"},
                          {"METRICS_PORT", "9100"},
                          {"DEFAULT_LANGUAGE", "en"},
                          {"MESSAGE_OF_THE_DAY", ""},
                          {"HTTP_HOST", ""},
                          {"CAAS_CLUSTER", "test"},
                          {"CAAS_PORT_BASE", "1"},
                          {"CAAS_ROOT", ""},
                          {"CAAS_FULL", ""},
                          {"CAAS_PRESET", ""},
                          {"KAFKA_SERVICE_HOST", ""},
                          {"KAFKA_SERVICE_PORT_CLIENT", ""},
                          {"KAFKA_PORT", "tcp://10.0.0.1:9092"},
                          {"KAFKA_PORT_9092_TCP_ADDR", ""},
                          {"KAFKA_1_PORT_9092_TCP", ""},
                          {"SCHEMA_REGISTRY_SERVICE_HOST", ""},
                          {"PATH", "/bin"},
                          {"CAASKAFKA", ""}}),
              IsEmpty());
}

TEST(UnknownNamesTest, AnErrorCarriesThemAsNotes) {
  EXPECT_THAT(errorOf({{"KAFKA_SASL_ENABLED", "1"},
                       {"KAFKA_SASL_USERNAME", "u"},
                       {"KAFKA_SASL_PASWORD", "s3cret"}}),
              AllOf(HasSubstr("note: KAFKA_SASL_PASWORD"), Not(HasSubstr("s3cret"))));
}

}  // namespace
}  // namespace caas::kafka
