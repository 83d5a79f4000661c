#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "caas/kafka/catalog.hpp"
#include "caas/kafka/consumer.hpp"
#include "client/admin.hpp"

namespace caas::kafka::consume {

/// What a consumer wants to read, and which topics that are.
class Subscription {
 public:
  /// Errors: kInvalidArgument; names the entries that exist.
  [[nodiscard]] Result<void> add(const Catalog& catalog, std::string_view entry,
                                 TenantSelection tenants);
  [[nodiscard]] Result<void> addTopic(std::string_view topic);
  [[nodiscard]] bool empty() const { return entries_.empty() && topics_.empty(); }
  /// The topics of the cluster that are wanted, sorted. Pure.
  [[nodiscard]] std::vector<std::string> matching(const Catalog& catalog,
                                                  const std::vector<std::string>& existing) const;

 private:
  std::map<std::string, TenantSelection, std::less<>> entries_;
  std::set<std::string, std::less<>> topics_;
};

}  // namespace caas::kafka::consume
