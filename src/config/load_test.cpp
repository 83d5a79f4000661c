#include <fstream>
#include <sstream>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "caas/kafka/settings.hpp"
#include "config/variable.hpp"

namespace caas::kafka {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr auto kNoDotEnv = "";

/// A folder of its own that goes with the test.
class LoadSettingsTest : public testing::Test {
 protected:
  LoadSettingsTest() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(testing::TempDir()) /
              ("caas-config-" + std::to_string(getpid()) + "-" + test->name());
    std::filesystem::create_directories(folder_);
  }
  ~LoadSettingsTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  std::filesystem::path write(const std::string& name, const std::string& text) {
    const auto path = folder_ / name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  static LoadedSettings load(const EnvironmentMap& environment,
                             const std::filesystem::path& dotEnv = kNoDotEnv) {
    auto loaded = loadSettings(environment, dotEnv);
    EXPECT_TRUE(loaded) << (loaded ? "" : loaded.error().describe());
    return loaded ? *std::move(loaded) : LoadedSettings{};
  }
  static std::string errorOf(const EnvironmentMap& environment,
                             const std::filesystem::path& dotEnv = kNoDotEnv) {
    const auto loaded = loadSettings(environment, dotEnv);
    EXPECT_FALSE(loaded);
    if (loaded) {
      return {};
    }
    EXPECT_EQ(loaded.error().code, ErrorCode::kInvalidConfiguration);
    EXPECT_FALSE(loaded.error().hint.empty());
    return loaded.error().message;
  }
  static SettingInForce row(const LoadedSettings& loaded, std::string_view name) {
    for (const auto& entry : loaded.inForce) {
      if (entry.name == name) {
        return entry;
      }
    }
    ADD_FAILURE() << "no row " << name;
    return {};
  }

  std::filesystem::path folder_;
};

TEST_F(LoadSettingsTest, NothingGivenIsTheDefaults) {
  const auto loaded = load({});
  EXPECT_THAT(loaded.settings.brokers,
              ElementsAre("kafka-1:29092", "kafka-2:29092", "kafka-3:29092"));
  EXPECT_EQ(loaded.settings.clientId, "caas-service");
  EXPECT_EQ(loaded.settings.schemaRegistry.url, "http://schema-registry:8081");
  EXPECT_EQ(loaded.settings.producer.acks, Acks::kAll);
  EXPECT_EQ(loaded.settings.producer.compression, Compression::kSnappy);
  EXPECT_EQ(loaded.settings.producer.linger, Milliseconds{5});
  EXPECT_EQ(loaded.settings.producer.retries, std::nullopt);
  EXPECT_EQ(loaded.settings.consumer.groupId, "caas-consumer-group");
  EXPECT_EQ(loaded.settings.consumer.sessionTimeout, Milliseconds{30'000});
  EXPECT_EQ(loaded.settings.defaultPartitions, 3);
  EXPECT_EQ(loaded.settings.messageRetentionDays, 30);
  EXPECT_THAT(loaded.warnings, IsEmpty());
  for (const auto& entry : loaded.inForce) {
    EXPECT_EQ(entry.source, SettingSource::kDefault) << entry.name;
    EXPECT_EQ(entry.value, entry.defaultValue) << entry.name;
    EXPECT_FALSE(entry.description.empty()) << entry.name;
  }
}

TEST_F(LoadSettingsTest, EnvironmentOverDotEnvOverDefaults) {
  const auto file = write(".env", "LOG_LEVEL=debug\nKAFKA_CLIENT_ID=from-file\n");
  const auto loaded = load({{"KAFKA_CLIENT_ID", " from-environment "}}, file);
  EXPECT_EQ(loaded.settings.clientId, "from-environment");
  EXPECT_EQ(loaded.settings.logLevel, LogLevel::kDebug);
  EXPECT_EQ(row(loaded, "KAFKA_CLIENT_ID").source, SettingSource::kEnvironment);
  EXPECT_EQ(row(loaded, "LOG_LEVEL").source, SettingSource::kDotEnv);
  EXPECT_EQ(row(loaded, "LOG_FORMAT").source, SettingSource::kDefault);
  EXPECT_EQ(row(loaded, "LOG_LEVEL").value, "debug");
  EXPECT_EQ(row(loaded, "LOG_LEVEL").defaultValue, "info");
}

TEST_F(LoadSettingsTest, ReadsEveryKindOfValue) {
  const auto loaded = load({{"KAFKA_BROKERS", "a:1, [::1]:2"},
                            {"PRODUCER_ACKS", "ALL"},
                            {"PRODUCER_COMPRESSION", "zstd"},
                            {"PRODUCER_LINGER_MS", "20"},
                            {"PRODUCER_BATCH_SIZE", "32768"},
                            {"PRODUCER_BATCH_MAX_BYTES", "500000"},
                            {"PRODUCER_DELIVERY_TIMEOUT_MS", "60000"},
                            {"PRODUCER_RETRIES", "3"},
                            {"PRODUCER_MAX_IN_FLIGHT", "1"},
                            {"PRODUCER_MAX_RECORD_BYTES", "2000"},
                            {"PRODUCER_QUEUE_MAX_RECORDS", "10"},
                            {"PRODUCER_QUEUE_MAX_BYTES", "2000000"},
                            {"PRODUCER_QUEUE_FULL_WAIT_MS", "0"},
                            {"CONSUMER_GROUP_ID", "g"},
                            {"CONSUMER_AUTO_OFFSET_RESET", "latest"},
                            {"CONSUMER_SESSION_TIMEOUT_MS", "6000"},
                            {"CONSUMER_MAX_POLL_RECORDS", "7"},
                            {"CONSUMER_GROUP_PROTOCOL", "consumer"},
                            {"CONSUMER_CONCURRENCY", "8"},
                            {"CONSUMER_MAX_IN_FLIGHT", "9"},
                            {"DEFAULT_PARTITIONS", "6"},
                            {"DEFAULT_REPLICATION_FACTOR", "1"},
                            {"MESSAGE_RETENTION_DAYS", "14"},
                            {"HTTP_LISTEN", "0.0.0.0:80"},
                            {"HTTP_OPS_LISTEN", "127.0.0.1:0"},
                            {"HTTP_ALLOW_CIDRS", "10.0.0.0/8,::1/128"},
                            {"KAFKA_JMX_URLS", "http://a:1,http://b:2"},
                            {"PROBE_INTERVAL_MS", "500"},
                            {"METRICS_PER_PARTITION", "yes"},
                            {"LOG_FORMAT", "json"}});
  const auto& settings = loaded.settings;
  EXPECT_THAT(settings.brokers, ElementsAre("a:1", "[::1]:2"));
  EXPECT_EQ(settings.producer.compression, Compression::kZstd);
  EXPECT_EQ(settings.producer.linger, Milliseconds{20});
  EXPECT_EQ(settings.producer.batchSizeBytes, 32'768);
  EXPECT_EQ(settings.producer.batchMaxBytes, 500'000);
  EXPECT_EQ(settings.producer.deliveryTimeout, Milliseconds{60'000});
  EXPECT_EQ(settings.producer.retries, 3);
  EXPECT_EQ(settings.producer.maxInFlight, 1);
  EXPECT_EQ(settings.producer.maxRecordBytes, 2'000);
  EXPECT_EQ(settings.producer.queueMaxRecords, 10);
  EXPECT_EQ(settings.producer.queueMaxBytes, 2'000'000);
  EXPECT_EQ(settings.producer.queueFullWait, Milliseconds{0});
  EXPECT_EQ(settings.consumer.groupId, "g");
  EXPECT_EQ(settings.consumer.autoOffsetReset, OffsetReset::kLatest);
  EXPECT_EQ(settings.consumer.sessionTimeout, Milliseconds{6'000});
  EXPECT_EQ(settings.consumer.maxPollRecords, 7);
  EXPECT_EQ(settings.consumer.groupProtocol, GroupProtocol::kConsumer);
  EXPECT_EQ(settings.consumer.concurrency, 8);
  EXPECT_EQ(settings.consumer.maxInFlight, 9);
  EXPECT_EQ(settings.defaultPartitions, 6);
  EXPECT_EQ(settings.defaultReplicationFactor, 1);
  EXPECT_EQ(settings.messageRetentionDays, 14);
  EXPECT_EQ(settings.http.listen, "0.0.0.0:80");
  EXPECT_EQ(settings.http.opsListen, "127.0.0.1:0");
  EXPECT_THAT(settings.http.allowCidrs, ElementsAre("10.0.0.0/8", "::1/128"));
  EXPECT_THAT(settings.jmxUrls, ElementsAre("http://a:1", "http://b:2"));
  EXPECT_EQ(settings.probeInterval, Milliseconds{500});
  EXPECT_TRUE(settings.metricsPerPartition);
  EXPECT_EQ(settings.logFormat, LogFormat::kJson);
}

TEST_F(LoadSettingsTest, TheProbeIsOffOrNotTooOften) {
  EXPECT_EQ(load({{"PROBE_INTERVAL_MS", "0"}}).settings.probeInterval, Milliseconds{0});
  for (const auto* bad : {"499", "3600001", "-1", "10s"}) {
    const auto loaded = loadSettings({{"PROBE_INTERVAL_MS", bad}}, "");
    ASSERT_FALSE(loaded) << bad;
    EXPECT_THAT(loaded.error().message, HasSubstr("PROBE_INTERVAL_MS"));
  }
}

TEST_F(LoadSettingsTest, EveryVariableTakesWhatItPrints) {
  const auto loaded = load({});
  EnvironmentMap again;
  for (const auto& entry : loaded.inForce) {
    if (!entry.value.empty()) {
      again[entry.name] = entry.value;
    }
  }
  const auto reloaded = load(again);
  for (const auto& entry : reloaded.inForce) {
    EXPECT_EQ(entry.value, entry.defaultValue) << entry.name;
  }
  EXPECT_THAT(reloaded.warnings, IsEmpty());
}

TEST_F(LoadSettingsTest, EmptyIsAnErrorForWhatIsNeededAndUnsetForTheRest) {
  for (const std::string name : {"KAFKA_BROKERS", "KAFKA_CLIENT_ID", "SCHEMA_REGISTRY_URL"}) {
    EXPECT_THAT(errorOf({{name, "  "}}), HasSubstr(name + " is set but empty"));
    EXPECT_THAT(errorOf({}, write(".env", name + "=\n")), HasSubstr(name + " is set but empty"));
  }
  const auto loaded =
      load({{"LOG_LEVEL", ""}}, write(".env", "LOG_LEVEL=debug\nPRODUCER_RETRIES=\n"));
  EXPECT_EQ(loaded.settings.logLevel, LogLevel::kInfo);
  EXPECT_EQ(row(loaded, "LOG_LEVEL").source, SettingSource::kDefault);
  EXPECT_EQ(loaded.settings.producer.retries, std::nullopt);
}

TEST_F(LoadSettingsTest, EveryBadValueIsReportedAtOnce) {
  const auto error = errorOf({{"PRODUCER_COMPRESSION", "brotli"},
                              {"KAFKA_BROKERS", "localhost,[::1]:9092,h:99999"},
                              {"DEFAULT_PARTITIONS", "many"}});
  EXPECT_THAT(error, HasSubstr("PRODUCER_COMPRESSION='brotli' is not allowed; allowed: none, gzip, "
                               "snappy, lz4, zstd"));
  EXPECT_THAT(error, AllOf(HasSubstr("'localhost': the port is missing"), HasSubstr("'h:99999'"),
                           Not(HasSubstr("'[::1]:9092'"))));
  EXPECT_THAT(error, HasSubstr("DEFAULT_PARTITIONS='many' is not allowed; allowed: 1 to 10000"));
  EXPECT_EQ(std::ranges::count(error, '\n'), 2);
}

TEST_F(LoadSettingsTest, RangesHoldAtTheirEnds) {
  for (const auto& [name, least, most] :
       {std::tuple{"CONSUMER_SESSION_TIMEOUT_MS", 6'000, 300'000},
        std::tuple{"PRODUCER_LINGER_MS", 0, 60'000}, std::tuple{"DEFAULT_PARTITIONS", 1, 10'000},
        std::tuple{"MESSAGE_RETENTION_DAYS", 1, 36'500},
        std::tuple{"PRODUCER_MAX_IN_FLIGHT", 1, 5}}) {
    EXPECT_TRUE(loadSettings({{name, std::to_string(least)}}, kNoDotEnv)) << name;
    EXPECT_TRUE(loadSettings({{name, std::to_string(most)}}, kNoDotEnv)) << name;
    EXPECT_THAT(errorOf({{name, std::to_string(least - 1)}}), HasSubstr(name));
    EXPECT_THAT(errorOf({{name, std::to_string(most + 1)}}), HasSubstr(name));
  }
}

TEST_F(LoadSettingsTest, PresetsChangeOnlyWhatWasNotGiven) {
  const auto loaded =
      load({{"PRODUCER_PRESET", "high-throughput"}, {"PRODUCER_BATCH_SIZE", "16384"}});
  EXPECT_EQ(loaded.settings.producer.linger, Milliseconds{10});
  EXPECT_EQ(loaded.settings.producer.batchSizeBytes, 16'384);
  EXPECT_EQ(row(loaded, "PRODUCER_LINGER_MS").source, SettingSource::kPreset);
  EXPECT_EQ(row(loaded, "PRODUCER_LINGER_MS").value, "10");
  EXPECT_EQ(row(loaded, "PRODUCER_BATCH_SIZE").source, SettingSource::kEnvironment);
  EXPECT_EQ(withPreset(loaded.settings.producer, ProducerPreset::kLowLatency).batchSizeBytes,
            16'384);
}

TEST_F(LoadSettingsTest, SecretsComeFromFilesToo) {
  const auto secret = write("password", "pa ss\n\n");
  const auto loaded = load({{"KAFKA_SASL_ENABLED", "true"},
                            {"KAFKA_SASL_USERNAME", "u"},
                            {"KAFKA_SASL_PASSWORD_FILE", secret.string()},
                            {"SCHEMA_REGISTRY_TOKEN", " spaces stay "}});
  EXPECT_EQ(loaded.settings.sasl.password.reveal(), "pa ss\n");
  EXPECT_EQ(loaded.settings.schemaRegistry.token.reveal(), " spaces stay ");
  EXPECT_EQ(row(loaded, "KAFKA_SASL_PASSWORD").source, SettingSource::kFile);
  EXPECT_EQ(row(loaded, "KAFKA_SASL_PASSWORD").value, "<redacted>");
  EXPECT_TRUE(row(loaded, "KAFKA_SASL_PASSWORD").secret);
  EXPECT_EQ(load({{"SCHEMA_REGISTRY_TOKEN_FILE", write("t", "tok\r\n").string()}})
                .settings.schemaRegistry.token.reveal(),
            "tok");
}

TEST_F(LoadSettingsTest, EachSecretHasAFileVariable) {
  const auto path = write("secret", "s3cret").string();
  const auto loaded = load({{"KAFKA_SASL_PASSWORD_FILE", path},
                            {"KAFKA_SSL_KEY_PASSWORD_FILE", path},
                            {"SCHEMA_REGISTRY_USERNAME", "u"},
                            {"SCHEMA_REGISTRY_PASSWORD_FILE", path}});
  EXPECT_EQ(loaded.settings.sasl.password.reveal(), "s3cret");
  EXPECT_EQ(loaded.settings.ssl.keyPassword.reveal(), "s3cret");
  EXPECT_EQ(loaded.settings.schemaRegistry.password.reveal(), "s3cret");
}

TEST_F(LoadSettingsTest, BadSecretFilesAreNamed) {
  const EnvironmentMap sasl{{"KAFKA_SASL_ENABLED", "1"}, {"KAFKA_SASL_USERNAME", "u"}};
  const auto with = [&](EnvironmentMap more) {
    more.insert(sasl.begin(), sasl.end());
    return errorOf(more);
  };
  const auto missing = (folder_ / "missing").string();
  const auto error = with({{"KAFKA_SASL_PASSWORD_FILE", missing}});
  EXPECT_THAT(error, AllOf(HasSubstr("KAFKA_SASL_PASSWORD_FILE"), HasSubstr(missing)));
  EXPECT_EQ(std::ranges::count(error, '\n'), 0) << error;
  EXPECT_THAT(with({{"KAFKA_SASL_PASSWORD_FILE", folder_.string()}}), HasSubstr("directory"));
  EXPECT_THAT(with({{"KAFKA_SASL_PASSWORD_FILE", write("empty", "\n").string()}}),
              HasSubstr("empty"));
  EXPECT_THAT(with({{"KAFKA_SASL_PASSWORD_FILE", write("a", "s3cret").string()},
                    {"KAFKA_SASL_PASSWORD", "s3cret"}}),
              AllOf(HasSubstr("KAFKA_SASL_PASSWORD and KAFKA_SASL_PASSWORD_FILE are both given"),
                    Not(HasSubstr("s3cret"))));
}

TEST_F(LoadSettingsTest, AFileThatIsNoSecretIsNotReadWhole) {
  EXPECT_THAT(errorOf({{"SCHEMA_REGISTRY_TOKEN_FILE", "/dev/zero"}}),
              HasSubstr("SCHEMA_REGISTRY_TOKEN_FILE: cannot read '/dev/zero': it has more than"));
}

TEST_F(LoadSettingsTest, TheEnvironmentsSecretWinsOverTheFilesEitherWay) {
  const auto file = write(".env", "KAFKA_SSL_KEY_PASSWORD=from-env-file\n");
  const auto secret = write("secret", "from-secret-file");
  EXPECT_EQ(load({{"KAFKA_SSL_KEY_PASSWORD_FILE", secret.string()}}, file)
                .settings.ssl.keyPassword.reveal(),
            "from-secret-file");
  EXPECT_EQ(load({}, file).settings.ssl.keyPassword.reveal(), "from-env-file");
}

TEST_F(LoadSettingsTest, SecretsAreNeverShown) {
  const EnvironmentMap secrets{{"KAFKA_SASL_PASSWORD", "s3cret"},
                               {"KAFKA_SSL_KEY_PASSWORD", "s3cret"},
                               {"SCHEMA_REGISTRY_TOKEN", "s3cret"}};
  for (const auto& entry : load(secrets).inForce) {
    EXPECT_THAT(entry.value, Not(HasSubstr("s3cret"))) << entry.name;
  }
  for (const auto& warning : load(secrets).warnings) {
    EXPECT_THAT(warning, Not(HasSubstr("s3cret")));
  }
  auto bad = secrets;
  bad["KAFKA_SASL_PASSWORD"] = std::string("s3cret\0", 7);
  bad["SCHEMA_REGISTRY_URL"] = "http://me:s3cret@registry:8081";
  bad["KAFKA_BROKERS"] = "me:s3cret@kafka:9092";
  bad["KAFKA_SASL_PASWORD"] = "s3cret";
  EXPECT_THAT(errorOf(bad), AllOf(HasSubstr("KAFKA_SASL_PASSWORD='<redacted>'"),
                                  HasSubstr("SCHEMA_REGISTRY_URL"), Not(HasSubstr("s3cret"))));
  std::ostringstream out;
  out << Secret("s3cret") << "|" << Secret();
  EXPECT_EQ(out.str(), "<redacted>|");
}

TEST_F(LoadSettingsTest, ABadDotEnvNamesItsLine) {
  EXPECT_THAT(errorOf({}, write(".env", "A=1\nB='x\n")), HasSubstr(".env:2: B: the closing '"));
}

TEST_F(LoadSettingsTest, ReadsThisProcess) {
  ASSERT_EQ(setenv("CAAS_TEST_OF_ENVIRONMENT", "a=b", 1), 0);
  EXPECT_EQ(processEnvironment().at("CAAS_TEST_OF_ENVIRONMENT"), "a=b");
  ASSERT_EQ(unsetenv("CAAS_TEST_OF_ENVIRONMENT"), 0);
}

}  // namespace
}  // namespace caas::kafka
