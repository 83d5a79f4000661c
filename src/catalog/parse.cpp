#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include "caas/kafka/catalog.hpp"
#include "catalog/collisions.hpp"
#include "catalog/entry_reader.hpp"
#include "catalog/names.hpp"
#include "catalog/problems.hpp"

namespace caas::kafka {
namespace {

constexpr std::size_t kMaxEntries = 1'000;

void checkDefaults(const Settings& settings, catalog::Problems& problems) {
  if (settings.defaultPartitions < 1) {
    problems.add(0, "", "DEFAULT_PARTITIONS must be at least 1");
  }
  if (settings.defaultReplicationFactor < 1) {
    problems.add(0, "", "DEFAULT_REPLICATION_FACTOR must be at least 1");
  }
  if (settings.messageRetentionDays < 1) {
    problems.add(0, "", "MESSAGE_RETENTION_DAYS must be at least 1");
  }
}

/// The list under `topics`; a null node (with a problem) if there is none.
YAML::Node topicList(const YAML::Node& root, catalog::Problems& problems) {
  if (!root.IsMap()) {
    problems.add(catalog::lineOf(root), "",
                 "a catalog begins with `topics:` and a list of entries");
    return {};
  }
  YAML::Node list;
  bool found = false;
  for (const auto& pair : root) {
    const auto key = pair.first.IsScalar() ? pair.first.Scalar() : std::string("?");
    if (key != "topics") {
      problems.add(catalog::lineOf(pair.first), "",
                   fmt::format("unknown key '{}'; allowed is topics", catalog::printable(key)));
    } else if (found) {
      problems.add(catalog::lineOf(pair.first), "", "'topics' is given twice");
    } else {
      list.reset(pair.second);
      found = true;
    }
  }
  if (!found || !list.IsSequence() || list.size() == 0) {
    problems.add(0, "", "`topics:` with a list of entries is missing");
    return {};
  }
  return list;
}

std::vector<TopicDefinition> readAll(std::string_view yaml, const Settings& settings,
                                     catalog::Problems& problems) {
  const auto list = topicList(YAML::Load(std::string(yaml)), problems);
  if (!list.IsSequence()) {
    return {};
  }
  if (list.size() > kMaxEntries) {
    problems.add(0, "",
                 fmt::format("{} entries; at most {} are allowed", list.size(), kMaxEntries));
    return {};
  }
  std::vector<catalog::ReadEntry> entries;
  int number = 0;
  for (const auto& node : list) {
    if (auto entry = catalog::readEntry(node, ++number, settings, problems)) {
      entries.push_back(*std::move(entry));
    }
  }
  catalog::checkBetweenEntries(entries, problems);
  std::vector<TopicDefinition> definitions;
  definitions.reserve(entries.size());
  for (auto& entry : entries) {
    definitions.push_back(std::move(entry.definition));
  }
  return definitions;
}

}  // namespace

Result<Catalog> Catalog::parse(std::string_view yaml, const Settings& settings,
                               std::string_view origin) {
  catalog::Problems problems(origin);
  Catalog result;
  if (yaml.size() > catalog::kMaxFileBytes) {
    problems.add(
        0, "",
        fmt::format("has {} bytes; at most {} are allowed", yaml.size(), catalog::kMaxFileBytes));
    return std::unexpected(problems.toError());
  }
  checkDefaults(settings, problems);
  try {
    result.definitions_ = readAll(yaml, settings, problems);
  } catch (const YAML::Exception& exception) {
    problems.add(exception.mark.line + 1, "", "is no YAML: " + catalog::printable(exception.msg));
  } catch (const std::exception& exception) {
    problems.add(0, "", fmt::format("cannot be read: {}", exception.what()));
  }
  if (!problems.empty()) {
    return std::unexpected(problems.toError());
  }
  return result;
}

}  // namespace caas::kafka
