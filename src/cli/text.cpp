#include "cli/text.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "config/near.hpp"

namespace caas::kafka::cli {
namespace {

std::string_view code(Tone tone) {
  switch (tone) {
    case Tone::kPlain: return "";
    case Tone::kBold: return "1";
    case Tone::kDim: return "2";
    case Tone::kGood: return "32";
    case Tone::kWarn: return "33";
    case Tone::kBad: return "31";
  }
  return "";
}

/// Code points: as good as columns for what our tables hold.
std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace

Style Style::forStream(const CliContext& context, bool isTerminal) {
  const auto noColour = context.environment.find("NO_COLOR");
  const auto term = context.environment.find("TERM");
  const bool refused = noColour != context.environment.end() && !noColour->second.empty();
  const bool dumb = term != context.environment.end() && term->second == "dumb";
  return Style{isTerminal && !refused && !dumb};
}

std::string Style::paint(Tone tone, std::string_view text) const {
  if (!colour_ || tone == Tone::kPlain || text.empty()) {
    return std::string{text};
  }
  return fmt::format("\x1b[{}m{}\x1b[0m", code(tone), text);
}

Table::Table(std::vector<std::string> titles) : titles_(std::move(titles)) {
  for (auto& title : titles_) {
    right_.push_back(title.starts_with('>'));
    if (right_.back()) {
      title.erase(0, 1);
    }
  }
}

void Table::add(std::vector<Cell> row) {
  for (auto& cell : row) {
    cell.text = escapeForTerminal(cell.text);
  }
  row.resize(titles_.size(), Cell{""});
  rows_.push_back(std::move(row));
}

std::string Table::render(const Style& style) const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < titles_.size(); ++i) {
    auto width = columns(titles_[i]);
    for (const auto& row : rows_) {
      width = std::max(width, columns(row[i].text));
    }
    widths.push_back(width);
  }
  std::string out;
  const auto line = [&](const std::vector<Cell>& cells) {
    std::string text;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string padding(widths[i] - columns(cells[i].text), ' ');
      const auto painted = style.paint(cells[i].tone, cells[i].text);
      text += i == 0 ? "" : "  ";
      text += right_[i] ? padding + painted : painted + padding;
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + '\n';
  };
  std::vector<Cell> heading;
  for (const auto& title : titles_) {
    heading.emplace_back(title, Tone::kBold);
  }
  line(heading);
  std::ranges::for_each(rows_, line);
  return out;
}

std::string formatCount(std::int64_t number) {
  auto digits = std::to_string(number);
  const std::size_t first = number < 0 ? 1 : 0;
  for (auto at = digits.size(); at > first + 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

std::string plural(std::int64_t number, std::string_view noun) {
  return fmt::format("{} {}{}", formatCount(number), noun, number == 1 ? "" : "s");
}

std::string formatDuration(Milliseconds time) {
  const auto ms = time.count();
  if (ms < 1'000) {
    return fmt::format("{} ms", ms);
  }
  if (ms < 60'000) {
    return fmt::format("{:.1f} s", static_cast<double>(ms) / 1'000.0);
  }
  return fmt::format("{} min {} s", ms / 60'000, ms % 60'000 / 1'000);
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

std::string wrap(std::string_view text, std::size_t width, std::size_t indent) {
  std::string out;
  std::size_t column = indent;
  bool lineStart = true;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(" \n"), text.size());
    const auto word = text.substr(0, end);
    const bool newline = end < text.size() && text[end] == '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!lineStart && column + 1 + columns(word) > width) {
      out += '\n' + std::string(indent, ' ');
      column = indent;
    } else if (!lineStart) {
      out += ' ';
      ++column;
    }
    out += word;
    column += columns(word);
    lineStart = newline;
    if (newline) {
      out += '\n' + std::string(indent, ' ');
      column = indent;
    }
  }
  return out;
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  const std::vector<std::string_view> names{candidates.begin(), candidates.end()};
  const auto best = config::nearestOf(word, names);
  // A third of the word may be wrong: more is another word.
  const bool near = best && best->distance <= std::max<std::size_t>(1, word.size() / 3);
  return near ? std::string{best->name} : std::string{};
}

}  // namespace caas::kafka::cli
