#pragma once

// A tenant's life as platform events (event type "platform-event", key = tenant id):
//   tenant.created   topics of the tenant were created
//   tenant.deleting  its deletion begins; written before anything is deleted
//   tenant.deleted   its topics are gone
// The last two reserve the tenant's name: whoever creates tenants, in any process, looks for them.
// Two, because a process that dies in the middle of a deletion has left the first, and because the
// time is to count from the end of a long one.

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "caas/kafka/clock.hpp"
#include "caas/kafka/record.hpp"

namespace caas::kafka::topics {

inline constexpr std::string_view kPlatformEventType = "platform-event";
inline constexpr std::string_view kTenantCreated = "tenant.created";
inline constexpr std::string_view kTenantDeleting = "tenant.deleting";
inline constexpr std::string_view kTenantDeleted = "tenant.deleted";

/// How long a deleted tenant's name is refused: a consumer that was not told commits late, and its
/// commit must not land on a new topic of the same name.
inline constexpr std::chrono::seconds kNameReservation{60};

struct TenantEvent {
  std::string eventId;
  std::string tenantId;
  std::string_view name;
  std::map<std::string, std::string> details;
  Timestamp at{};
};

/// As a PlatformEvent in JSON (caas/kafka/events.hpp; the types of produce/ are above this folder).
[[nodiscard]] std::string encodeTenantEvent(const TenantEvent& event);

/// The deletion that a record of the platform's events tells of; nullopt for all others, and for
/// what cannot be read.
struct Deletion {
  std::string tenantId;
  Timestamp at{};
};
[[nodiscard]] std::optional<Deletion> deletionIn(const ReceivedRecord& record);

}  // namespace caas::kafka::topics
