#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "caas/kafka/catalog.hpp"
#include "caas/kafka/clock.hpp"
#include "client/admin.hpp"
#include "client/producer_client.hpp"
#include "topics/deadline.hpp"
#include "topics/tenant_events.hpp"

namespace caas::kafka::topics {

/// Tenant id → when its last deletion was written.
using Deletions = std::map<std::string, Timestamp, std::less<>>;

/// Writes the tenants' events to the topic of platform events and reads the recent deletions back.
/// Records are delivered at least once, and read twice they mean the same. Thread-safe.
class TenantLog final : private client::DeliverySink {
 public:
  TenantLog(const Settings& settings, const Catalog& catalog, Clock& clock,
            Random& random = systemRandom());
  ~TenantLog() override;
  TenantLog(const TenantLog&) = delete;
  TenantLog& operator=(const TenantLog&) = delete;

  /// The topic's definition; nullptr when the catalog has none (then nothing is written or found).
  [[nodiscard]] const TopicDefinition* definition() const { return definition_; }

  /// Writes one event for each tenant and waits until all are acknowledged.
  [[nodiscard]] Result<void> publish(std::string_view name, const std::vector<TenantId>& tenants,
                                     const std::map<std::string, std::string>& details,
                                     const Deadline& deadline);

  /// "tenant.created": the topics are there, so that an event that cannot be written is a warning
  /// in the log and no error.
  void announceCreated(const client::ClusterMetadata& metadata,
                       const std::vector<TenantId>& tenants, const Deadline& deadline);

  /// Deletions of the last 60 s: of `only` by reading the one partition that its key hashes to,
  /// else of all tenants.
  [[nodiscard]] Result<Deletions> recentDeletions(client::AdminClient& admin,
                                                  const client::ClusterMetadata& metadata,
                                                  const TenantId* only, const Deadline& deadline);

  /// kTenantNameReserved when the tenant was deleted less than 60 s ago.
  [[nodiscard]] Result<void> refuseIfReserved(client::AdminClient& admin,
                                              const client::ClusterMetadata& metadata,
                                              const TenantId& tenant, const Deadline& deadline);

  /// The error for a tenant that was deleted at `at`; nullopt when that is long enough ago.
  [[nodiscard]] std::optional<Error> reservation(std::string_view tenant, Timestamp at) const;

 private:
  void onDeliveries(std::span<const client::DeliveryOutcome> outcomes) noexcept override;
  /// Made at the first event, and anew after a fatal error. Under producerMutex_.
  [[nodiscard]] Result<client::ProducerClient*> producer();
  [[nodiscard]] Result<void> send(const TenantEvent& event, std::uint64_t token);
  [[nodiscard]] Result<void> awaitAll(const std::vector<std::uint64_t>& tokens,
                                      std::string_view name, const Deadline& deadline);

  const Settings settings_;
  const TopicDefinition* definition_;
  Clock& clock_;
  Random& random_;

  std::mutex mutex_;
  std::condition_variable delivered_;
  std::uint64_t lastToken_ = 0;
  /// Sent and not yet waited for: no value while the record is under way.
  std::map<std::uint64_t, std::optional<Result<void>>> outcomes_;

  std::mutex producerMutex_;
  std::unique_ptr<client::ProducerClient> producer_;
};

}  // namespace caas::kafka::topics
