#include "config/dotenv.hpp"

#include <algorithm>
#include <expected>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "config/small_file.hpp"
#include "config/values.hpp"
#include "core/errors.hpp"

namespace caas::kafka::config {
namespace {

constexpr std::size_t kMaxDotEnvBytes = 1 << 20;

/// A value, or what is wrong with it.
using Parsed = std::expected<std::string, std::string>;

bool isName(std::string_view text) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !text.empty() && letter(text.front()) && std::ranges::all_of(text, [letter](char c) {
    return letter(c) || (c >= '0' && c <= '9');
  });
}

/// Nothing but space or a comment may follow a closing quote.
bool onlyCommentFollows(std::string_view rest) {
  const auto text = trim(rest);
  return text.empty() || (text.front() == '#' && rest.front() != '#');
}

Parsed singleQuoted(std::string_view text) {
  const auto close = text.find('\'', 1);
  if (close == std::string_view::npos) {
    return std::unexpected("the closing ' is missing (a value ends with its line)");
  }
  if (!onlyCommentFollows(text.substr(close + 1))) {
    return std::unexpected("text follows the closing ' (quote the whole value, or none of it)");
  }
  return std::string(text.substr(1, close - 1));
}

std::optional<char> escaped(char c) {
  switch (c) {
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case '"':
    case '\\':
    case '$': return c;
    default: return std::nullopt;
  }
}

Parsed doubleQuoted(std::string_view text) {
  std::string value;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      if (!onlyCommentFollows(text.substr(i + 1))) {
        return std::unexpected(
            "text follows the closing \" (quote the whole value, or none of it)");
      }
      return value;
    }
    if (text[i] != '\\') {
      value += text[i];
      continue;
    }
    const auto character = i + 1 < text.size() ? escaped(text[i + 1]) : std::nullopt;
    if (!character) {
      return std::unexpected(
          "unknown escape; within double quotes there are \\n \\r \\t \\\" \\\\ and \\$ (single "
          "quotes take everything as it is)");
    }
    value += *character;
    ++i;
  }
  return std::unexpected("the closing \" is missing (a value ends with its line)");
}

Parsed plain(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool afterSpace = i == 0 || text[i - 1] == ' ' || text[i - 1] == '\t';
    if (text[i] == '#' && afterSpace) {
      text = text.substr(0, i);
      break;
    }
  }
  return std::string(trim(text));
}

Parsed parseValue(std::string_view text) {
  const auto value = trim(text);
  if (value.starts_with('\'')) {
    return singleQuoted(value);
  }
  if (value.starts_with('"')) {
    return doubleQuoted(value);
  }
  return plain(text);
}

/// One line into a name and its value. The name is empty for a line that says nothing.
std::expected<std::pair<std::string, std::string>, std::string> parseLine(std::string_view line) {
  auto text = trim(line);
  if (text.empty() || text.front() == '#') {
    return {};
  }
  if (text.find('\0') != std::string_view::npos) {
    return std::unexpected("a NUL character");
  }
  if (text.starts_with("export ") || text.starts_with("export\t")) {
    text = trim(text.substr(7));
  }
  const auto equals = text.find('=');
  if (equals == std::string_view::npos) {
    return std::unexpected("no '=' (write NAME=value, and # before a comment)");
  }
  const auto name = trim(text.substr(0, equals));
  if (!isName(name)) {
    return std::unexpected(
        "what stands before '=' is no name (letters, digits and _, not beginning with a digit)");
  }
  auto value = parseValue(text.substr(equals + 1));
  if (!value) {
    return std::unexpected(fmt::format("{}: {}", name, value.error()));
  }
  return std::pair(std::string(name), *std::move(value));
}

}  // namespace

Result<DotEnv> parseDotEnv(std::string_view text, std::string_view origin) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  DotEnv result;
  std::vector<std::string> problems;
  for (int number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    auto parsed = parseLine(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!parsed) {
      problems.push_back(fmt::format("{}:{}: {}", origin, number, parsed.error()));
    } else if (!parsed->first.empty()) {
      if (result.values.contains(parsed->first)) {
        result.warnings.push_back(fmt::format("{}:{}: {} is given again; this one counts", origin,
                                              number, parsed->first));
      }
      result.values[parsed->first] = std::move(parsed->second);
    }
  }
  if (!problems.empty()) {
    return fail(
        errors::invalidConfiguration(fmt::format("{}", fmt::join(problems, "\n")),
                                     "docs/configuration.md shows how the file is written"));
  }
  return result;
}

Result<DotEnv> readDotEnv(const std::filesystem::path& file) {
  std::error_code error;
  if (file.empty() || !std::filesystem::exists(file, error)) {
    // A folder that we may not look into is no missing file.
    if (error && error != std::errc::no_such_file_or_directory &&
        error != std::errc::not_a_directory) {
      return fail(errors::invalidConfiguration(
          fmt::format("cannot read '{}': {}", file.string(), error.message())));
    }
    return DotEnv{};
  }
  auto text = readSmallFile("cannot read", file, kMaxDotEnvBytes);
  if (!text) {
    return fail(
        errors::invalidConfiguration(text.error().message, "Make it readable, or remove it"));
  }
  return parseDotEnv(*text, file.string());
}

}  // namespace caas::kafka::config
