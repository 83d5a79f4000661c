#include "config/variable.hpp"
#include "config/variable_kinds.hpp"

namespace caas::kafka::config {
namespace {

std::string brokerProblem(std::string_view text) { return hostPortProblem(text, 1); }
std::string listenProblem(std::string_view text) { return hostPortProblem(text, 0); }

constexpr std::int64_t kMaxInt = 2'147'483'647;
constexpr Range kRecordBytes{1'024, 1'000'000'000};

Variable needed(Variable row) {
  row.needed = true;
  return row;
}

VariableGroup clusterGroup() {
  return {"Cluster",
          "Which Kafka, and who we are to it.",
          {needed(listVariable("KAFKA_BROKERS", "host:port, comma-separated; IPv6 as [::1]:9092",
                               "Brokers to begin with; the others are learned from them.",
                               brokerProblem, CAAS_SETTING(brokers))),
           needed(textVariable("KAFKA_CLIENT_ID", "up to 249 characters",
                               "How brokers name us in their logs, metrics and quotas.",
                               nameProblem, CAAS_SETTING(clientId)))}};
}

/// The number, or nothing: librdkafka then retries until the delivery timeout.
Variable retriesVariable() {
  return {.name = "PRODUCER_RETRIES",
          .allowed = "0 to 2147483647; at least 1 with PRODUCER_ACKS=all",
          .description =
              "Tries after the first one; back-off 100 ms doubling to 1 s. Not set: until "
              "PRODUCER_DELIVERY_TIMEOUT_MS, which loses nothing in a broker's restart. "
              "A small number fails records when in-sync replicas are short for a second.",
          .set = [](Settings& settings, const std::string& text) -> std::string {
            const auto value = parseInteger(text);
            if (!value || *value < 0 || *value > kMaxInt) {
              return std::string(kNotAllowed);
            }
            settings.producer.retries = static_cast<int>(*value);
            return {};
          },
          .get =
              [](const Settings& settings) {
                return settings.producer.retries ? std::to_string(*settings.producer.retries) : "";
              }};
}

VariableGroup producerGroup() {
  return {
      "Producer",
      "Safe by default: idempotent, acknowledged by all in-sync replicas.",
      {enumVariable(
           "PRODUCER_PRESET",
           "A named set of the four settings below it (see Presets). A setting that is given "
           "itself wins.",
           CAAS_SETTING(producer.preset)),
       numberVariable("PRODUCER_LINGER_MS", {0, 60'000},
                      "How long a batch waits for more records. Longer costs latency and saves "
                      "requests.",
                      CAAS_SETTING(producer.linger)),
       enumVariable("PRODUCER_COMPRESSION", "How batches are compressed.",
                    CAAS_SETTING(producer.compression)),
       numberVariable(
           "PRODUCER_BATCH_SIZE", {1, 100'000'000},
           "Bytes at which a batch stops lingering. While it waits for the wire it grows "
           "on. The present client has no such target: until our own produce path lands "
           "it is checked and kept, and changes nothing.",
           CAAS_SETTING(producer.batchSizeBytes)),
       numberVariable("PRODUCER_BATCH_MAX_BYTES", {1'024, 100'000'000},
                      "Most bytes in one batch. A topic takes 1048588 unless its max.message.bytes "
                      "says otherwise.",
                      CAAS_SETTING(producer.batchMaxBytes)),
       enumVariable(
           "PRODUCER_ACKS",
           "Who must have a record before it counts as delivered. Only `all` is idempotent: "
           "with `1` and `0` records can be lost and doubled.",
           CAAS_SETTING(producer.acks)),
       numberVariable("PRODUCER_DELIVERY_TIMEOUT_MS", {100, 86'400'000},
                      "An accepted record is delivered within this time or reported as failed.",
                      CAAS_SETTING(producer.deliveryTimeout)),
       retriesVariable(),
       numberVariable("PRODUCER_MAX_IN_FLIGHT", {1, 1'000},
                      "Requests under way to one broker; at most 5 with PRODUCER_ACKS=all, which "
                      "keeps order through retries.",
                      CAAS_SETTING(producer.maxInFlight)),
       numberVariable("PRODUCER_MAX_RECORD_BYTES", kRecordBytes,
                      "Largest record that is accepted: key, value and headers together.",
                      CAAS_SETTING(producer.maxRecordBytes)),
       numberVariable("PRODUCER_QUEUE_MAX_RECORDS", {1, 10'000'000},
                      "Most records that are accepted and not yet delivered.",
                      CAAS_SETTING(producer.queueMaxRecords)),
       numberVariable("PRODUCER_QUEUE_MAX_BYTES", {1'048'576, 68'719'476'736},
                      "Most bytes of them.", CAAS_SETTING(producer.queueMaxBytes)),
       numberVariable("PRODUCER_QUEUE_FULL_WAIT_MS", {0, 600'000},
                      "How long a send waits for room in a full queue before it is refused.",
                      CAAS_SETTING(producer.queueFullWait))}};
}

VariableGroup consumerGroup() {
  return {
      "Consumer",
      "Manual commits: an offset is committed once its record was handled.",
      {textVariable("CONSUMER_GROUP_ID", "up to 249 characters", "The group, unless one is named.",
                    nameProblem, CAAS_SETTING(consumer.groupId)),
       enumVariable("CONSUMER_AUTO_OFFSET_RESET",
                    "Where a group begins that has committed nothing yet.",
                    CAAS_SETTING(consumer.autoOffsetReset)),
       numberVariable("CONSUMER_SESSION_TIMEOUT_MS", {6'000, 300'000},
                      "A member that is silent for so long is out of the group. Under the protocol "
                      "`consumer` the brokers hold it as the group's own setting "
                      "consumer.session.timeout.ms.",
                      CAAS_SETTING(consumer.sessionTimeout)),
       numberVariable("CONSUMER_MAX_POLL_RECORDS", {1, 100'000}, "Most records taken in one poll.",
                      CAAS_SETTING(consumer.maxPollRecords)),
       enumVariable("CONSUMER_GROUP_PROTOCOL",
                    "`consumer` is KIP-848: the brokers assign, and nobody stops while they do.",
                    CAAS_SETTING(consumer.groupProtocol)),
       numberVariable("CONSUMER_CONCURRENCY", {1, 10'000}, "Handlers that run at the same time.",
                      CAAS_SETTING(consumer.concurrency)),
       numberVariable("CONSUMER_MAX_IN_FLIGHT", {1, 10'000'000},
                      "Records taken from Kafka and not yet handled.",
                      CAAS_SETTING(consumer.maxInFlight))}};
}

VariableGroup topicsGroup() {
  return {"Topics",
          "What an entry of the catalog gets that doesn't say otherwise.",
          {numberVariable("DEFAULT_PARTITIONS", {1, 10'000}, "Partitions.",
                          CAAS_SETTING(defaultPartitions)),
           numberVariable("DEFAULT_REPLICATION_FACTOR", {1, 100},
                          "Copies of each record; min.insync.replicas becomes min(2, this). A "
                          "cluster needs at least so many brokers.",
                          CAAS_SETTING(defaultReplicationFactor)),
           numberVariable("MESSAGE_RETENTION_DAYS", {1, 36'500}, "Days that records are kept.",
                          CAAS_SETTING(messageRetentionDays)),
           pathVariable("CAAS_CATALOG",
                        "The catalog to use instead of the one in the binary (config/topics.yaml).",
                        CAAS_SETTING(catalogFile))}};
}

VariableGroup securityGroup() {
  return {
      "Security towards Kafka",
      "Both off by default, which is for development. In production switch both on: SASL says who "
      "we "
      "are, TLS keeps it from being read on the way.",
      {boolVariable("KAFKA_SASL_ENABLED", "Log in with user and password.",
                    CAAS_SETTING(sasl.enabled)),
       textVariable("KAFKA_SASL_USERNAME", "up to 249 characters", "The user.", nameProblem,
                    CAAS_SETTING(sasl.username)),
       secretVariable("KAFKA_SASL_PASSWORD", "The password.", CAAS_SETTING(sasl.password)),
       enumVariable("KAFKA_SASL_MECHANISM", "How the password is proven. PLAIN sends it as it is.",
                    CAAS_SETTING(sasl.mechanism)),
       boolVariable("KAFKA_SSL_ENABLED", "Speak TLS.", CAAS_SETTING(ssl.enabled)),
       pathVariable("KAFKA_SSL_CA_LOCATION",
                    "Certificates that are trusted (PEM). Not set: the system's.",
                    CAAS_SETTING(ssl.caLocation)),
       pathVariable("KAFKA_SSL_CERT_LOCATION", "Our certificate (PEM), if brokers ask for one.",
                    CAAS_SETTING(ssl.certLocation)),
       pathVariable("KAFKA_SSL_KEY_LOCATION", "Its key (PEM).", CAAS_SETTING(ssl.keyLocation)),
       secretVariable("KAFKA_SSL_KEY_PASSWORD", "The key's password.",
                      CAAS_SETTING(ssl.keyPassword))}};
}

VariableGroup registryGroup() {
  return {"Schema registry",
          "Any registry that speaks the Confluent API; its plain URL is enough.",
          {needed(textVariable("SCHEMA_REGISTRY_URL",
                               "http://host:port or https://host:port; several with commas between",
                               "Where it is. Of several, one that fails makes way for the next.",
                               urlListProblem, CAAS_SETTING(schemaRegistry.url))),
           textVariable("SCHEMA_REGISTRY_USERNAME", "up to 249 characters",
                        "User, if it asks for user and password.", nameProblem,
                        CAAS_SETTING(schemaRegistry.username)),
           secretVariable("SCHEMA_REGISTRY_PASSWORD", "Password.",
                          CAAS_SETTING(schemaRegistry.password)),
           secretVariable("SCHEMA_REGISTRY_TOKEN", "Bearer token, instead of user and password.",
                          CAAS_SETTING(schemaRegistry.token)),
           pathVariable("SCHEMA_REGISTRY_CA_LOCATION",
                        "Certificates that are trusted (PEM). Not set: the system's.",
                        CAAS_SETTING(schemaRegistry.caLocation)),
           enumVariable("SCHEMA_REGISTRY_EVENT_FORMAT",
                        "What built-in events are published as: plain JSON, for which no registry "
                        "is needed, or Avro, JSON or Protobuf by the registry's schemas.",
                        CAAS_SETTING(schemaRegistry.eventFormat)),
           enumVariable("SCHEMA_REGISTRY_SUBJECTS",
                        "How subjects are named: by the catalog's entry (one for all tenants), the "
                        "topic, the record, or both.",
                        CAAS_SETTING(schemaRegistry.subjects)),
           boolVariable("SCHEMA_REGISTRY_AUTO_REGISTER",
                        "Register the built-in events' schemas where they are missing. Without it "
                        "`caas-kafka schemas register` does.",
                        CAAS_SETTING(schemaRegistry.autoRegister))}};
}

VariableGroup httpGroup() {
  return {
      "HTTP",
      "The service's own doors.",
      {textVariable("HTTP_LISTEN", "address:port; port 0 takes a free one",
                    "API and console. Beyond loopback it needs tokens, and TLS or a named proxy.",
                    listenProblem, CAAS_SETTING(http.listen)),
       textVariable("HTTP_OPS_LISTEN", "address:port; port 0 takes a free one",
                    "Probes and /metrics.", listenProblem, CAAS_SETTING(http.opsListen)),
       pathVariable("HTTP_TOKENS_FILE", "The tokens that are let in.",
                    CAAS_SETTING(http.tokensFile)),
       pathVariable("HTTP_TLS_CERT", "Our certificate (PEM).", CAAS_SETTING(http.tlsCert)),
       pathVariable("HTTP_TLS_KEY", "Its key (PEM).", CAAS_SETTING(http.tlsKey)),
       listVariable("HTTP_ALLOW_CIDRS", "networks such as 10.0.0.0/8, comma-separated",
                    "Who may connect. Not set: everybody who can.", cidrProblem,
                    CAAS_SETTING(http.allowCidrs)),
       listVariable("HTTP_TRUSTED_PROXIES", "networks such as 10.0.0.0/8, comma-separated",
                    "Proxies in front of the service: what they say of the caller's address "
                    "(X-Forwarded-For) and of TLS (X-Forwarded-Proto) is believed.",
                    cidrProblem, CAAS_SETTING(http.trustedProxies)),
       listVariable(
           "HTTP_HOSTS", "host names, comma-separated",
           "Names that the service is called by (the Host header, and Origin in browsers). "
           "On loopback localhost and its addresses are known already; beyond it every "
           "name is taken unless this is set.",
           hostNameProblem, CAAS_SETTING(http.hosts))}};
}

Variable probeVariable() {
  return {
      .name = "PROBE_INTERVAL_MS",
      .allowed = "0 (never), or 500 to 3600000",
      .description =
          "How often the daemon sends a record through each broker as leader and waits until it "
          "reads it again (topic internal.probe).",
      .set = [](Settings& settings, const std::string& text) -> std::string {
        const auto value = parseInteger(text);
        if (!value || (*value != 0 && (*value < 500 || *value > 3'600'000))) {
          return std::string(kNotAllowed);
        }
        settings.probeInterval = Milliseconds{*value};
        return {};
      },
      .get =
          [](const Settings& settings) { return std::to_string(settings.probeInterval.count()); }};
}

VariableGroup observingGroup() {
  return {"Observing",
          "",
          {enumVariable("LOG_LEVEL", "Least weight of a line that is written (to stderr).",
                        CAAS_SETTING(logLevel)),
           enumVariable("LOG_FORMAT", "One line a fact, for people or for machines.",
                        CAAS_SETTING(logFormat)),
           listVariable("KAFKA_JMX_URLS", "http URLs, comma-separated",
                        "The brokers' JMX exporters; the controller can be asked there.",
                        urlProblem, CAAS_SETTING(jmxUrls)),
           probeVariable(),
           boolVariable("METRICS_PER_PARTITION",
                        "Series for each partition among the metrics (docs/metrics.md). With "
                        "thousands of partitions they are many.",
                        CAAS_SETTING(metricsPerPartition))}};
}

}  // namespace

std::span<const VariableGroup> variableGroups() {
  static const std::vector<VariableGroup> kGroups{clusterGroup(), producerGroup(), consumerGroup(),
                                                  topicsGroup(),  securityGroup(), registryGroup(),
                                                  httpGroup(),    observingGroup()};
  return kGroups;
}

std::string fileNameOf(const Variable& variable) { return variable.name + "_FILE"; }

std::vector<std::string_view> knownNames() {
  static const std::vector<std::string> kFileNames = [] {
    std::vector<std::string> names;
    for (const auto& group : variableGroups()) {
      for (const auto& variable : group.variables) {
        if (variable.secret) {
          names.push_back(fileNameOf(variable));
        }
      }
    }
    return names;
  }();
  std::vector<std::string_view> names(kFileNames.begin(), kFileNames.end());
  for (const auto& group : variableGroups()) {
    for (const auto& variable : group.variables) {
      names.emplace_back(variable.name);
    }
  }
  return names;
}

}  // namespace caas::kafka::config
