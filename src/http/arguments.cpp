#include "http/arguments.hpp"

#include "config/values.hpp"

namespace caas::kafka::http {

const std::vector<std::string>& Arguments::all(std::string_view name) const {
  static const std::vector<std::string> kNone;
  const auto found = values_.find(name);
  return found == values_.end() ? kNone : found->second;
}

const std::string& Arguments::text(std::string_view name) const {
  static const std::string kNone;
  const auto& values = all(name);
  return values.empty() ? kNone : values.front();
}

std::optional<std::string> Arguments::find(std::string_view name) const {
  return has(name) ? std::optional(text(name)) : std::nullopt;
}

std::optional<std::int64_t> Arguments::findInteger(std::string_view name) const {
  return config::parseInteger(text(name));
}

std::int64_t Arguments::integer(std::string_view name) const {
  return findInteger(name).value_or(0);
}

bool Arguments::flag(std::string_view name) const { return text(name) == "true"; }

std::optional<Timestamp> Arguments::time(std::string_view name) const {
  const auto time = parseTimestamp(text(name));
  return time ? std::optional(*time) : std::nullopt;
}

void Arguments::add(std::string_view name, std::string value) {
  values_[std::string(name)].push_back(std::move(value));
}

}  // namespace caas::kafka::http
