#include "http/json/settings_json.hpp"

namespace caas::kafka {

boost::json::object toJson(const SettingInForce& row, std::string_view source) {
  return {{"name", row.name}, {"value", row.value},   {"default", row.defaultValue},
          {"source", source}, {"secret", row.secret}, {"description", row.description}};
}

http::Schema settingSchema() {
  using namespace http::schema;
  return named("Setting",
               object({{"name", text().saying("The environment variable.")},
                       {"value", text().saying("In force; of a secret \"<redacted>\", or \"\".")},
                       {"default", text()},
                       {"source", text().saying("Where the value came from: default, preset, .env, "
                                                "environment, file.")},
                       {"secret", boolean()},
                       {"description", text()}}));
}

}  // namespace caas::kafka
