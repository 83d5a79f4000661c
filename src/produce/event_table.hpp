#pragma once

// The one description of the built-in events: for each type its fields, their rules, and the
// struct's members that hold them. Documentation, validation, JSON and toEvent all read it.

#include <array>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>

#include "caas/kafka/events.hpp"

namespace caas::kafka::produce {

/// Where a field lives in the struct of its event type. An empty optional (and an empty string of a
/// generated id, and an empty map) is a missing field.
template <class E>
using Member = std::variant<std::string E::*, std::optional<std::string> E::*, bool E::*,
                            std::optional<Timestamp> E::*, std::map<std::string, std::string> E::*>;

template <class E>
struct FieldBinding {
  EventField field;
  Member<E> member;
};

inline constexpr std::array<std::string_view, 4> kPresenceStates{"online", "away", "busy",
                                                                 "offline"};
inline constexpr std::array<std::string_view, 3> kOutcomes{"success", "failure", "denied"};
inline constexpr std::array<std::string_view, 3> kSeverities{"info", "warning", "critical"};

constexpr EventField required(std::string_view name, std::string_view description) {
  return {.name = name, .required = true, .description = description};
}
constexpr EventField optionalField(std::string_view name, std::string_view description) {
  return {.name = name, .description = description};
}
/// What people write; may be empty.
constexpr EventField freeText(std::string_view name, bool mustBeThere,
                              std::string_view description) {
  return {.name = name, .required = mustBeThere, .description = description, .mayBeEmpty = true};
}
constexpr EventField oneOf(std::string_view name, std::span<const std::string_view> allowed,
                           std::string_view description) {
  return {.name = name, .required = true, .description = description, .allowed = allowed};
}
constexpr EventField generatedId(std::string_view name) {
  return {.name = name, .generatedId = true, .description = "id; a UUIDv7 when missing"};
}
constexpr EventField eventTime(std::string_view name, std::string_view description) {
  return {
      .name = name, .kind = FieldKind::kTimestamp, .eventTime = true, .description = description};
}
constexpr EventField flag(std::string_view name, bool mustBeThere, std::string_view description) {
  return {
      .name = name, .kind = FieldKind::kBool, .required = mustBeThere, .description = description};
}
constexpr EventField stringMap(std::string_view name, std::string_view description) {
  return {.name = name, .kind = FieldKind::kStringMap, .description = description};
}

/// Specialized for each event struct: kType, kBindings.
template <class E>
struct EventTable;

template <>
struct EventTable<ChatMessage> {
  using E = ChatMessage;
  static constexpr std::string_view kType = "message";
  static constexpr std::array kBindings{
      FieldBinding<E>{generatedId("messageId"), &E::messageId},
      FieldBinding<E>{required("conversationId", "messages of one stay in order"),
                      &E::conversationId},
      FieldBinding<E>{required("userId", "who wrote it"), &E::userId},
      FieldBinding<E>{freeText("text", true, "what was written"), &E::text},
      FieldBinding<E>{optionalField("replyTo", "messageId of the message that it answers"),
                      &E::replyTo},
      FieldBinding<E>{eventTime("sentAt", "when it was sent; now when missing"), &E::sentAt}};
};

template <>
struct EventTable<Reaction> {
  using E = Reaction;
  static constexpr std::string_view kType = "reaction";
  static constexpr std::array kBindings{
      FieldBinding<E>{required("conversationId", "where the message stands"), &E::conversationId},
      FieldBinding<E>{required("messageId", "the message that was reacted to"), &E::messageId},
      FieldBinding<E>{required("userId", "who reacted"), &E::userId},
      FieldBinding<E>{required("emoji", "the reaction"), &E::emoji},
      FieldBinding<E>{flag("removed", false, "true: taken back; false when missing"), &E::removed},
      FieldBinding<E>{eventTime("at", "when; now when missing"), &E::at}};
};

template <>
struct EventTable<Typing> {
  using E = Typing;
  static constexpr std::string_view kType = "typing";
  static constexpr std::array kBindings{
      FieldBinding<E>{required("conversationId", "where"), &E::conversationId},
      FieldBinding<E>{required("userId", "who"), &E::userId},
      FieldBinding<E>{flag("typing", true, "true: began; false: stopped"), &E::typing},
      FieldBinding<E>{eventTime("at", "when; now when missing"), &E::at}};
};

template <>
struct EventTable<ReadReceipt> {
  using E = ReadReceipt;
  static constexpr std::string_view kType = "read-receipt";
  static constexpr std::array kBindings{
      FieldBinding<E>{required("conversationId", "where"), &E::conversationId},
      FieldBinding<E>{required("messageId", "everything up to it was read"), &E::messageId},
      FieldBinding<E>{required("userId", "who read"), &E::userId},
      FieldBinding<E>{eventTime("at", "when; now when missing"), &E::at}};
};

template <>
struct EventTable<Presence> {
  using E = Presence;
  static constexpr std::string_view kType = "presence";
  static constexpr std::array kBindings{
      FieldBinding<E>{required("userId", "whose; the last state of each user is kept"), &E::userId},
      FieldBinding<E>{oneOf("state", kPresenceStates, "the user's state"), &E::state},
      FieldBinding<E>{freeText("statusText", false, "what the user says about it"), &E::statusText},
      FieldBinding<E>{eventTime("at", "since when; now when missing"), &E::at}};
};

template <>
struct EventTable<AnalyticsEvent> {
  using E = AnalyticsEvent;
  static constexpr std::string_view kType = "analytics";
  static constexpr std::array kBindings{
      FieldBinding<E>{generatedId("eventId"), &E::eventId},
      FieldBinding<E>{required("name", "what happened, e.g. \"message.opened\""), &E::name},
      FieldBinding<E>{optionalField("userId", "who did it"), &E::userId},
      FieldBinding<E>{stringMap("properties", "names and values"), &E::properties},
      FieldBinding<E>{eventTime("at", "when; now when missing"), &E::at}};
};

template <>
struct EventTable<Notification> {
  using E = Notification;
  static constexpr std::string_view kType = "notification";
  static constexpr std::array kBindings{
      FieldBinding<E>{generatedId("notificationId"), &E::notificationId},
      FieldBinding<E>{required("userId", "whom to tell"), &E::userId},
      FieldBinding<E>{required("kind", "e.g. \"mention\""), &E::kind},
      FieldBinding<E>{required("title", "headline"), &E::title},
      FieldBinding<E>{freeText("body", false, "text"), &E::body},
      FieldBinding<E>{eventTime("at", "when; now when missing"), &E::at}};
};

template <>
struct EventTable<PlatformEvent> {
  using E = PlatformEvent;
  static constexpr std::string_view kType = "platform-event";
  static constexpr std::array kBindings{
      FieldBinding<E>{generatedId("eventId"), &E::eventId},
      FieldBinding<E>{optionalField("tenantId", "whose; missing: the platform's own"),
                      &E::tenantId},
      FieldBinding<E>{required("name", "what happened, e.g. \"tenant.created\""), &E::name},
      FieldBinding<E>{stringMap("details", "names and values"), &E::details},
      FieldBinding<E>{eventTime("at", "when; now when missing"), &E::at}};
};

template <>
struct EventTable<AuditEvent> {
  using E = AuditEvent;
  static constexpr std::string_view kType = "audit";
  static constexpr std::array kBindings{
      FieldBinding<E>{generatedId("eventId"), &E::eventId},
      FieldBinding<E>{optionalField("tenantId", "whose; missing: the platform's own"),
                      &E::tenantId},
      FieldBinding<E>{required("actor", "who did it"), &E::actor},
      FieldBinding<E>{required("action", "what, e.g. \"tenant.delete\""), &E::action},
      FieldBinding<E>{required("resource", "on what"), &E::resource},
      FieldBinding<E>{oneOf("outcome", kOutcomes, "how it ended"), &E::outcome},
      FieldBinding<E>{stringMap("details", "names and values"), &E::details},
      FieldBinding<E>{eventTime("at", "when; now when missing"), &E::at}};
};

template <>
struct EventTable<PlatformNotification> {
  using E = PlatformNotification;
  static constexpr std::string_view kType = "platform-notification";
  static constexpr std::array kBindings{
      FieldBinding<E>{generatedId("notificationId"), &E::notificationId},
      FieldBinding<E>{optionalField("tenantId", "whose; missing: the platform's own"),
                      &E::tenantId},
      FieldBinding<E>{oneOf("severity", kSeverities, "how urgent"), &E::severity},
      FieldBinding<E>{required("title", "headline"), &E::title},
      FieldBinding<E>{freeText("body", false, "text"), &E::body},
      FieldBinding<E>{eventTime("at", "when; now when missing"), &E::at}};
};

/// Every built-in event.
using BuiltInEvents =
    std::tuple<ChatMessage, Reaction, Typing, ReadReceipt, Presence, AnalyticsEvent, Notification,
               PlatformEvent, AuditEvent, PlatformNotification>;

/// The fields of a built-in type without a copy; nullptr for another.
struct EventTypeInfo {
  std::string_view type;
  std::span<const EventField> fields;
};
[[nodiscard]] const EventTypeInfo* findEventType(std::string_view type);
/// "message, reaction, …", for errors.
[[nodiscard]] std::string builtInTypeNames();

}  // namespace caas::kafka::produce
