#include "cli/event_sink.hpp"

#include "cli/import_command.hpp"
#include "core/errors.hpp"

namespace caas::kafka::cli {
namespace {

constexpr std::size_t kIgnoredNamesKept = 50;

}  // namespace

EventSink::EventSink(std::shared_ptr<EventPublisher> publisher, EventTarget target)
    : publisher_(std::move(publisher)),
      target_(std::move(target)),
      headers_(viewsOf(target_.headers)) {}

Result<void> EventSink::submit(std::string_view line, DeliveryCallback onDelivery) {
  EventPublisher::JsonOutcome outcome;
  CAAS_TRY(publisher_->publishJson(target_.type, target_.tenant ? &*target_.tenant : nullptr, line,
                                   target_.map, std::move(onDelivery), {.headers = headers_},
                                   &outcome));
  for (const auto& name : outcome.ignoredFields) {
    if (ignored_.size() < kIgnoredNamesKept || ignored_.contains(name)) {
      ++ignored_[name];
    }
  }
  return {};
}

Result<void> EventSink::flush(Milliseconds deadline) { return publisher_->flush(deadline); }

Result<ShutdownReport> EventSink::close(Milliseconds deadline) {
  return publisher_->close(deadline);
}

}  // namespace caas::kafka::cli
