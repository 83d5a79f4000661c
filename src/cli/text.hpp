#pragma once

// Text for people: tables, colour, numbers, and bytes made harmless for a terminal.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "caas/kafka/clock.hpp"
#include "cli/context.hpp"
#include "core/escape.hpp"

namespace caas::kafka::cli {

enum class Tone { kPlain, kBold, kDim, kGood, kWarn, kBad };

/// Colours, or nothing of the kind.
class Style {
 public:
  Style() = default;
  explicit Style(bool colour) : colour_(colour) {}
  /// Colour on a terminal, unless NO_COLOR is set (no-color.org) or TERM is "dumb".
  [[nodiscard]] static Style forStream(const CliContext& context, bool isTerminal);
  [[nodiscard]] std::string paint(Tone tone, std::string_view text) const;

 private:
  bool colour_ = false;
};

struct Cell {
  std::string text;
  Tone tone = Tone::kPlain;
  Cell(std::string value, Tone cellTone = Tone::kPlain)  // NOLINT: a plain text is a cell
      : text(std::move(value)), tone(cellTone) {}
  Cell(const char* value) : text(value) {}  // NOLINT
};

/// Columns that line up. Cell texts are escaped for the terminal.
class Table {
 public:
  /// A title that begins with '>' makes a column right-aligned.
  explicit Table(std::vector<std::string> titles);
  void add(std::vector<Cell> row);
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  [[nodiscard]] std::string render(const Style& style = {}) const;

 private:
  std::vector<std::string> titles_;
  std::vector<bool> right_;
  std::vector<std::vector<Cell>> rows_;
};

/// 1234567 → "1,234,567".
[[nodiscard]] std::string formatCount(std::int64_t number);
/// "3 topics", "1 topic".
[[nodiscard]] std::string plural(std::int64_t number, std::string_view noun);
/// "12 ms", "3.4 s", "2 min 5 s".
[[nodiscard]] std::string formatDuration(Milliseconds time);
[[nodiscard]] std::string join(const std::vector<std::string>& parts, std::string_view separator);
/// Breaks at spaces; lines after the first begin with `indent` spaces. Words longer than a line
/// stay whole.
[[nodiscard]] std::string wrap(std::string_view text, std::size_t width, std::size_t indent);

/// The candidate that is the fewest edits away, if that is near enough to be a typing error; else
/// "".
[[nodiscard]] std::string nearest(std::string_view word,
                                  const std::vector<std::string>& candidates);

}  // namespace caas::kafka::cli
