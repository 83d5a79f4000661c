#pragma once

#include <memory>
#include <optional>
#include <string>

#include <boost/json/value.hpp>

#include "caas/kafka/result.hpp"
#include "http/schema.hpp"

namespace caas::kafka::http {

/// Checks JSON by a Schema: the words that schema:: makes, and says where what is wrong. (valijson,
/// which checks the schemas of others in schema/, names neither the place nor the remedy.)
class BodyCheck {
 public:
  /// kInternal: the schema holds a word that we do not know, refers to a name that it does not
  /// have, or a pattern is no regular expression.
  [[nodiscard]] static Result<BodyCheck> compile(const Schema& schema);
  /// The first thing that is wrong, e.g. "/topics/0/partitions must be a whole number from 1 to
  /// 1000"; nullopt when nothing is.
  [[nodiscard]] std::optional<std::string> problemWith(const boost::json::value& value) const;

  struct Node;

 private:
  std::shared_ptr<const Node> root_{};
};

}  // namespace caas::kafka::http
