#include "topics/tenant_events.hpp"

#include <gtest/gtest.h>

#include "caas/kafka/events.hpp"

namespace caas::kafka::topics {
namespace {

constexpr Timestamp kAt{Milliseconds{1'790'000'000'123}};

ReceivedRecord recordOf(std::string_view name) {
  ReceivedRecord record;
  record.timestamp = kAt;
  record.key = "acme";
  record.value = encodeTenantEvent({"id-1", "acme", name, {{"topics", "5"}}, kAt});
  record.headers = {{"caas.type", "platform-event"}};
  return record;
}

TEST(TenantEvents, AreReadAsPlatformEvents) {
  const auto event = eventFromJson("platform-event", *recordOf(kTenantDeleted).value);
  ASSERT_TRUE(event) << event.error().describe();
  PlatformEvent same;
  same.eventId = "id-1";
  same.tenantId = "acme";
  same.name = "tenant.deleted";
  same.details = {{"topics", "5"}};
  same.at = kAt;
  EXPECT_EQ(eventToJson(*event), eventToJson(toEvent(same)));
  EXPECT_EQ(eventToJson(*event), *recordOf(kTenantDeleted).value);
}

TEST(TenantEvents, BothEndsOfADeletionReserveTheName) {
  for (const auto name : {kTenantDeleting, kTenantDeleted}) {
    const auto deletion = deletionIn(recordOf(name));
    ASSERT_TRUE(deletion) << name;
    EXPECT_EQ(deletion->tenantId, "acme");
    EXPECT_EQ(deletion->at, kAt);
  }
}

TEST(TenantEvents, OthersAndGarbageAreNoDeletion) {
  EXPECT_FALSE(deletionIn(recordOf(kTenantCreated)));
  auto record = recordOf(kTenantDeleted);
  record.headers.clear();
  EXPECT_FALSE(deletionIn(record));
  record = recordOf(kTenantDeleted);
  record.key.reset();
  EXPECT_FALSE(deletionIn(record));
  for (const char* value : {"", "{", "[]", "{\"name\":3}", "\"tenant.deleted\""}) {
    record = recordOf(kTenantDeleted);
    record.value = value;
    EXPECT_FALSE(deletionIn(record)) << value;
  }
}

}  // namespace
}  // namespace caas::kafka::topics
