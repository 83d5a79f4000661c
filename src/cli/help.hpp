#pragma once

#include <CLI/App.hpp>
#include <CLI/FormatterFwd.hpp>

#include "cli/text.hpp"

namespace caas::kafka::cli {

/// The --help pages: description, usage, arguments, options, commands, examples; wrapped to the
/// terminal.
class HelpFormatter : public CLI::FormatterBase {
 public:
  HelpFormatter(Style style, int width);
  [[nodiscard]] std::string make_help(const CLI::App* app, std::string name,
                                      CLI::AppFormatMode mode) const override;

 private:
  struct Entry {
    std::string left;
    std::string right;
  };
  [[nodiscard]] std::string heading(std::string_view text) const;
  [[nodiscard]] std::string list(const std::vector<Entry>& entries) const;
  [[nodiscard]] std::string usage(const CLI::App* app) const;
  [[nodiscard]] std::string options(const CLI::App* app, bool positional) const;
  [[nodiscard]] std::string subcommands(const CLI::App* app) const;

  Style style_;
  std::size_t width_;
};

/// "caas-kafka topics plan".
[[nodiscard]] std::string fullName(const CLI::App* app);

}  // namespace caas::kafka::cli
