#include "http/server/answer_head.hpp"

#include <array>
#include <ctime>
#include <iterator>

#include <fmt/format.h>

#include "core/log.hpp"
#include "http/reason.hpp"

namespace caas::kafka::http {
namespace {

/// Our own files and nothing else: no inline code, no other site, no frame around us.
constexpr std::string_view kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

bool isOneLine(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

void add(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  out += value;
  out += "\r\n";
}

void addSecurity(std::string& out, const Response& response, bool secure) {
  add(out, "X-Content-Type-Options", "nosniff");
  if (!response.headers.get("Cache-Control")) {
    add(out, "Cache-Control", "no-store");
  }
  if (secure) {
    add(out, "Strict-Transport-Security", "max-age=31536000");
  }
  if (mediaType(response.headers.get("Content-Type").value_or("")) == "text/html") {
    add(out, "Content-Security-Policy", kContentSecurityPolicy);
    add(out, "X-Frame-Options", "DENY");
    add(out, "Referrer-Policy", "no-referrer");
    add(out, "Cross-Origin-Opener-Policy", "same-origin");
  }
}

}  // namespace

std::string answerHead(const Response& response, const AnswerHead& head) {
  std::string out;
  out.reserve(512);
  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\n", response.status,
                 reasonOf(response.status));
  add(out, "Date", head.date);
  for (const auto& [name, value] : response.headers) {
    if (isOneLine(name) && isOneLine(value)) {
      add(out, name, value);
    } else {
      log::error("an answer's header holds a line break", {{"header", name}});
    }
  }
  const bool hasNoBody = response.status == 204 || response.status == 304;
  if (head.contentLength && !hasNoBody) {
    fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", *head.contentLength);
  }
  add(out, "X-Request-Id", head.requestId);
  if (!head.keepAlive) {
    add(out, "Connection", "close");
  } else if (head.http10) {
    add(out, "Connection", "keep-alive");
  }
  addSecurity(out, response, head.secure);
  out += "\r\n";
  return out;
}

std::string httpDate(Timestamp time) {
  const auto seconds = std::chrono::system_clock::to_time_t(
      std::chrono::time_point_cast<std::chrono::system_clock::duration>(time));
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  static constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed",
                                                    "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT",
                     kDays[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                     kMonths[static_cast<std::size_t>(parts.tm_mon)], 1900 + parts.tm_year,
                     parts.tm_hour, parts.tm_min, parts.tm_sec);
}

}  // namespace caas::kafka::http
