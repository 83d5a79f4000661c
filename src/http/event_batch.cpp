#include "http/event_batch.hpp"

#include <algorithm>
#include <utility>

#include <boost/json/serialize.hpp>

#include "http/json/error_json.hpp"
#include "http/route.hpp"

namespace caas::kafka::http {
namespace {

std::size_t linesIn(std::string_view body) {
  return static_cast<std::size_t>(std::ranges::count(body, '\n')) + 1;
}

std::string_view trimmed(std::string_view line) {
  const auto from = line.find_first_not_of(" \t\r");
  return from == line.npos ? std::string_view{}
                           : line.substr(from, line.find_last_not_of(" \t\r") - from + 1);
}

}  // namespace

EventBatch::EventBatch(std::optional<TenantId> tenant, RequestPtr request, Responder responder)
    : tenant_(std::move(tenant)),
      request_(std::move(request)),
      responder_(std::move(responder)),
      type_(request_->arguments.text("type")),
      traceparent_(request_->headers.get("traceparent").value_or("")) {
  // Reports write into it while lines are added: it must not move.
  lines_.reserve(linesIn(request_->body));
}

bool EventBatch::publishSome(EventPublisher& publisher) {
  const std::string_view body = request_->body;
  for (std::size_t i = 0; i < kLinesATurn; ++i) {
    if (position_ >= body.size()) {
      oneLess();
      return true;
    }
    const auto end = std::min(body.find('\n', position_), body.size());
    const auto line = trimmed(body.substr(position_, end - position_));
    position_ = end + 1;
    ++lineNumber_;
    if (!line.empty()) {
      lines_.push_back({.number = lineNumber_});
      publish(publisher, line, lines_.size() - 1);
    }
  }
  return false;
}

void EventBatch::publish(EventPublisher& publisher, std::string_view text, std::size_t index) {
  open_.fetch_add(1);
  auto self = shared_from_this();
  Line& line = lines_[index];
  const auto accepted = publisher.publishJson(
      type_, tenant_ ? &*tenant_ : nullptr, text, {},
      [self, index](const DeliveryReport& report) { self->onReport(index, report); },
      {.traceparent = traceparent_}, &line.event);
  if (!accepted) {
    line.status = Line::Status::kRefused;
    line.error = accepted.error();
    oneLess();
  }
}

void EventBatch::onReport(std::size_t index, const DeliveryReport& report) {
  Line& line = lines_[index];
  line.topic = report.topic;
  line.partition = report.partition;
  line.offset = report.offset;
  line.persistence = report.persistence;
  if (report.delivered()) {
    line.status = Line::Status::kDelivered;
  } else {
    line.status = Line::Status::kFailed;
    line.error = *report.error;
  }
  oneLess();
}

void EventBatch::oneLess() {
  if (open_.fetch_sub(1) == 1) {
    responder_.answer(answer());
  }
}

Response EventBatch::answer() const {
  std::string body;
  bool whole = true;
  for (const auto& line : lines_) {
    boost::json::object json{{"line", line.number}};
    if (line.status == Line::Status::kDelivered) {
      json["status"] = "delivered";
      json["topic"] = line.topic;
      json["partition"] = line.partition;
      json["offset"] = line.offset;
      if (!line.event.id.empty()) {
        json["id"] = line.event.id;
      }
    } else {
      whole = false;
      const bool refused = line.status == Line::Status::kRefused;
      json["status"] = refused ? "refused" : "failed";
      json["error"] = toJson(*line.error);
      json["persistence"] = toString(refused ? Persistence::kNotPersisted : line.persistence);
    }
    body += boost::json::serialize(json);
    body += '\n';
  }
  return Response::text(std::move(body), kNdjson, whole ? 200 : 207);
}

Schema eventLineSchema() {
  using namespace schema;
  return named(
      "EventLine",
      object({{"line", integer().saying("Of the request's body, from 1.")},
              {"status", oneOf({"delivered", "refused", "failed"})},
              optional("topic", text()),
              optional("partition", integer()),
              optional("offset", integer()),
              optional("id", text().saying("The event's own id.")),
              optional("error", errorSchema()),
              optional("persistence", oneOf({"not persisted", "possibly persisted"})
                                          .saying("Whether a failed one may be in the log."))}));
}

}  // namespace caas::kafka::http
