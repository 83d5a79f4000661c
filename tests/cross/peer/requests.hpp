#pragma once

#include <memory>

#include <boost/json.hpp>

#include "caas/kafka/schema_registry.hpp"
#include "caas/kafka/schema_serde.hpp"

namespace caas::kafka::cross {

/// What the drivers ask. Bytes are hex, values the JSON text of SchemaSerde; in a list of results
/// an object with an `error` stands for what was refused.
///
///   register   subject, type, schema, references: [{name, subject, version}]  → id
///   lookUp     the same                                                       → id, version
///   encode     id, values: [text]                                             → results: [bytes]
///   decode     values: [bytes]                                     → results: [text], ids, types
///   resolve    writer, reader, values: [bytes]  → results: [bytes as the reader's schema has
///   them],
///                                                 or error; compatible, reasons
///   canonical  schema                                       → canonical, fingerprint (hex), or
///   error
class Requests {
 public:
  /// Throws where the request is not one of these.
  [[nodiscard]] boost::json::object answer(const boost::json::object& request);

 private:
  SchemaRegistry& registry();
  SchemaSerde& serde();
  boost::json::object encode(const boost::json::object& request);
  boost::json::object decode(const boost::json::object& request);

  std::shared_ptr<SchemaRegistry> registry_;
  std::unique_ptr<SchemaSerde> serde_;
};

}  // namespace caas::kafka::cross
