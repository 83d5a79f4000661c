#include "cli/help.hpp"

#include <algorithm>

#include <CLI/Option.hpp>

namespace caas::kafka::cli {
namespace {

constexpr int kNarrowest = 50;
constexpr int kWidest = 100;
constexpr std::size_t kLeftAtMost = 28;

std::string optionName(const CLI::Option* option, bool positional) {
  if (positional) {
    return option->get_name(true);
  }
  std::vector<std::string> names;
  for (const auto& name : option->get_snames()) {
    names.push_back("-" + name);
  }
  for (const auto& name : option->get_lnames()) {
    names.push_back("--" + name);
  }
  auto text = join(names, ", ");
  if (option->get_type_size() != 0) {
    // CLI11 appends what a check allows ("N:POSITIVE"); our descriptions say it in words.
    const auto type = option->get_type_name();
    text += " " + type.substr(0, type.find(':'));
  }
  return text;
}

std::vector<const CLI::App*> namedSubcommands(const CLI::App* app) {
  return app->get_subcommands([](const CLI::App* sub) { return !sub->get_name().empty(); });
}

/// Up to the first full stop: what a list of commands shows.
std::string firstSentence(const std::string& text) {
  const auto sentence = text.substr(0, std::min(text.find(". "), text.size()));
  return sentence.ends_with('.') ? sentence.substr(0, sentence.size() - 1) : sentence;
}

}  // namespace

std::string fullName(const CLI::App* app) {
  const auto* parent = app->get_parent();
  return parent == nullptr ? app->get_name() : fullName(parent) + " " + app->get_name();
}

HelpFormatter::HelpFormatter(Style style, int width)
    : style_(style), width_(static_cast<std::size_t>(std::clamp(width, kNarrowest, kWidest))) {}

std::string HelpFormatter::heading(std::string_view text) const {
  return "\n" + style_.paint(Tone::kBold, text) + "\n";
}

std::string HelpFormatter::list(const std::vector<Entry>& entries) const {
  std::size_t left = 0;
  for (const auto& entry : entries) {
    if (entry.left.size() <= kLeftAtMost) {
      left = std::max(left, entry.left.size());
    }
  }
  const auto indent = left + 4;
  std::string out;
  for (const auto& entry : entries) {
    out += "  " + entry.left;
    out += entry.left.size() > left ? "\n" + std::string(indent, ' ')
                                    : std::string(indent - 2 - entry.left.size(), ' ');
    out += wrap(entry.right, width_, indent) + "\n";
  }
  return out;
}

std::string HelpFormatter::usage(const CLI::App* app) const {
  auto text = "  " + fullName(app);
  if (!namedSubcommands(app).empty()) {
    text += " COMMAND";
  }
  for (const auto* option : app->get_options(&CLI::Option::get_positional)) {
    auto name = option->get_name(true);
    name += option->get_expected_max() > 1 ? "..." : "";
    text += option->get_required() ? " " + name : " [" + name + "]";
  }
  return heading("Usage") + text + " [options]\n";
}

std::string HelpFormatter::options(const CLI::App* app, bool positional) const {
  std::vector<Entry> entries;
  for (const auto* option : app->get_options()) {
    if (option->get_positional() == positional) {
      auto text = option->get_description();
      text += option->get_required() && !positional ? " (needed)" : "";
      entries.push_back({optionName(option, positional), text});
    }
  }
  if (entries.empty()) {
    return {};
  }
  return heading(positional ? "Arguments" : "Options") + list(entries);
}

std::string HelpFormatter::subcommands(const CLI::App* app) const {
  std::vector<std::string> headings;
  for (const auto* sub : namedSubcommands(app)) {
    if (std::ranges::find(headings, sub->get_group()) == headings.end()) {
      headings.push_back(sub->get_group());
    }
  }
  std::string out;
  for (const auto& title : headings) {
    std::vector<Entry> entries;
    for (const auto* sub : namedSubcommands(app)) {
      if (sub->get_group() == title) {
        entries.push_back({sub->get_name(), firstSentence(sub->get_description())});
      }
    }
    out += heading(title) + list(entries);
  }
  return out;
}

std::string HelpFormatter::make_help(const CLI::App* app, std::string /*name*/,
                                     CLI::AppFormatMode /*mode*/) const {
  auto out = wrap(app->get_description(), width_, 0) + "\n" + usage(app) + options(app, true) +
             subcommands(app) + options(app, false);
  if (app->get_parent() != nullptr) {
    out += "\n" +
           wrap(
               "Every command also takes --brokers, --env-file, --catalog, --timeout and "
               "--json: see caas-kafka --help.",
               width_, 0) +
           "\n";
  }
  if (!app->get_footer().empty()) {
    out += heading("Examples") + app->get_footer() + "\n";
  }
  return out;
}

}  // namespace caas::kafka::cli
