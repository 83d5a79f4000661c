#include "client/replica_explainer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "core/errors.hpp"

namespace caas::kafka::client {
namespace {

/// Deliveries wait meanwhile, so it is short.
constexpr int kLookTimeMs = 500;
constexpr std::chrono::seconds kFresh{5};
constexpr std::size_t kMostTopics = 1'000;
constexpr const char* kMinInSync = "min.insync.replicas";

std::optional<int> numberOf(const rd_kafka_ConfigResource_t* resource, std::string_view name) {
  std::size_t count = 0;
  const auto** entries = rd_kafka_ConfigResource_configs(resource, &count);
  for (std::size_t i = 0; i < count; ++i) {
    const char* value = rd_kafka_ConfigEntry_value(entries[i]);
    if (value == nullptr || name != rd_kafka_ConfigEntry_name(entries[i])) {
      continue;
    }
    const std::string_view text{value};
    int number = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc{}) {
      return number;
    }
  }
  return std::nullopt;
}

}  // namespace

Error ReplicaExplainer::explain(const Error& error, rd_kafka_topic_t* topic, int partition) {
  const Look& look = lookAt(topic);
  const auto index = static_cast<std::size_t>(partition);
  if (!look.needed || partition < 0 || index >= look.inSync.size()) {
    return error;
  }
  return errors::notEnoughInSync(rd_kafka_topic_name(topic), partition, look.inSync[index],
                                 *look.needed, look.brokersUp);
}

const ReplicaExplainer::Look& ReplicaExplainer::lookAt(rd_kafka_topic_t* topic) {
  const std::string name = rd_kafka_topic_name(topic);
  const auto now = std::chrono::steady_clock::now();
  if (const auto found = looks_.find(name);
      found != looks_.end() && now - found->second.at < kFresh) {
    return found->second;
  }
  if (looks_.size() >= kMostTopics) {
    looks_.clear();
  }
  Look& look = looks_[name];
  look = {};
  look.at = now;
  const rd_kafka_metadata_t* raw = nullptr;
  if (rd_kafka_metadata(handle_, 0, topic, &raw, kLookTimeMs) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return look;
  }
  const Owned<const rd_kafka_metadata_t, rd_kafka_metadata_destroy> owner(raw);
  look.brokersUp = raw->broker_cnt;
  for (int i = 0; raw->topic_cnt > 0 && i < raw->topics[0].partition_cnt; ++i) {
    const auto& partition = raw->topics[0].partitions[i];
    const auto index = static_cast<std::size_t>(partition.id);
    look.inSync.resize(std::max(look.inSync.size(), index + 1));
    look.inSync[index] = partition.isr_cnt;
  }
  look.needed = minInSync(name);
  return look;
}

std::optional<int> ReplicaExplainer::minInSync(const std::string& topic) {
  const Owned<rd_kafka_ConfigResource_t, rd_kafka_ConfigResource_destroy> wanted(
      rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  rd_kafka_ConfigResource_set_config(wanted.get(), kMinInSync, "");
  const AdminOptionsPtr options(
      rd_kafka_AdminOptions_new(handle_, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS));
  std::array<char, 128> ignored{};
  rd_kafka_AdminOptions_set_request_timeout(options.get(), kLookTimeMs, ignored.data(),
                                            ignored.size());
  const QueuePtr queue(rd_kafka_queue_new(handle_));
  std::array<rd_kafka_ConfigResource_t*, 1> resources{wanted.get()};
  rd_kafka_DescribeConfigs(handle_, resources.data(), resources.size(), options.get(), queue.get());
  const EventPtr event(rd_kafka_queue_poll(queue.get(), kLookTimeMs));
  if (!event || rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return std::nullopt;
  }
  std::size_t count = 0;
  const auto** results = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  return count == 1 ? numberOf(results[0], kMinInSync) : std::nullopt;
}

}  // namespace caas::kafka::client
