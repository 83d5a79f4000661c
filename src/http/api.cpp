#include "http/api.hpp"

namespace caas::kafka::http {

Routes apiRoutes(const ApiPtr& api) {
  Routes routes;
  addOpsRoutes(routes, api);
  const auto parts = std::make_shared<SharedParts>(api->service);
  addConfigRoutes(routes, api);
  addClusterRoutes(routes, api);
  addTopicRoutes(routes, api);
  addTenantRoutes(routes, api);
  addGroupRoutes(routes, api, parts);
  addMessageRoutes(routes, api, parts);
  addDlqRoutes(routes, api, parts);
  addSchemaRoutes(routes, parts);
  addEventRoutes(routes, api);
  return routes;
}

}  // namespace caas::kafka::http
