#include "catalog/problems.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/errors.hpp"

namespace caas::kafka::catalog {

void Problems::add(int line, std::string_view entry, std::string_view problem) {
  auto text = line > 0 ? fmt::format("{}:{}: ", origin_, line) : fmt::format("{}: ", origin_);
  if (!entry.empty()) {
    text += fmt::format("entry '{}': ", entry);
  }
  lines_.push_back(text.append(problem));
}

Error Problems::toError() const {
  constexpr std::size_t kShown = 50;
  const auto shown = std::min(lines_.size(), kShown);
  auto message =
      fmt::format("{}", fmt::join(lines_.begin(), lines_.begin() + static_cast<long>(shown), "\n"));
  if (shown < lines_.size()) {
    message += fmt::format("\n… and {} more", lines_.size() - shown);
  }
  return errors::invalidConfiguration(std::move(message),
                                      "docs/adding-topics.md explains each key of an entry");
}

}  // namespace caas::kafka::catalog
