#include "http/json/schemas_json.hpp"

namespace caas::kafka {

boost::json::object toJson(const RegisteredSchema& registered) {
  boost::json::array references;
  for (const auto& reference : registered.schema.references) {
    references.push_back(boost::json::object{
        {"name", reference.name}, {"subject", reference.subject}, {"version", reference.version}});
  }
  return {{"subject", registered.subject},
          {"version", registered.version},
          {"id", registered.id},
          {"type", toString(registered.schema.type)},
          {"references", std::move(references)},
          {"schema", registered.schema.text}};
}

http::Schema registeredSchemaSchema() {
  using namespace http::schema;
  return named(
      "RegisteredSchema",
      http::schema::object(
          {{"subject", text()},
           {"version", integer()},
           {"id", integer().saying("What a record carries.")},
           {"type", oneOf({"AVRO", "JSON", "PROTOBUF"})},
           {"references", http::schema::array(http::schema::object(
                              {{"name", text()}, {"subject", text()}, {"version", integer()}}))},
           {"schema", text()}}));
}

}  // namespace caas::kafka
