#include "topics/tenant_log.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>

#include "caas/kafka/partition_strategy.hpp"
#include "core/errors.hpp"
#include "core/log.hpp"
#include "topics/scan.hpp"
#include "topics/wanted.hpp"

namespace caas::kafka::topics {
namespace {

// One record: it is told to be lost rather than kept for the two minutes of a busy producer.
constexpr Milliseconds kDeliveryTimeout{30'000};
constexpr Milliseconds kAnnounceLimit{5'000};

Settings forFewRecords(Settings settings) {
  settings.producer.deliveryTimeout = kDeliveryTimeout;
  settings.producer.linger = Milliseconds{0};
  settings.producer.acks = Acks::kAll;
  return settings;
}

const TopicDefinition* definitionIn(const Catalog& catalog) {
  const TopicDefinition* definition = catalog.findByEventType(kPlatformEventType);
  return definition != nullptr && !definition->perTenant() ? definition : nullptr;
}

}  // namespace

TenantLog::TenantLog(const Settings& settings, const Catalog& catalog, Clock& clock, Random& random)
    : settings_(forFewRecords(settings)),
      definition_(definitionIn(catalog)),
      clock_(clock),
      random_(random) {}

TenantLog::~TenantLog() = default;

Result<void> TenantLog::publish(std::string_view name, const std::vector<TenantId>& tenants,
                                const std::map<std::string, std::string>& details,
                                const Deadline& deadline) {
  std::vector<std::uint64_t> tokens;
  Result<void> sent;
  for (const TenantId& tenant : tenants) {
    std::uint64_t token = 0;
    {
      const std::scoped_lock lock(mutex_);
      token = ++lastToken_;
      outcomes_.emplace(token, std::nullopt);
    }
    sent = send({makeId(clock_, random_), tenant.str(), name, details, clock_.now()}, token);
    if (!sent) {
      const std::scoped_lock lock(mutex_);
      outcomes_.erase(token);
      break;
    }
    tokens.push_back(token);
  }
  auto arrived = awaitAll(tokens, name, deadline);
  return sent ? std::move(arrived) : std::move(sent);
}

Result<client::ProducerClient*> TenantLog::producer() {
  if (producer_ == nullptr || producer_->fatalError()) {
    CAAS_ASSIGN(producer_,
                client::ProducerClient::create(settings_, ProducerPreset::kDefault, *this));
  }
  return producer_.get();
}

Result<void> TenantLog::send(const TenantEvent& event, std::uint64_t token) {
  const std::string value = encodeTenantEvent(event);
  const std::string at = std::to_string(event.at.time_since_epoch().count());
  const std::array<HeaderView, 2> headers{HeaderView{"caas.type", kPlatformEventType},
                                          HeaderView{"caas.event-time", at}};
  const Record record{.topic = definition_->pattern,
                      .key = event.tenantId,
                      .value = value,
                      .headers = headers,
                      .partition = {},
                      .timestamp = event.at};
  const std::scoped_lock lock(producerMutex_);
  CAAS_ASSIGN(client::ProducerClient* const client, producer());
  return client->produce(record, token);
}

void TenantLog::onDeliveries(std::span<const client::DeliveryOutcome> outcomes) noexcept {
  const std::scoped_lock lock(mutex_);
  for (const auto& outcome : outcomes) {
    // Else nobody waits for it any more.
    if (const auto found = outcomes_.find(outcome.token); found != outcomes_.end()) {
      found->second = outcome.error == nullptr ? Result<void>{} : fail(*outcome.error);
    }
  }
  delivered_.notify_all();
}

Result<void> TenantLog::awaitAll(const std::vector<std::uint64_t>& tokens, std::string_view name,
                                 const Deadline& deadline) {
  std::unique_lock lock(mutex_);
  const bool all = delivered_.wait_for(lock, deadline.left(), [&] {
    return std::ranges::all_of(tokens, [&](auto token) { return outcomes_.at(token).has_value(); });
  });
  Result<void> result;
  if (!all) {
    result = fail(errors::timeout(fmt::format("writing '{}' to '{}'", name, definition_->pattern),
                                  deadline.total()));
  }
  for (const std::uint64_t token : tokens) {
    const auto& outcome = outcomes_.at(token);
    if (outcome && !*outcome && result) {
      result = *outcome;
    }
    outcomes_.erase(token);
  }
  return result;
}

void TenantLog::announceCreated(const client::ClusterMetadata& metadata,
                                const std::vector<TenantId>& tenants, const Deadline& deadline) {
  if (definition_ == nullptr || findTopic(metadata, definition_->pattern) == nullptr) {
    return;
  }
  const Deadline limit(clock_, deadline.slice(kAnnounceLimit));
  if (const auto written = publish(kTenantCreated, tenants, {}, limit); !written) {
    log::warn("tenant created, but its event was not written",
              {{"tenants", tenants.size()}, {"error", written.error().message}});
  }
}

Result<Deletions> TenantLog::recentDeletions(client::AdminClient& admin,
                                             const client::ClusterMetadata& metadata,
                                             const TenantId* only, const Deadline& deadline) {
  const client::TopicDescription* topic =
      definition_ == nullptr ? nullptr : findTopic(metadata, definition_->pattern);
  if (topic == nullptr || topic->partitions.empty()) {
    return Deletions{};
  }
  std::vector<client::TopicPartition> partitions;
  const int count = static_cast<int>(topic->partitions.size());
  const int first = only == nullptr ? 0 : PartitionStrategy::partitionFor(only->str(), count);
  const int last = only == nullptr ? count : first + 1;
  for (int partition = first; partition < last; ++partition) {
    partitions.push_back({topic->name, partition});
  }

  const auto since = client::OffsetSpec::at(clock_.now() - kNameReservation);
  Deletions deletions;
  const auto read = retryingAnywhere(clock_, admin, deadline, [&]() -> Result<void> {
    deletions.clear();
    CAAS_ASSIGN(auto ranges, rangesToEnd(admin, partitions, since, deadline));
    return scanRecords(settings_, std::move(ranges), topic->name, deadline,
                       [&](const ReceivedRecord& record) {
                         if (auto deletion = deletionIn(record)) {
                           auto& at = deletions[deletion->tenantId];
                           at = std::max(at, deletion->at);
                         }
                       });
  });
  if (!read) {
    Error error = read.error();
    error.message =
        fmt::format("looking for recently deleted tenants in '{}': {}", topic->name, error.message);
    return fail(std::move(error));
  }
  return deletions;
}

Result<void> TenantLog::refuseIfReserved(client::AdminClient& admin,
                                         const client::ClusterMetadata& metadata,
                                         const TenantId& tenant, const Deadline& deadline) {
  CAAS_ASSIGN(const Deletions deletions, recentDeletions(admin, metadata, &tenant, deadline));
  if (const auto found = deletions.find(tenant.str()); found != deletions.end()) {
    if (auto error = reservation(tenant.str(), found->second)) {
      return fail(*std::move(error));
    }
  }
  return {};
}

std::optional<Error> TenantLog::reservation(std::string_view tenant, Timestamp at) const {
  const auto left = std::chrono::ceil<std::chrono::seconds>(at + kNameReservation - clock_.now());
  if (left <= std::chrono::seconds{0}) {
    return std::nullopt;
  }
  return errors::tenantNameReserved(tenant, left);
}

}  // namespace caas::kafka::topics
