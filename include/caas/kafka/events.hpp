#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "caas/kafka/catalog.hpp"
#include "caas/kafka/clock.hpp"
#include "caas/kafka/result.hpp"

namespace caas::kafka {

// The built-in events (design: one struct for each event type of the catalog). An empty id is
// filled with a UUIDv7 and a missing time with now when the event is published.

/// "message" on chat.messages.{tenant}, in order per conversation.
struct ChatMessage {
  std::string messageId{};
  std::string conversationId{};
  std::string userId{};
  std::string text{};
  std::optional<std::string> replyTo{};  ///< messageId of the message that this one answers
  std::optional<Timestamp> sentAt{};
};

/// "reaction" on chat.events.{tenant}, in order per user.
struct Reaction {
  std::string conversationId{};
  std::string messageId{};
  std::string userId{};
  std::string emoji{};
  bool removed = false;
  std::optional<Timestamp> at{};
};

/// "typing" on chat.events.{tenant}.
struct Typing {
  std::string conversationId{};
  std::string userId{};
  bool typing = true;
  std::optional<Timestamp> at{};
};

/// "read-receipt" on chat.events.{tenant}: everything up to messageId was read.
struct ReadReceipt {
  std::string conversationId{};
  std::string messageId{};
  std::string userId{};
  std::optional<Timestamp> at{};
};

/// "presence" on presence.{tenant}: the last state per user is kept (compacted).
struct Presence {
  std::string userId{};
  std::string state{};  ///< online | away | busy | offline
  std::optional<std::string> statusText{};
  std::optional<Timestamp> at{};
};

/// "analytics" on analytics.{tenant}, unordered.
struct AnalyticsEvent {
  std::string eventId{};
  std::string name{};
  std::optional<std::string> userId{};
  std::map<std::string, std::string> properties{};
  std::optional<Timestamp> at{};
};

/// "notification" on notifications.{tenant}, in order per user.
struct Notification {
  std::string notificationId{};
  std::string userId{};
  std::string kind{};
  std::string title{};
  std::string body{};
  std::optional<Timestamp> at{};
};

/// "platform-event" on platform.events, in order per tenant (or `_platform`).
struct PlatformEvent {
  std::string eventId{};
  std::optional<std::string> tenantId{};
  std::string name{};  ///< e.g. "tenant.created"
  std::map<std::string, std::string> details{};
  std::optional<Timestamp> at{};
};

/// "audit" on platform.audit, kept 365 days.
struct AuditEvent {
  std::string eventId{};
  std::optional<std::string> tenantId{};
  std::string actor{};
  std::string action{};
  std::string resource{};
  std::string outcome{};  ///< success | failure | denied
  std::map<std::string, std::string> details{};
  std::optional<Timestamp> at{};
};

/// "platform-notification" on platform.notifications.
struct PlatformNotification {
  std::string notificationId{};
  std::optional<std::string> tenantId{};
  std::string severity{};  ///< info | warning | critical
  std::string title{};
  std::string body{};
  std::optional<Timestamp> at{};
};

/// A built-in event where it stands, whichever it is.
using EventRef =
    std::variant<const ChatMessage*, const Reaction*, const Typing*, const ReadReceipt*,
                 const Presence*, const AnalyticsEvent*, const Notification*, const PlatformEvent*,
                 const AuditEvent*, const PlatformNotification*>;
using MutableEventRef =
    std::variant<ChatMessage*, Reaction*, Typing*, ReadReceipt*, Presence*, AnalyticsEvent*,
                 Notification*, PlatformEvent*, AuditEvent*, PlatformNotification*>;

/// "message", …: the type's name. What it points to is not looked at.
[[nodiscard]] std::string_view typeOf(const EventRef& event);

/// How a field of an event is written in JSON.
enum class FieldKind { kString, kBool, kTimestamp, kStringMap };

/// One field of an event type, for documentation, validation and NDJSON import.
struct EventField {
  std::string_view name;
  FieldKind kind = FieldKind::kString;
  bool required = false;
  bool generatedId = false;  ///< filled with a UUIDv7 when missing
  bool eventTime = false;    ///< filled with now when missing; becomes header caas.event-time
  std::string_view description;
  std::span<const std::string_view> allowed{};  ///< the only words there are; empty: any
  bool mayBeEmpty = false;  ///< "" is a value (text of people); for ids and words it is an error
};

/// The fields of an event type, or nullopt for one that the library doesn't know (a type that was
/// added to the catalog: its events are published as raw values).
[[nodiscard]] std::optional<std::vector<EventField>> eventFields(std::string_view type);

using FieldValue = std::variant<std::string, bool, Timestamp, std::map<std::string, std::string>>;

/// An event in generic form: what the typed structs, NDJSON import and HTTP all become.
struct Event {
  std::string type;
  std::map<std::string, FieldValue, std::less<>> fields;
};

[[nodiscard]] Event toEvent(const ChatMessage& event);
[[nodiscard]] Event toEvent(const Reaction& event);
[[nodiscard]] Event toEvent(const Typing& event);
[[nodiscard]] Event toEvent(const ReadReceipt& event);
[[nodiscard]] Event toEvent(const Presence& event);
[[nodiscard]] Event toEvent(const AnalyticsEvent& event);
[[nodiscard]] Event toEvent(const Notification& event);
[[nodiscard]] Event toEvent(const PlatformEvent& event);
[[nodiscard]] Event toEvent(const AuditEvent& event);
[[nodiscard]] Event toEvent(const PlatformNotification& event);

/// And back: an event's fields into the struct of its type; a field that is missing leaves the
/// member as it is. Errors: kInvalidArgument (another type, a required field that is missing or of
/// another kind).
[[nodiscard]] Result<void> fromEvent(const Event& event, ChatMessage& typed);
[[nodiscard]] Result<void> fromEvent(const Event& event, Reaction& typed);
[[nodiscard]] Result<void> fromEvent(const Event& event, Typing& typed);
[[nodiscard]] Result<void> fromEvent(const Event& event, ReadReceipt& typed);
[[nodiscard]] Result<void> fromEvent(const Event& event, Presence& typed);
[[nodiscard]] Result<void> fromEvent(const Event& event, AnalyticsEvent& typed);
[[nodiscard]] Result<void> fromEvent(const Event& event, Notification& typed);
[[nodiscard]] Result<void> fromEvent(const Event& event, PlatformEvent& typed);
[[nodiscard]] Result<void> fromEvent(const Event& event, AuditEvent& typed);
[[nodiscard]] Result<void> fromEvent(const Event& event, PlatformNotification& typed);

/// Source field → our field, e.g. {"conversation", "conversationId"}.
using FieldMap = std::map<std::string, std::string, std::less<>>;

/// Longest JSON text and deepest nesting that eventFromJson reads.
inline constexpr std::size_t kMaxEventJsonBytes = 16 * 1024 * 1024;
inline constexpr std::size_t kMaxEventJsonDepth = 16;

/// Reads one JSON object (a line of NDJSON) as an event of `type`: fields by our names or through
/// `map`; names that are neither are left out and appended to `ignoredFields`, each name once. Null
/// is a missing field. Where a string is expected an integer is taken as its decimal text (ids of
/// databases are numbers), in a string map a boolean too; a fraction has no single text and is
/// refused. Of a name that stands twice in the object the last counts. Errors (kInvalidArgument)
/// name the field, what was found and what is allowed.
[[nodiscard]] Result<Event> eventFromJson(std::string_view type, std::string_view json,
                                          const FieldMap& map = {},
                                          std::vector<std::string>* ignoredFields = nullptr);
/// The event as one JSON object, fields in the order of eventFields(), times as ISO 8601 in UTC.
/// Strings must be UTF-8 (publishing checks that).
[[nodiscard]] std::string eventToJson(const Event& event);

}  // namespace caas::kafka
