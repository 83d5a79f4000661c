#include "client/config.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "caas/kafka/version.hpp"
#include "core/errors.hpp"

namespace caas::kafka::client {
namespace {

/// For the metrics of connections. Each time the client describes all its partitions too, a
/// kilobyte each.
constexpr Milliseconds kStatisticsInterval{10'000};

}  // namespace

ConfBuilder::ConfBuilder(const Settings& settings, std::string_view purpose)
    : conf_(rd_kafka_conf_new()) {
  set("bootstrap.servers", fmt::format("{}", fmt::join(settings.brokers, ",")));
  set("client.id", fmt::format("{}-{}", settings.clientId, purpose));
  set("client.software.name", "caas-kafka");
  set("client.software.version", kVersion);
  set("log.queue", "true");
  set("log.connection.close", "false");
  set("socket.keepalive.enable", "true");
  set("socket.nagle.disable", "true");
  // A host that answers nothing is given up after 10 s and not after half a minute; a broker that
  // comes back is found within 2 s (librdkafka waits up to 10 s).
  set("socket.connection.setup.timeout.ms", 10'000);
  set("socket.timeout.ms", 30'000);
  set("reconnect.backoff.ms", 50);
  set("reconnect.backoff.max.ms", 2'000);
  set("allow.auto.create.topics", "false");
  // How long an unknown topic is hoped for; createTenantTopics has waited for its own already.
  set("topic.metadata.propagation.max.ms", 5'000);

  const bool ssl = settings.ssl.enabled;
  const bool sasl = settings.sasl.enabled;
  set("security.protocol",
      sasl ? (ssl ? "sasl_ssl" : "sasl_plaintext") : (ssl ? "ssl" : "plaintext"));
  if (sasl) {
    set("sasl.mechanism", toString(settings.sasl.mechanism));
    set("sasl.username", settings.sasl.username);
    set("sasl.password", settings.sasl.password.reveal());
  }
  if (ssl) {
    const std::array<std::pair<const char*, const std::filesystem::path*>, 3> files{{
        {"ssl.ca.location", &settings.ssl.caLocation},
        {"ssl.certificate.location", &settings.ssl.certLocation},
        {"ssl.key.location", &settings.ssl.keyLocation},
    }};
    for (const auto& [name, path] : files) {
      if (!path->empty()) {
        set(name, path->string());
      }
    }
    if (!settings.ssl.keyPassword.empty()) {
      set("ssl.key.password", settings.ssl.keyPassword.reveal());
    }
  }
}

ConfBuilder& ConfBuilder::set(const char* name, std::string_view value) {
  std::array<char, 512> reason{};
  const std::string text(value);
  if (rd_kafka_conf_set(conf_.get(), name, text.c_str(), reason.data(), reason.size()) !=
      RD_KAFKA_CONF_OK) {
    // librdkafka's reason repeats the value, so a secret's is left out.
    const std::string_view property(name);
    const bool secret = property.ends_with("password");
    refused_.push_back(secret ? fmt::format("{}: refused", property)
                              : fmt::format("{}: {}", property, reason.data()));
  }
  return *this;
}

ConfBuilder& ConfBuilder::set(const char* name, std::int64_t value) {
  return set(name, std::to_string(value));
}

ConfBuilder& ConfBuilder::events(int mask) {
  rd_kafka_conf_set_events(conf_.get(), mask);
  return *this;
}

ConfBuilder& ConfBuilder::statistics() {
  return set("statistics.interval.ms", kStatisticsInterval.count());
}

Result<ConfPtr> ConfBuilder::take() {
  if (!refused_.empty()) {
    return fail(errors::invalidConfiguration(
        fmt::format("the Kafka client refuses {}", fmt::join(refused_, "; ")),
        "`caas-kafka config` shows which variable each value came from"));
  }
  return std::move(conf_);
}

Result<ConfPtr> producerConf(const Settings& settings, const ProducerSettings& producer,
                             std::string_view purpose) {
  ConfBuilder conf(settings, purpose);
  const bool idempotent = producer.acks == Acks::kAll;
  conf.set("acks", producer.acks == Acks::kAll      ? "all"
                   : producer.acks == Acks::kLeader ? "1"
                                                    : "0");
  conf.set("enable.idempotence", idempotent ? "true" : "false");
  conf.set("compression.codec", toString(producer.compression));
  conf.set("linger.ms", producer.linger.count());
  conf.set("batch.size", producer.batchMaxBytes);
  // A limit of one request and of one record in librdkafka. Records are checked by our own limit
  // first; the slack is for the batch's own fields.
  constexpr std::int64_t kBatchOverheadBytes = 4096;
  conf.set("message.max.bytes",
           std::max(producer.maxRecordBytes + kBatchOverheadBytes, producer.batchMaxBytes));
  conf.set("delivery.timeout.ms", producer.deliveryTimeout.count());
  conf.set("retries", producer.retries.value_or(std::numeric_limits<std::int32_t>::max()));
  conf.set("retry.backoff.ms", 100);
  conf.set("retry.backoff.max.ms", 1'000);
  conf.set("max.in.flight.requests.per.connection", producer.maxInFlight);
  // Where the Java client would put them; librdkafka's own default is another hash.
  conf.set("partitioner", "murmur2_random");
  // Our own bounds come first (produce/), so these must never bite. librdkafka counts a record
  // until the whole event with its report is destroyed, so that as many again may be counted as we
  // bound.
  conf.set("queue.buffering.max.messages",
           std::min<std::int64_t>(2 * producer.queueMaxRecords + 1'000, 2'147'483'647));
  conf.set("queue.buffering.max.kbytes",
           std::min<std::int64_t>(2 * (producer.queueMaxBytes / 1024) + 16 * 1024, 2'147'483'647));
  conf.statistics();
  conf.events(RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_LOG | RD_KAFKA_EVENT_STATS);
  return conf.take();
}

}  // namespace caas::kafka::client
