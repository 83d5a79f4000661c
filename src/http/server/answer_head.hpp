#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace caas::kafka::http {

struct AnswerHead {
  std::string_view requestId{};
  std::string_view date{};
  bool keepAlive = true;
  bool http10 = false;  ///< which closes unless it is told otherwise
  bool secure = false;
  /// nullopt: it ends when the connection does (a stream).
  std::optional<std::size_t> contentLength{};
};

/// Status line and headers, the empty line among them; with what every answer of ours has: Date,
/// Content-Length, X-Request-Id, Connection where it closes, and the security headers. A header of
/// the response that holds a line break is left out.
[[nodiscard]] std::string answerHead(const Response& response, const AnswerHead& head);

/// "Fri, 27 Nov 2026 21:06:36 GMT" (RFC 9110, 5.6.7).
[[nodiscard]] std::string httpDate(Timestamp time);

}  // namespace caas::kafka::http
