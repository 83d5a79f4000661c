#pragma once

// One request out of bytes: Beast's parser, which writes straight into our own message. For the
// server's .cpp files: it includes Beast.

#include <string>

#include <boost/beast/http/basic_parser.hpp>

#include "http/message.hpp"
#include "http/problem.hpp"
#include "http/server/byte_budget.hpp"
#include "http/server/limits.hpp"

namespace caas::kafka::http {

class RequestParser : public boost::beast::http::basic_parser<true> {
 public:
  RequestParser(const Limits& limits, ByteBudget& budget);

  std::string method{};
  std::string target{};
  int version = 11;
  Headers headers{};
  std::string body{};
  ByteBudget::Charge charge;  ///< of the body

  /// Gives `bytes` to the parser until it has what it wants: the head, and after readBody() the
  /// body. How many it used up; `error` is need_more when they did not suffice. After the head it
  /// stops even if the body is there.
  std::size_t take(std::string_view bytes, boost::beast::error_code& error);
  void readBody(std::size_t mostBytes);
  /// What to tell the client about an error of take().
  [[nodiscard]] Problem problemOf(const boost::beast::error_code& error,
                                  std::size_t mostBodyBytes) const;

 private:
  using Verb = boost::beast::http::verb;
  using Field = boost::beast::http::field;
  using View = boost::beast::string_view;
  using Code = boost::beast::error_code;

  void on_request_impl(Verb verb, View methodText, View targetText, int versionNumber,
                       Code& error) override;
  void on_response_impl(int status, View reason, int versionNumber, Code& error) override;
  void on_field_impl(Field field, View name, View value, Code& error) override;
  void on_header_impl(Code& error) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, Code& error) override;
  std::size_t on_body_impl(View text, Code& error) override;
  void on_chunk_header_impl(std::uint64_t size, View extensions, Code& error) override;
  std::size_t on_chunk_body_impl(std::uint64_t remain, View text, Code& error) override;
  void on_finish_impl(Code& error) override;

  std::size_t append(View text, Code& error);

  const Limits& limits_;
  bool headDone_ = false;
  std::size_t headBytes_ = 0;
  enum class Excess { kNone, kTarget, kFields, kBudget } excess_ = Excess::kNone;
};

}  // namespace caas::kafka::http
