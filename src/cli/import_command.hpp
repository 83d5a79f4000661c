#pragma once

// What publish and produce have in common around an import: options, progress, the summary.

#include <string>
#include <vector>

#include <CLI/App.hpp>

#include "caas/kafka/record.hpp"
#include "cli/commands.hpp"
#include "cli/import.hpp"

namespace caas::kafka::cli {

struct ImportOptions {
  std::string from;      ///< "-", a file, or empty: stdin when it is no terminal
  std::string errorsTo;  ///< empty: nowhere
  std::vector<std::string> headers;
};

void addImportOptions(CLI::App& app, ImportOptions& options);

/// Headers as Producer takes them; they view into the Header objects.
[[nodiscard]] std::vector<HeaderView> viewsOf(const std::vector<Header>& headers);

/// Sends all lines of the input into `sink` and prints the summary. `ignored`: names of fields that
/// were left out, with how often; read after the import.
[[nodiscard]] Result<int> importLines(Session& session, ImportSink& sink, Interrupt& interrupt,
                                      const ImportOptions& options, const Settings& settings,
                                      const std::map<std::string, std::int64_t>& ignored = {});

/// Sends one record and waits until it is delivered.
[[nodiscard]] Result<int> importOne(Session& session, ImportSink& sink, std::string_view text);

}  // namespace caas::kafka::cli
