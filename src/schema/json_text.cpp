// Boost.JSON 1.81's own parser multiplies the digits by a power of ten, and many a double comes out
// one bit off: another value, and other bytes than other clients write. So its syntax, and our
// numbers.

#include "schema/json_text.hpp"

#include <charconv>
#include <string>
#include <system_error>

#include <boost/json/array.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value_stack.hpp>
#include <fmt/format.h>

#include "core/errors.hpp"

namespace caas::kafka::schema {
namespace {

namespace json = boost::json;

/// What basic_parser calls; the names are its.
class Builder {
 public:
  using Problem = boost::system::error_code;
  static constexpr std::size_t max_object_size = json::object::max_size();
  static constexpr std::size_t max_array_size = json::array::max_size();
  static constexpr std::size_t max_key_size = json::string::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();

  Builder() { stack_.reset(); }
  json::value take() { return stack_.release(); }

  bool on_document_begin(Problem&) { return true; }
  bool on_document_end(Problem&) { return true; }
  bool on_object_begin(Problem&) { return true; }
  bool on_object_end(std::size_t size, Problem&) { return stack_.push_object(size), true; }
  bool on_array_begin(Problem&) { return true; }
  bool on_array_end(std::size_t size, Problem&) { return stack_.push_array(size), true; }
  bool on_key_part(json::string_view part, std::size_t, Problem&) {
    return stack_.push_chars(part), true;
  }
  bool on_key(json::string_view key, std::size_t, Problem&) { return stack_.push_key(key), true; }
  bool on_string_part(json::string_view part, std::size_t, Problem&) {
    return stack_.push_chars(part), true;
  }
  bool on_string(json::string_view text, std::size_t, Problem&) {
    return stack_.push_string(text), true;
  }
  bool on_number_part(json::string_view, Problem&) { return true; }
  /// Protobuf's printer writes the double -0.0 as "-0", which no integer can be.
  bool on_int64(std::int64_t number, json::string_view text, Problem&) {
    if (number == 0 && text.starts_with('-')) {
      return stack_.push_double(-0.0), true;
    }
    return stack_.push_int64(number), true;
  }
  bool on_uint64(std::uint64_t number, json::string_view, Problem&) {
    return stack_.push_uint64(number), true;
  }
  /// The text is whole, since the document comes in one piece. Too large or too small a number
  /// stays what Boost makes of it.
  bool on_double(double number, json::string_view text, Problem&) {
    double exact = 0;
    const auto* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, exact);
    stack_.push_double(read.ec == std::errc{} && read.ptr == end ? exact : number);
    return true;
  }
  bool on_bool(bool value, Problem&) { return stack_.push_bool(value), true; }
  bool on_null(Problem&) { return stack_.push_null(), true; }
  bool on_comment_part(json::string_view, Problem&) { return true; }
  bool on_comment(json::string_view, Problem&) { return true; }

 private:
  json::value_stack stack_;
};

}  // namespace

Result<json::value> parseJson(std::string_view text, std::string_view what, std::size_t maxDepth) {
  json::parse_options options;
  options.max_depth = maxDepth;
  json::basic_parser<Builder> parser(options);
  boost::system::error_code problem;
  const auto used = parser.write_some(false, text.data(), text.size(), problem);
  if (!problem && used < text.size()) {
    problem = json::error::extra_data;
  }
  if (problem) {
    return fail(errors::invalidArgument(fmt::format("{} is no JSON: {}", what, problem.message())));
  }
  return parser.handler().take();
}

}  // namespace caas::kafka::schema
