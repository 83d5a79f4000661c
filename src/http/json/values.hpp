#pragma once

// Values that may be missing.

#include <optional>
#include <string>

#include <boost/json/value.hpp>

#include "caas/kafka/clock.hpp"

namespace caas::kafka {

[[nodiscard]] inline boost::json::value orNull(const std::string& text) {
  return text.empty() ? boost::json::value(nullptr) : boost::json::value(text);
}

template <class T>
[[nodiscard]] boost::json::value orNull(const std::optional<T>& number) {
  return number ? boost::json::value(*number) : boost::json::value(nullptr);
}

/// The epoch stands for "never".
[[nodiscard]] inline boost::json::value timeOrNull(Timestamp time) {
  return time == Timestamp{} ? boost::json::value(nullptr)
                             : boost::json::value(formatTimestamp(time));
}

}  // namespace caas::kafka
