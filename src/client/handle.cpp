#include "client/handle.hpp"

#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/crypto.h>

#include "client/error_map.hpp"
#include "core/errors.hpp"

namespace caas::kafka::client {
namespace {

LogLevel levelOf(int syslogLevel) {
  // librdkafka logs a refused connection as an error (3): for us it is a warning, since it is
  // retried; what is fatal arrives as an event of its own.
  if (syslogLevel <= 2) {
    return LogLevel::kError;
  }
  return syslogLevel <= 4 ? LogLevel::kWarn : LogLevel::kDebug;
}

void logEvent(rd_kafka_t* client, rd_kafka_event_t* event) {
  const char* facility = nullptr;
  const char* text = nullptr;
  int level = 7;
  if (rd_kafka_event_log(event, &facility, &text, &level) == 0) {
    log::write(levelOf(level), "kafka client",
               {{"client", rd_kafka_name(client)}, {"facility", facility}, {"text", text}});
  }
}

/// "sasl_ssl://host:9092/bootstrap" → "host:9092".
std::string_view addressOf(std::string_view brokerName) {
  if (const auto scheme = brokerName.find("://"); scheme != brokerName.npos) {
    brokerName.remove_prefix(scheme + 3);
  }
  return brokerName.substr(0, brokerName.find('/'));
}

/// "caas-service-consumer#consumer-1" → "caas-service-consumer": what brokers know it as.
std::string clientIdOf(const rd_kafka_t* client) {
  const std::string_view name = rd_kafka_name(client);
  return std::string(name.substr(0, name.rfind('#')));
}

}  // namespace

void prepareForStaticClients() {
  // With no option it would do nothing.
  OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CRYPTO_STRINGS, nullptr);
}

ConnectionState::ConnectionState(const rd_kafka_t* client, std::vector<std::string> brokers)
    : brokers_(std::move(brokers)), meter_(clientIdOf(client)) {}

void ConnectionState::onError(rd_kafka_resp_err_t code, std::string_view text) {
  if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
    allDown_ = true;
    return;
  }
  // "host:port/id: what happened (after 1ms in state CONNECT)"
  const auto colon = text.find(": ");
  if (colon == text.npos) {
    return;
  }
  const std::string_view happened = text.substr(colon + 2);
  const std::lock_guard lock(mutex_);
  lastError_[std::string(addressOf(text.substr(0, colon)))] =
      happened.substr(0, happened.find(" (after "));
}

void ConnectionState::onFatal(Error error) {
  const std::lock_guard lock(mutex_);
  if (!fatal_) {
    fatal_ = std::move(error);
  }
}

std::optional<Error> ConnectionState::fatal() const {
  const std::lock_guard lock(mutex_);
  return fatal_;
}

std::string ConnectionState::report() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> parts;
  for (const auto& broker : brokers_) {
    const auto known = lastError_.find(broker);
    parts.push_back(
        fmt::format("{}: {}", broker, known == lastError_.end() ? "no answer" : known->second));
  }
  return fmt::format("{}", fmt::join(parts, "; "));
}

bool serveCommonEvent(rd_kafka_t* client, rd_kafka_event_t* event, ConnectionState& state) {
  switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_LOG: logEvent(client, event); return true;
    case RD_KAFKA_EVENT_STATS: state.onStatistics(rd_kafka_event_stats(event)); return true;
    case RD_KAFKA_EVENT_ERROR: {
      const auto code = rd_kafka_event_error(event);
      if (rd_kafka_event_error_is_fatal(event) != 0) {
        std::array<char, 512> text{};
        const auto underlying = rd_kafka_fatal_error(client, text.data(), text.size());
        Error error = mapError(underlying, "the Kafka client gave up for good", text.data());
        error.fatal = true;
        log::error("kafka client fatal error",
                   {{"client", rd_kafka_name(client)}, {"error", error.message}});
        state.onFatal(std::move(error));
      } else {
        state.onError(code, rd_kafka_event_error_string(event));
        log::debug("kafka client error", {{"client", rd_kafka_name(client)},
                                          {"error", rd_kafka_event_error_string(event)}});
      }
      return true;
    }
    default: return false;
  }
}

Result<rd_kafka_t*> makeClient(rd_kafka_type_t type, ConfPtr conf) {
  std::array<char, 512> reason{};
  rd_kafka_t* client = rd_kafka_new(type, conf.get(), reason.data(), reason.size());
  if (client == nullptr) {
    return fail(errors::invalidConfiguration(
        fmt::format("the Kafka client cannot be made: {}", reason.data()),
        "`caas-kafka config` shows the settings in force"));
  }
  // Ownership went to the client.
  static_cast<void>(conf.release());
  rd_kafka_set_log_queue(client, nullptr);
  return client;
}

Error explainUnreachable(Error error, const ConnectionState& state, Milliseconds waited) {
  const bool aboutTheNetwork =
      error.code == ErrorCode::kTimeout || error.code == ErrorCode::kConnectionTimeout;
  if (!aboutTheNetwork || !state.unreachable()) {
    return error;
  }
  const std::string report = state.report();
  Error explained = errors::connectionTimeout(fmt::format("{}", fmt::join(state.brokers(), ", ")),
                                              report, waited);
  if (report.find("uthentication") != report.npos || report.find("SSL") != report.npos) {
    explained.code = ErrorCode::kAuthentication;
    explained.hint = "Check KAFKA_SASL_* and KAFKA_SSL_* against the cluster's listeners";
    explained.retriable = false;
  }
  return explained;
}

}  // namespace caas::kafka::client
