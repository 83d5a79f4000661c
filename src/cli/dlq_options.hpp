#pragma once

// What dlq's commands have in common: which entries, and where the queue comes from.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/App.hpp>

#include "caas/kafka/dlq.hpp"
#include "cli/session.hpp"

namespace caas::kafka::cli {

/// As the command line gives it.
struct DlqSelection {
  std::vector<std::string> ids{};
  std::optional<std::string> tenant{};
  std::optional<std::string> topic{};
  std::optional<std::string> group{};
  std::optional<std::string> reason{};
  std::optional<std::string> code{};
  std::optional<std::string> fingerprint{};
  std::optional<std::string> since{};
  std::optional<std::string> until{};

  [[nodiscard]] bool empty() const {
    return ids.empty() && !tenant && !topic && !group && !reason && !code && !fingerprint &&
           !since && !until;
  }
};

void addDlqFilterOptions(CLI::App& app, DlqSelection& selection);

/// --since takes a time or how long ago ("2h"). Errors: kInvalidArgument.
[[nodiscard]] Result<DlqFilter> dlqFilterOf(const DlqSelection& selection, const Clock& clock);

[[nodiscard]] Result<std::unique_ptr<DeadLetterQueue>> openDlq(Session& session);

}  // namespace caas::kafka::cli
