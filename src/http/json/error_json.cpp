#include "http/json/error_json.hpp"

#include "http/json/values.hpp"

namespace caas::kafka {
namespace {

using boost::json::array;
using boost::json::object;

}  // namespace

array toJsonArray(const std::vector<std::string>& items) {
  return array(items.begin(), items.end());
}

object toJson(const Error& error) {
  return {{"code", toString(error.code)},
          {"message", error.message},
          {"hint", orNull(error.hint)},
          {"retriable", error.retriable}};
}

http::Schema errorSchema() {
  using namespace http::schema;
  return named("Error", http::schema::object({{"code", text().saying("As of a problem document.")},
                                              {"message", text()},
                                              {"hint", text().orNull().saying("What to do.")},
                                              {"retriable", boolean()}}));
}

}  // namespace caas::kafka
