#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "caas/kafka/publisher.hpp"
#include "http/message.hpp"
#include "http/schema.hpp"

namespace caas::kafka::http {

/// What became of a line of an NDJSON body.
struct EventLine {
  enum class Status { kPending, kDelivered, kRefused, kFailed };
  Status status = Status::kPending;
  std::int64_t number = 0;  ///< from 1
  EventPublisher::JsonOutcome event{};
  std::string topic{};
  int partition = -1;
  std::int64_t offset = -1;
  std::optional<Error> error{};
  Persistence persistence = Persistence::kNotPersisted;
};

/// 200, or 207 when a line was not delivered.
[[nodiscard]] Response answerOf(const std::vector<EventLine>& lines);
/// A line of that answer.
[[nodiscard]] Schema eventLineSchema();

/// A body cut into its lines, without the blanks around them.
class BodyLines {
 public:
  explicit BodyLines(std::string_view body) : body_(body) {}
  struct Each {
    std::int64_t number;  ///< from 1; lines that are empty count
    std::string_view text;
  };
  /// The next line that is not empty; nullopt: that was all.
  [[nodiscard]] std::optional<Each> next();
  /// How many there may be at most.
  [[nodiscard]] static std::size_t most(std::string_view body);

 private:
  std::string_view body_;
  std::size_t position_ = 0;
  std::int64_t number_ = 0;
};

}  // namespace caas::kafka::http
