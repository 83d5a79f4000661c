#include "target.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "core/utf8.hpp"

namespace caas::kafka::fuzz {
namespace {

constexpr std::string_view kBetweenParts = "\n----\n";

std::vector<Target>& registry() {
  static std::vector<Target> all;
  return all;
}

}  // namespace

Target::Target(std::string_view itsName, Run itsRun) : name(itsName), run(itsRun) {
  auto& all = registry();
  all.insert(std::ranges::upper_bound(all, name, {}, &Target::name), *this);
}

const std::vector<Target>& targets() { return registry(); }

void check(bool holds, std::string_view property) {
  if (!holds) {
    std::fprintf(stderr, "does not hold: %.*s\n", static_cast<int>(property.size()),
                 property.data());
    std::abort();
  }
}

void checkError(const Error& error) {
  check(!error.message.empty(), "an error says what failed");
  check(isUtf8(error.message) && isUtf8(error.hint), "an error is UTF-8");
}

std::vector<std::string_view> partsUpTo(std::string_view input, std::size_t most) {
  std::vector<std::string_view> found;
  while (found.size() + 1 < most) {
    const auto end = input.find(kBetweenParts);
    if (end == std::string_view::npos) {
      break;
    }
    found.push_back(input.substr(0, end));
    input.remove_prefix(end + kBetweenParts.size());
  }
  found.push_back(input);
  return found;
}

std::vector<std::string_view> parts(std::string_view input, std::size_t count) {
  auto found = partsUpTo(input, count);
  found.resize(count);
  return found;
}

}  // namespace caas::kafka::fuzz
