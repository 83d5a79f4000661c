#include "http/server/request_parser.hpp"

#include <algorithm>
#include <limits>

#include <boost/beast/http/error.hpp>

namespace caas::kafka::http {
namespace {

namespace beast = boost::beast;
using beast::http::error;

/// What a body may begin with before its bytes are there.
constexpr std::size_t kFirstReserve = 64 * 1024;

}  // namespace

RequestParser::RequestParser(const Limits& limits, ByteBudget& budget)
    : charge(budget), limits_(limits) {
  header_limit(static_cast<std::uint32_t>(limits.mostHeadBytes));
  body_limit(std::numeric_limits<std::uint64_t>::max());
  eager(false);
}

std::size_t RequestParser::take(std::string_view bytes, beast::error_code& error) {
  // Of an empty body in chunks Beast asserts that what follows "0" comes whole.
  constexpr std::size_t kShortestEnd = std::string_view("0\r\n\r\n").size();
  if (is_header_done() && chunked() && bytes.size() < kShortestEnd && bytes.starts_with("0\r\n")) {
    error = beast::http::error::need_more;
    return 0;
  }
  return put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
}

void RequestParser::readBody(std::size_t mostBytes) {
  body_limit(mostBytes);
  eager(true);
}

Problem RequestParser::problemOf(const beast::error_code& code, std::size_t mostBodyBytes) const {
  if (code == error::header_limit) {
    // Which of the two it was shows in whether the line had an end.
    return method.empty() ? problems::uriTooLong(limits_.mostTargetBytes)
                          : problems::headersTooLarge(limits_.mostHeadBytes);
  }
  if (code == error::body_limit) {
    return problems::contentTooLarge(mostBodyBytes);
  }
  switch (excess_) {
    case Excess::kTarget: return problems::uriTooLong(limits_.mostTargetBytes);
    case Excess::kFields: return problems::headersTooLarge(limits_.mostHeadBytes);
    case Excess::kBudget: return problems::overloaded("too many bodies are under way");
    case Excess::kNone: break;
  }
  if (code == error::bad_version) {
    return {.status = 505,
            .code = "http_version_not_supported",
            .detail = "the request is not HTTP/1.1",
            .hint = "Speak HTTP/1.1 or HTTP/1.0"};
  }
  return problems::badRequest("the request is not HTTP: " + code.message());
}

void RequestParser::on_request_impl(Verb, View methodText, View targetText, int versionNumber,
                                    Code& code) {
  if (targetText.size() > limits_.mostTargetBytes) {
    excess_ = Excess::kTarget;
    code = error::header_limit;
    return;
  }
  method.assign(methodText.data(), methodText.size());
  target.assign(targetText.data(), targetText.size());
  version = versionNumber;
}

void RequestParser::on_response_impl(int, View, int, Code& code) { code = error::bad_method; }

void RequestParser::on_field_impl(Field, View name, View value, Code& code) {
  // What stands behind a chunked body is no header: nobody has asked for it.
  if (headDone_) {
    return;
  }
  // Beast's own limit holds for what comes at once; this one for all of it.
  headBytes_ += name.size() + value.size();
  if (headers.size() >= limits_.mostHeaderFields || headBytes_ > limits_.mostHeadBytes) {
    excess_ = Excess::kFields;
    code = error::header_limit;
    return;
  }
  headers.add({name.data(), name.size()}, {value.data(), value.size()});
}

void RequestParser::on_header_impl(Code&) { headDone_ = true; }

void RequestParser::on_body_init_impl(const boost::optional<std::uint64_t>& length, Code&) {
  if (length) {
    body.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(*length, kFirstReserve)));
  }
}

std::size_t RequestParser::append(View text, Code& code) {
  if (!charge.take(text.size())) {
    excess_ = Excess::kBudget;
    code = error::buffer_overflow;
    return 0;
  }
  body.append(text.data(), text.size());
  return text.size();
}

std::size_t RequestParser::on_body_impl(View text, Code& code) { return append(text, code); }

void RequestParser::on_chunk_header_impl(std::uint64_t, View, Code&) {}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, View text, Code& code) {
  return append(text, code);
}

void RequestParser::on_finish_impl(Code&) {}

}  // namespace caas::kafka::http
