#include "http/parameter.hpp"

#include <utility>

namespace caas::kafka::http {
namespace {

template <class Change>
Parameter changed(const Parameter& parameter, const Change& change) {
  auto copy = parameter;
  change(copy);
  return copy;
}

}  // namespace

Parameter Parameter::path(std::string name, std::string description) {
  return {.in = In::kPath,
          .name = std::move(name),
          .description = std::move(description),
          .required = true};
}

Parameter Parameter::query(std::string name, std::string description) {
  return {.in = In::kQuery, .name = std::move(name), .description = std::move(description)};
}

Parameter Parameter::header(std::string name, std::string description) {
  return {.in = In::kHeader, .name = std::move(name), .description = std::move(description)};
}

Parameter Parameter::integer(std::int64_t lowest, std::int64_t highest) const {
  return changed(*this, [&](Parameter& p) {
    p.type = Type::kInteger;
    p.least = lowest;
    p.most = highest;
  });
}

Parameter Parameter::boolean() const {
  return changed(*this, [](Parameter& p) { p.type = Type::kBoolean; });
}

Parameter Parameter::time() const {
  return changed(*this, [](Parameter& p) {
    p.type = Type::kTime;
    p.mostLength = 40;
  });
}

Parameter Parameter::oneOf(std::vector<std::string> values) const {
  return changed(*this, [&](Parameter& p) { p.words = std::move(values); });
}

Parameter Parameter::pattern(std::string ecmaScript, std::size_t longest) const {
  return changed(*this, [&](Parameter& p) {
    p.regex = std::move(ecmaScript);
    p.mostLength = longest;
  });
}

Parameter Parameter::longest(std::size_t bytes) const {
  return changed(*this, [&](Parameter& p) { p.mostLength = bytes; });
}

Parameter Parameter::byDefault(std::string value) const {
  return changed(*this, [&](Parameter& p) { p.defaultValue = std::move(value); });
}

Parameter Parameter::needed() const {
  return changed(*this, [](Parameter& p) { p.required = true; });
}

Parameter Parameter::several() const {
  return changed(*this, [](Parameter& p) { p.repeats = true; });
}

Parameter Parameter::example(std::string value) const {
  return changed(*this, [&](Parameter& p) { p.sample = std::move(value); });
}

namespace parameters {

Parameter tenantId(std::string name) {
  return Parameter::path(std::move(name), "The tenant.")
      .pattern("^[A-Za-z0-9][A-Za-z0-9_-]*$", 64)
      .example("acme");
}

Parameter topicName(std::string name) {
  return Parameter::path(std::move(name), "The topic's full name.")
      .pattern("^[A-Za-z0-9._-]+$", 249)
      .example("chat.messages.acme");
}

Parameter groupId(std::string name) {
  return Parameter::path(std::move(name), "The consumer group's id.")
      .longest(249)
      .example("caas-consumer-group");
}

Parameter limit(std::int64_t byDefault, std::int64_t most) {
  return Parameter::query("limit", "Items of a page at most.")
      .integer(1, most)
      .byDefault(std::to_string(byDefault));
}

Parameter after() {
  return Parameter::query("after",
                          "Where the page begins: behind this item. `next` of the page before.")
      .longest(1'024);
}

}  // namespace parameters
}  // namespace caas::kafka::http
