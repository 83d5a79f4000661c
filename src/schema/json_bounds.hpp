#pragma once

#include <cstddef>
#include <string>

#include <boost/json.hpp>

namespace caas::kafka::schema {

/// What one piece of work may cost. Schemas can be written that double the work with every level of
/// a value, so what walks a value and a schema together counts its steps.
class Steps {
 public:
  explicit Steps(std::size_t most) : left_(most) {}
  /// False when they are used up.
  [[nodiscard]] bool take(std::size_t count = 1) {
    const bool there = count <= left_;
    left_ -= there ? count : left_;
    return there;
  }

 private:
  std::size_t left_;
};

/// Many more than a schema that somebody means needs for a value of this size.
[[nodiscard]] Steps stepsFor(const boost::json::value& value);

/// The beginning of its JSON text, for messages: at most so many bytes, no character cut in two,
/// and "…" where something is missing.
[[nodiscard]] std::string excerpt(const boost::json::value& value, std::size_t most);

}  // namespace caas::kafka::schema
