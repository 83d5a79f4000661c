#pragma once

// Errors, and lists of anything that has a writer.

#include <string>
#include <vector>

#include <boost/json.hpp>

#include "caas/kafka/result.hpp"
#include "http/schema.hpp"

namespace caas::kafka {

[[nodiscard]] boost::json::object toJson(const Error& error);
[[nodiscard]] http::Schema errorSchema();

template <class T>
[[nodiscard]] boost::json::array toJsonArray(const std::vector<T>& items) {
  boost::json::array array;
  for (const auto& item : items) {
    array.push_back(toJson(item));
  }
  return array;
}
[[nodiscard]] boost::json::array toJsonArray(const std::vector<std::string>& items);

}  // namespace caas::kafka
