#include "cli/event_sink.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "cli/import_command.hpp"
#include "core/errors.hpp"

namespace caas::kafka::cli {
namespace {

constexpr std::size_t kIgnoredNamesKept = 50;

/// The text of a field that a key can be made from; "" if it is missing.
std::string keyField(const boost::json::object& object, const FieldMap& map,
                     std::string_view name) {
  std::string_view source = name;
  for (const auto& [from, to] : map) {
    if (to == name) {
      source = from;
    }
  }
  const auto* found = object.if_contains(source);
  if (found == nullptr || found->is_null()) {
    return {};
  }
  return found->is_string() ? std::string{found->as_string()} : boost::json::serialize(*found);
}

}  // namespace

EventSink::EventSink(std::shared_ptr<EventPublisher> publisher, EventTarget target)
    : publisher_(std::move(publisher)),
      target_(std::move(target)),
      headers_(viewsOf(target_.headers)),
      known_(eventFields(target_.type).has_value()) {}

Result<void> EventSink::submit(std::string_view line, DeliveryCallback onDelivery) {
  if (!known_) {
    return submitRaw(line, std::move(onDelivery));
  }
  ignoredNow_.clear();
  CAAS_ASSIGN(auto event, eventFromJson(target_.type, line, target_.map, &ignoredNow_));
  CAAS_TRY(publisher_->publishEvent(target_.tenant ? &*target_.tenant : nullptr, std::move(event),
                                    std::move(onDelivery), {.headers = headers_}));
  for (const auto& name : ignoredNow_) {
    if (ignored_.size() < kIgnoredNamesKept || ignored_.contains(name)) {
      ++ignored_[name];
    }
  }
  return {};
}

Result<void> EventSink::submitRaw(std::string_view line, DeliveryCallback onDelivery) {
  boost::json::error_code error;
  const auto value = boost::json::parse({line.data(), line.size()}, error);
  if (error || !value.is_object()) {
    return fail(errors::invalidArgument(
        fmt::format("not a JSON object{}", error ? ": " + error.message() : "")));
  }
  const auto conversation = keyField(value.as_object(), target_.map, "conversationId");
  const auto user = keyField(value.as_object(), target_.map, "userId");
  const MessageData keyData{.tenantId = target_.tenant ? target_.tenant->str() : std::string_view{},
                            .conversationId = conversation,
                            .userId = user};
  return publisher_->publishRaw(target_.type, target_.tenant ? &*target_.tenant : nullptr, keyData,
                                line, std::move(onDelivery), {.headers = headers_});
}

Result<void> EventSink::flush(Milliseconds deadline) { return publisher_->flush(deadline); }

Result<ShutdownReport> EventSink::close(Milliseconds deadline) {
  return publisher_->close(deadline);
}

}  // namespace caas::kafka::cli
