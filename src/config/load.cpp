#include <cstdlib>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "caas/kafka/settings.hpp"
#include "config/checks.hpp"
#include "config/dotenv.hpp"
#include "config/presets.hpp"
#include "config/small_file.hpp"
#include "config/unknown_names.hpp"
#include "config/values.hpp"
#include "config/variable.hpp"
#include "core/errors.hpp"

extern char** environ;

namespace caas::kafka {
namespace config {
namespace {

constexpr std::size_t kMaxSecretBytes = 64 * 1024;

/// A value that was given, and where.
struct Given {
  std::string value;
  SettingSource source;
};

/// Reads the table's rows out of environment and .env.
class Loader {
 public:
  Loader(const EnvironmentMap& environment, const EnvironmentMap& dotEnv)
      : environment_(environment), dotEnv_(dotEnv) {}

  /// `warnings` so far: names that are no settings, which may well explain an error.
  Result<LoadedSettings> run(const std::vector<std::string>& warnings) {
    for (const auto& group : variableGroups()) {
      for (const auto& variable : group.variables) {
        read(variable);
      }
    }
    applyPreset();
    checkSettings(
        settings_, [this](std::string_view name) { return given_.contains(name); }, findings_);
    if (!findings_.errors.empty()) {
      for (const auto& warning : warnings) {
        findings_.errors.push_back("note: " + warning);
      }
      return fail(errors::invalidConfiguration(
          fmt::format("{}", fmt::join(findings_.errors, "\n")),
          "docs/configuration.md lists every setting, its default and what is allowed"));
    }
    LoadedSettings loaded{.settings = settings_, .inForce = rows(), .warnings = warnings};
    loaded.warnings.insert(loaded.warnings.end(), findings_.warnings.begin(),
                           findings_.warnings.end());
    return loaded;
  }

 private:
  void read(const Variable& variable) {
    const auto given = variable.secret ? findSecret(variable) : find(variable);
    if (!given) {
      return;
    }
    const auto wrong = variable.set(settings_, given->value);
    if (wrong.empty()) {
      sources_.emplace(variable.name, given->source);
      return;
    }
    const auto value = variable.secret ? std::string("<redacted>") : quotable(given->value);
    auto line = fmt::format("{}='{}' is not allowed", variable.name, value);
    if (wrong != kNotAllowed) {
      line += fmt::format(" ({})", wrong);
    }
    findings_.errors.push_back(fmt::format("{}; allowed: {}", line, variable.allowed));
  }

  /// The environment's word counts before that of .env, its empty one too: it brings the default
  /// back.
  std::optional<Given> find(const Variable& variable) {
    for (const auto* layer : {&environment_, &dotEnv_}) {
      const auto found = layer->find(variable.name);
      if (found == layer->end()) {
        continue;
      }
      const auto value = trim(found->second);
      if (!value.empty()) {
        given_.insert(variable.name);
        return Given{std::string(value), sourceOf(layer)};
      }
      if (variable.needed) {
        findings_.errors.push_back(
            fmt::format("{} is set but empty; allowed: {} (leave it out for the default, {})",
                        variable.name, variable.allowed, variable.get(Settings{})));
      }
      return std::nullopt;
    }
    return std::nullopt;
  }

  /// A secret itself or the file that holds it, of the first layer that has either.
  std::optional<Given> findSecret(const Variable& variable) {
    const auto fileName = fileNameOf(variable);
    for (const auto* layer : {&environment_, &dotEnv_}) {
      const auto plain = layer->find(variable.name);
      const auto file = layer->find(fileName);
      const bool hasPlain = plain != layer->end() && !plain->second.empty();
      const bool hasFile = file != layer->end() && !trim(file->second).empty();
      if (hasPlain || hasFile) {
        given_.insert(variable.name);
      }
      if (hasPlain && hasFile) {
        findings_.errors.push_back(fmt::format("{} and {} are both given: leave one of them out",
                                               variable.name, fileName));
        return std::nullopt;
      }
      if (hasPlain) {
        return Given{plain->second, sourceOf(layer)};
      }
      if (hasFile) {
        return fromFile(fileName, std::string(trim(file->second)));
      }
      if (plain != layer->end() || file != layer->end()) {
        return std::nullopt;
      }
    }
    return std::nullopt;
  }

  std::optional<Given> fromFile(const std::string& name, const std::string& path) {
    auto text = readSmallFile("cannot read", path, kMaxSecretBytes);
    if (!text) {
      findings_.errors.push_back(fmt::format("{}: {}", name, text.error().message));
      return std::nullopt;
    }
    // Editors and `echo` end a file with a line end that is no part of the secret.
    if (text->ends_with('\n')) {
      text->pop_back();
    }
    if (text->ends_with('\r')) {
      text->pop_back();
    }
    if (text->empty()) {
      findings_.errors.push_back(fmt::format("{}: the file '{}' is empty", name, path));
      return std::nullopt;
    }
    return Given{*std::move(text), SettingSource::kFile};
  }

  SettingSource sourceOf(const EnvironmentMap* layer) const {
    return layer == &environment_ ? SettingSource::kEnvironment : SettingSource::kDotEnv;
  }

  void applyPreset() {
    auto& producer = settings_.producer;
    producer.given = {.linger = sources_.contains("PRODUCER_LINGER_MS"),
                      .compression = sources_.contains("PRODUCER_COMPRESSION"),
                      .batchSizeBytes = sources_.contains("PRODUCER_BATCH_SIZE"),
                      .batchMaxBytes = sources_.contains("PRODUCER_BATCH_MAX_BYTES")};
    producer = withPreset(producer, producer.preset);
  }

  std::vector<SettingInForce> rows() const {
    const Settings defaults;
    std::vector<SettingInForce> result;
    for (const auto& group : variableGroups()) {
      for (const auto& variable : group.variables) {
        SettingInForce row{.name = variable.name,
                           .value = variable.get(settings_),
                           .defaultValue = variable.get(defaults),
                           .source = SettingSource::kDefault,
                           .description = variable.description,
                           .secret = variable.secret};
        if (const auto source = sources_.find(variable.name); source != sources_.end()) {
          row.source = source->second;
        } else if (row.value != row.defaultValue) {
          // Nothing else changes a value that nobody gave.
          row.source = SettingSource::kPreset;
        }
        result.push_back(std::move(row));
      }
    }
    return result;
  }

  const EnvironmentMap& environment_;
  const EnvironmentMap& dotEnv_;
  Settings settings_;
  /// Of values that were taken.
  std::map<std::string, SettingSource, std::less<>> sources_;
  /// Also with a value that was refused, so that it isn't called missing as well.
  std::set<std::string, std::less<>> given_;
  Findings findings_;
};

}  // namespace
}  // namespace config

EnvironmentMap processEnvironment() {
  EnvironmentMap variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (const auto equals = text.find('='); equals != std::string_view::npos) {
      variables.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return variables;
}

Result<LoadedSettings> loadSettings(const EnvironmentMap& environment,
                                    const std::filesystem::path& dotEnv) {
  CAAS_ASSIGN(const auto file, config::readDotEnv(dotEnv));
  auto warnings = file.warnings;
  for (auto& warning : config::unknownNameWarnings(environment, "environment")) {
    warnings.push_back(std::move(warning));
  }
  for (auto& warning : config::unknownNameWarnings(file.values, dotEnv.string())) {
    warnings.push_back(std::move(warning));
  }
  return config::Loader(environment, file.values).run(warnings);
}

}  // namespace caas::kafka
