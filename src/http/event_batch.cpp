#include "http/event_batch.hpp"

#include <utility>

namespace caas::kafka::http {

EventBatch::EventBatch(std::optional<TenantId> tenant, RequestPtr request, Responder responder)
    : tenant_(std::move(tenant)),
      request_(std::move(request)),
      responder_(std::move(responder)),
      type_(request_->arguments.text("type")),
      traceparent_(request_->headers.get("traceparent").value_or("")),
      body_(request_->body) {
  // Reports write into it while lines are added: it must not move.
  lines_.reserve(BodyLines::most(request_->body));
}

bool EventBatch::publishSome(EventPublisher& publisher) {
  for (std::size_t i = 0; i < kLinesATurn; ++i) {
    const auto line = body_.next();
    if (!line) {
      oneLess();
      return true;
    }
    lines_.push_back({.number = line->number});
    publish(publisher, line->text, lines_.size() - 1);
  }
  return false;
}

void EventBatch::publish(EventPublisher& publisher, std::string_view text, std::size_t index) {
  open_.fetch_add(1);
  auto self = shared_from_this();
  EventLine& line = lines_[index];
  const auto accepted = publisher.publishJson(
      type_, tenant_ ? &*tenant_ : nullptr, text, {},
      [self, index](const DeliveryReport& report) { self->onReport(index, report); },
      {.traceparent = traceparent_}, &line.event);
  if (!accepted) {
    line.status = EventLine::Status::kRefused;
    line.error = accepted.error();
    oneLess();
  }
}

void EventBatch::onReport(std::size_t index, const DeliveryReport& report) {
  EventLine& line = lines_[index];
  line.topic = report.topic;
  line.partition = report.partition;
  line.offset = report.offset;
  line.persistence = report.persistence;
  if (report.delivered()) {
    line.status = EventLine::Status::kDelivered;
  } else {
    line.status = EventLine::Status::kFailed;
    line.error = *report.error;
  }
  oneLess();
}

void EventBatch::oneLess() {
  if (open_.fetch_sub(1) == 1) {
    responder_.answer(answerOf(lines_));
  }
}

}  // namespace caas::kafka::http
