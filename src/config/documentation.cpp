#include <fmt/format.h>

#include "caas/kafka/settings.hpp"
#include "config/presets.hpp"
#include "config/variable.hpp"

namespace caas::kafka {
namespace {

using config::fileNameOf;
using config::Variable;
using config::variableGroups;

constexpr std::string_view kHead = R"(# Configuration

<!-- Generated: `caas-kafka config --markdown > docs/configuration.md`. A test holds it up to date. -->

Everything is set by environment variables. A variable that is not set is looked for in the file
`.env` of the working directory, and else has its default: **environment over `.env` over defaults**.
`caas-kafka config` prints what is in force and where each value came from, with secrets struck out;
[`.env.example`](../.env.example) is a file to start from.

- A variable that is set but empty counts as not set (in the environment it brings the default back,
  whatever `.env` says). `KAFKA_BROKERS`, `KAFKA_CLIENT_ID` and `SCHEMA_REGISTRY_URL` are needed: set
  but empty, they are an error.
- A bad value stops the start. All bad ones are reported together, each with its variable, its value
  and what is allowed.
- A variable that looks like one of these and is none is a warning that names the nearest one.
- Words (`all`, `snappy`, `true`, …) may be written in capitals, too.

## Secrets

Every secret can be read from a file: `KAFKA_SASL_PASSWORD_FILE=/run/secrets/kafka` instead of
`KAFKA_SASL_PASSWORD=…` (one of the two; one line end at the file's end is left out). Secrets are
never printed: not by `caas-kafka config`, not in logs, not in errors.

## The file .env

```sh
# a comment
KAFKA_BROKERS=127.0.0.1:19091,127.0.0.1:19092   # a comment after a space
export LOG_LEVEL=debug                          # `export` is allowed, so that a shell can read it too
KAFKA_SASL_PASSWORD='taken as it is: $ \ #'
KAFKA_CLIENT_ID="with escapes: \n \r \t \" \\ \$"
```

A value ends with its line, and `$NAME` is not replaced. A line that can't be read is an error with
its number.
)";

constexpr std::string_view kPresetsHead = R"(
## Presets

`PRODUCER_PRESET` sets four things at once, for everything that is produced; an entry of the catalog
can name a preset for its own topics, which wins over `PRODUCER_PRESET`. A setting that is given
itself wins over every preset.

| preset | PRODUCER_LINGER_MS | PRODUCER_COMPRESSION | PRODUCER_BATCH_SIZE | PRODUCER_BATCH_MAX_BYTES | for |
|---|---|---|---|---|---|
)";

constexpr std::string_view kExampleHead =
    R"(# Settings of caas-kafka. Copy this file to .env and change what differs; lines that are commented
# out show the default. The environment wins over this file. docs/configuration.md explains more.
# Generated: caas-kafka config --env-example > .env.example
)";

std::string defaultOf(const Variable& variable) {
  static const Settings kDefaults;
  return variable.get(kDefaults);
}

/// In a table's cell a bar would end it.
std::string cell(std::string_view text) {
  std::string result;
  for (const char c : text) {
    result += c == '|' ? std::string("\\|") : std::string(1, c);
  }
  return result;
}

std::string tableRow(const Variable& variable) {
  const auto value = defaultOf(variable);
  auto description = variable.description;
  if (variable.secret) {
    description += fmt::format(" Secret; or `{}`.", fileNameOf(variable));
  }
  if (variable.needed) {
    description += " Needed.";
  }
  return fmt::format("| `{}` | {} | {} | {} |\n", variable.name,
                     value.empty() ? "–" : fmt::format("`{}`", value), cell(variable.allowed),
                     cell(description));
}

std::string presetRow(const config::PresetValues& preset) {
  return fmt::format("| `{}` | {} | {} | {} | {} | {} |\n", toString(preset.preset),
                     preset.linger.count(), toString(preset.compression), preset.batchSizeBytes,
                     preset.batchMaxBytes, preset.purpose);
}

/// A comment, broken at 100 columns.
std::string commented(std::string_view text) {
  constexpr std::size_t kWidth = 98;
  std::string result;
  while (!text.empty()) {
    auto end = text.size();
    if (end > kWidth) {
      end = text.rfind(' ', kWidth);
      end = end == std::string_view::npos || end == 0 ? kWidth : end;
    }
    result += fmt::format("# {}\n", text.substr(0, end));
    text.remove_prefix(end);
    if (text.starts_with(' ')) {
      text.remove_prefix(1);
    }
  }
  return result;
}

std::string exampleEntry(const Variable& variable) {
  auto text = commented(variable.description);
  if (variable.secret) {
    text += fmt::format("# (or {}=FILE)\n", fileNameOf(variable));
  } else {
    text += commented("Allowed: " + variable.allowed);
  }
  return text +
         fmt::format("{}{}={}\n", variable.needed ? "" : "# ", variable.name, defaultOf(variable));
}

}  // namespace

std::string configurationMarkdown() {
  std::string text(kHead);
  for (const auto& group : variableGroups()) {
    text += fmt::format("\n## {}\n\n", group.title);
    if (!group.introduction.empty()) {
      text += fmt::format("{}\n\n", group.introduction);
    }
    text += "| variable | default | allowed | |\n|---|---|---|---|\n";
    for (const auto& variable : group.variables) {
      text += tableRow(variable);
    }
  }
  text += kPresetsHead;
  for (const auto& preset : config::presetTable()) {
    text += presetRow(preset);
  }
  return text;
}

std::string dotEnvExample() {
  std::string text(kExampleHead);
  for (const auto& group : variableGroups()) {
    text += fmt::format("\n# ---- {} ----\n", group.title);
    for (const auto& variable : group.variables) {
      text += "\n" + exampleEntry(variable);
    }
  }
  return text;
}

}  // namespace caas::kafka
