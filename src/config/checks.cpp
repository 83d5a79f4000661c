#include "config/checks.hpp"

#include <filesystem>
#include <initializer_list>
#include <unistd.h>

#include <fmt/format.h>

namespace caas::kafka::config {
namespace {

constexpr int kMaxIdempotentInFlight = 5;  // KIP-98: what a broker remembers per producer
constexpr std::int64_t kDefaultTopicLimit = 1'048'588;

class Checker {
 public:
  Checker(const Settings& settings, const IsGiven& isGiven, Findings& findings)
      : settings_(settings), isGiven_(isGiven), findings_(findings) {}

  void run() {
    producer();
    sasl();
    ssl();
    registry();
    http();
    file("CAAS_CATALOG", settings_.catalogFile);
  }

 private:
  template <class... Args>
  void error(fmt::format_string<Args...> format, Args&&... args) {
    findings_.errors.push_back(fmt::format(format, std::forward<Args>(args)...));
  }
  template <class... Args>
  void warn(fmt::format_string<Args...> format, Args&&... args) {
    findings_.warnings.push_back(fmt::format(format, std::forward<Args>(args)...));
  }

  void producer() {
    const auto& producer = settings_.producer;
    if (producer.acks == Acks::kAll) {
      if (producer.retries == 0) {
        error(
            "PRODUCER_RETRIES=0: with PRODUCER_ACKS=all at least 1 is needed; leave it out to "
            "retry until PRODUCER_DELIVERY_TIMEOUT_MS");
      }
      if (producer.maxInFlight > kMaxIdempotentInFlight) {
        error("PRODUCER_MAX_IN_FLIGHT={}: with PRODUCER_ACKS=all 1 to {} are allowed",
              producer.maxInFlight, kMaxIdempotentInFlight);
      }
    } else {
      warn(
          "PRODUCER_ACKS={}: the producer is not idempotent, so a retry can write a record twice "
          "and out of order, and a broker that dies can take acknowledged records with it",
          toString(producer.acks));
    }
    if (producer.linger >= producer.deliveryTimeout) {
      error("PRODUCER_LINGER_MS={}: it must be less than PRODUCER_DELIVERY_TIMEOUT_MS={}",
            producer.linger.count(), producer.deliveryTimeout.count());
    }
    if (producer.queueMaxBytes < producer.maxRecordBytes) {
      error(
          "PRODUCER_QUEUE_MAX_BYTES={}: the largest record (PRODUCER_MAX_RECORD_BYTES={}) would "
          "never fit",
          producer.queueMaxBytes, producer.maxRecordBytes);
    }
    largerThanTopics("PRODUCER_MAX_RECORD_BYTES", producer.maxRecordBytes);
    largerThanTopics("PRODUCER_BATCH_MAX_BYTES", producer.batchMaxBytes);
  }

  void largerThanTopics(std::string_view name, std::int64_t bytes) {
    if (bytes > kDefaultTopicLimit) {
      warn("{}={}: a topic takes {} bytes in a batch unless its max.message.bytes is raised", name,
           bytes, kDefaultTopicLimit);
    }
  }

  void sasl() {
    if (!settings_.sasl.enabled) {
      ignored("KAFKA_SASL_ENABLED", {"KAFKA_SASL_USERNAME", "KAFKA_SASL_PASSWORD"});
      return;
    }
    if (!isGiven_("KAFKA_SASL_USERNAME")) {
      error("KAFKA_SASL_USERNAME is missing: KAFKA_SASL_ENABLED=true needs it");
    }
    if (!isGiven_("KAFKA_SASL_PASSWORD")) {
      error(
          "KAFKA_SASL_PASSWORD (or KAFKA_SASL_PASSWORD_FILE) is missing: KAFKA_SASL_ENABLED=true "
          "needs it");
    }
    if (settings_.sasl.mechanism == SaslMechanism::kPlain && !settings_.ssl.enabled) {
      warn(
          "KAFKA_SASL_MECHANISM=PLAIN without KAFKA_SSL_ENABLED=true sends the password in the "
          "clear");
    }
  }

  void ssl() {
    const auto& ssl = settings_.ssl;
    if (!ssl.enabled) {
      ignored("KAFKA_SSL_ENABLED", {"KAFKA_SSL_CA_LOCATION", "KAFKA_SSL_CERT_LOCATION",
                                    "KAFKA_SSL_KEY_LOCATION", "KAFKA_SSL_KEY_PASSWORD"});
      return;
    }
    file("KAFKA_SSL_CA_LOCATION", ssl.caLocation, true);
    file("KAFKA_SSL_CERT_LOCATION", ssl.certLocation);
    file("KAFKA_SSL_KEY_LOCATION", ssl.keyLocation);
    together("KAFKA_SSL_CERT_LOCATION", "KAFKA_SSL_KEY_LOCATION");
  }

  void registry() {
    together("SCHEMA_REGISTRY_USERNAME", "SCHEMA_REGISTRY_PASSWORD");
    if (isGiven_("SCHEMA_REGISTRY_TOKEN") &&
        (isGiven_("SCHEMA_REGISTRY_USERNAME") || isGiven_("SCHEMA_REGISTRY_PASSWORD"))) {
      error(
          "SCHEMA_REGISTRY_TOKEN and SCHEMA_REGISTRY_USERNAME/_PASSWORD are both given: the "
          "registry takes one of them");
    }
    file("SCHEMA_REGISTRY_CA_LOCATION", settings_.schemaRegistry.caLocation, true);
  }

  void http() {
    const auto& http = settings_.http;
    if (http.listen == http.opsListen && !http.listen.ends_with(":0")) {
      error("HTTP_LISTEN and HTTP_OPS_LISTEN are both {}: they need a port each", http.listen);
    }
    together("HTTP_TLS_CERT", "HTTP_TLS_KEY");
    file("HTTP_TOKENS_FILE", http.tokensFile);
    file("HTTP_TLS_CERT", http.tlsCert);
    file("HTTP_TLS_KEY", http.tlsKey);
  }

  void together(std::string_view a, std::string_view b) {
    const bool hasA = isGiven_(a);
    const bool hasB = isGiven_(b);
    if (hasA != hasB) {
      error("{} is given without {}: both are needed", hasA ? a : b, hasA ? b : a);
    }
  }

  void ignored(std::string_view switchName, std::initializer_list<std::string_view> names) {
    for (const auto name : names) {
      if (isGiven_(name)) {
        warn("{} has no effect: {} is false", name, switchName);
      }
    }
  }

  void file(std::string_view name, const std::filesystem::path& path, bool orFolder = false) {
    if (path.empty()) {
      return;
    }
    std::error_code failure;
    const auto status = std::filesystem::status(path, failure);
    if (!std::filesystem::exists(status)) {
      error("{}='{}': there is no such file", name, path.string());
    } else if (std::filesystem::is_directory(status) && !orFolder) {
      error("{}='{}': it is a directory", name, path.string());
    } else if (access(path.c_str(), R_OK) != 0) {
      error("{}='{}': it may not be read by this user", name, path.string());
    }
  }

  const Settings& settings_;
  const IsGiven& isGiven_;
  Findings& findings_;
};

}  // namespace

void checkSettings(const Settings& settings, const IsGiven& isGiven, Findings& findings) {
  Checker(settings, isGiven, findings).run();
}

}  // namespace caas::kafka::config
