#include "http/event_lines.hpp"

#include <algorithm>

#include <boost/json/serialize.hpp>

#include "http/json/error_json.hpp"
#include "http/route.hpp"

namespace caas::kafka::http {
namespace {

std::string_view trimmed(std::string_view line) {
  const auto from = line.find_first_not_of(" \t\r");
  return from == line.npos ? std::string_view{}
                           : line.substr(from, line.find_last_not_of(" \t\r") - from + 1);
}

}  // namespace

Response answerOf(const std::vector<EventLine>& lines) {
  std::string body;
  bool whole = true;
  for (const auto& line : lines) {
    boost::json::object json{{"line", line.number}};
    if (line.status == EventLine::Status::kDelivered) {
      json["status"] = "delivered";
      json["topic"] = line.topic;
      json["partition"] = line.partition;
      json["offset"] = line.offset;
      if (!line.event.id.empty()) {
        json["id"] = line.event.id;
      }
    } else {
      whole = false;
      const bool refused = line.status == EventLine::Status::kRefused;
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

std::optional<BodyLines::Each> BodyLines::next() {
  while (position_ < body_.size()) {
    const auto end = std::min(body_.find('\n', position_), body_.size());
    const auto line = trimmed(body_.substr(position_, end - position_));
    position_ = end + 1;
    ++number_;
    if (!line.empty()) {
      return Each{number_, line};
    }
  }
  return std::nullopt;
}

std::size_t BodyLines::most(std::string_view body) {
  return static_cast<std::size_t>(std::ranges::count(body, '\n')) + 1;
}

}  // namespace caas::kafka::http
