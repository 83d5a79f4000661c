#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/context.hpp"

namespace caas::kafka::cli {

/// Tenant ids to create, each once, in the order they were given. Ids are not checked here.
struct TenantList {
  std::vector<std::string> ids;
  int repeated = 0;

  [[nodiscard]] static TenantList ofArguments(const std::vector<std::string>& ids);
  /// One id a line; blanks around it, empty lines and what follows a # are left out. "-": stdin.
  [[nodiscard]] static Result<TenantList> read(const CliContext& context, const std::string& file);
  /// Where an id stood first; nullopt for one from the command line.
  [[nodiscard]] std::optional<std::int64_t> lineOf(const std::string& id) const;

 private:
  void add(std::string id, std::optional<std::int64_t> line);
  std::map<std::string, std::optional<std::int64_t>> lines_;
};

}  // namespace caas::kafka::cli
