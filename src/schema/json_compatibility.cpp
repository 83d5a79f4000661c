#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/errors.hpp"
#include "schema/compatibility.hpp"
#include "schema/json_schema.hpp"

namespace caas::kafka::schema {
namespace {

namespace json = boost::json;
using Types = std::set<std::string, std::less<>>;

constexpr int kMaxDepth = 100;

const json::value* member(const json::value& schema, std::string_view name) {
  const auto* object = schema.if_object();
  return object == nullptr ? nullptr : object->if_contains(name);
}

bool isFalse(const json::value* schema) {
  return schema != nullptr && schema->is_bool() && !schema->get_bool();
}

/// Words that say more of the value itself than is compared here.
bool isCombined(const json::value& schema) {
  constexpr std::array kWords{"allOf", "anyOf", "oneOf", "not", "if"};
  return std::ranges::any_of(kWords,
                             [&](const auto* word) { return member(schema, word) != nullptr; });
}

Types typesOf(const json::value& schema) {
  const auto* type = member(schema, "type");
  if (type == nullptr) {
    return {"null", "boolean", "object", "array", "number", "string"};
  }
  Types types;
  if (const auto* one = type->if_string()) {
    types.emplace(*one);
  } else if (const auto* several = type->if_array()) {
    for (const auto& item : *several) {
      if (const auto* name = item.if_string()) {
        types.emplace(*name);
      }
    }
  }
  return types;
}

std::set<std::string> namesIn(const json::value* list) {
  std::set<std::string> names;
  if (list != nullptr && list->is_array()) {
    for (const auto& item : list->get_array()) {
      if (const auto* name = item.if_string()) {
        names.emplace(*name);
      }
    }
  }
  return names;
}

class Comparison {
 public:
  Comparison(const json::value& writer, const json::value& reader)
      : writer_(writer), reader_(reader) {}
  Breaks run() {
    compare(writer_, reader_, {}, 0);
    return std::move(breaks_);
  }

 private:
  static const json::value& resolved(const json::value& document, const json::value& schema) {
    const auto* at = &schema;
    // A $ref to a $ref …; isEndless has refused circles.
    while (const auto* target = referredTo(document, *at)) {
      at = target;
    }
    return *at;
  }

  void compare(const json::value& w, const json::value& r, const std::string& path, int depth) {
    const auto& writer = resolved(writer_, w);
    const auto& reader = resolved(reader_, r);
    if (depth > kMaxDepth || isFalse(&writer) || !done_.insert({&writer, &reader}).second ||
        isCombined(writer) || isCombined(reader)) {
      return;
    }
    if (isFalse(&reader)) {
      return add(path, "nothing is taken any more");
    }
    if (!types(writer, reader, path)) {
      return;
    }
    words(writer, reader, path);
    limits(writer, reader, path);
    if (typesOf(writer).contains("object")) {
      required(writer, reader, path);
      properties(writer, reader, path, depth);
    }
    const auto* items = member(writer, "items");
    const auto* readItems = member(reader, "items");
    if (items != nullptr && readItems != nullptr && !items->is_array() && !readItems->is_array()) {
      compare(*items, *readItems, path + "/[]", depth + 1);
    }
  }

  bool types(const json::value& writer, const json::value& reader, const std::string& path) {
    const auto written = typesOf(writer);
    const auto read = typesOf(reader);
    // A list of words says more than the type beside it.
    if (member(writer, "enum") != nullptr || member(writer, "const") != nullptr) {
      return true;
    }
    for (const auto& type : written) {
      if (!read.contains(type) && !(type == "integer" && read.contains("number"))) {
        add(path, fmt::format("{} was written, {} is taken", type, fmt::join(read, " or ")));
        return false;
      }
    }
    return true;
  }

  void words(const json::value& writer, const json::value& reader, const std::string& path) {
    const auto* taken = member(reader, "enum");
    const auto* written = member(writer, "enum");
    if (taken == nullptr || !taken->is_array() || member(writer, "const") != nullptr) {
      return;
    }
    const auto& words = taken->get_array();
    if (written == nullptr || !written->is_array()) {
      return add(path, fmt::format("anything was written, {} is taken", json::serialize(*taken)));
    }
    for (const auto& word : written->get_array()) {
      if (std::ranges::find(words, word) == words.end()) {
        add(path, fmt::format("{} is not taken any more", json::serialize(word)));
      }
    }
  }

  /// What may be written beyond what is read.
  void limits(const json::value& writer, const json::value& reader, const std::string& path) {
    struct Limit {
      const char* word;
      const char* type;
      bool upper;
    };
    static constexpr std::array kLimits{
        Limit{"minLength", "string", false},     Limit{"maxLength", "string", true},
        Limit{"minItems", "array", false},       Limit{"maxItems", "array", true},
        Limit{"minimum", "number", false},       Limit{"maximum", "number", true},
        Limit{"minProperties", "object", false}, Limit{"maxProperties", "object", true}};
    if (member(writer, "enum") != nullptr || member(writer, "const") != nullptr) {
      return;
    }
    const auto written = typesOf(writer);
    for (const auto& [word, type, upper] : kLimits) {
      const auto* taken = member(reader, word);
      const bool concerned = written.contains(type) ||
                             (type == std::string_view("number") && written.contains("integer"));
      if (taken == nullptr || !taken->is_number() || !concerned) {
        continue;
      }
      const auto* said = member(writer, word);
      const bool within = said != nullptr && said->is_number() &&
                          (upper ? said->to_number<double>() <= taken->to_number<double>()
                                 : said->to_number<double>() >= taken->to_number<double>());
      const bool always =
          !upper && taken->to_number<double>() <= 0 && type != std::string_view("number");
      if (!within && !always) {
        add(path, fmt::format("{} is {} and was {}", word, json::serialize(*taken),
                              said == nullptr ? std::string("not set") : json::serialize(*said)));
      }
    }
  }

  void required(const json::value& writer, const json::value& reader, const std::string& path) {
    const auto always = namesIn(member(writer, "required"));
    for (const auto& name : namesIn(member(reader, "required"))) {
      if (!always.contains(name)) {
        add(path + "/" + name, "required, and may have been written without it");
      }
    }
  }

  void properties(const json::value& writer, const json::value& reader, const std::string& path,
                  int depth) {
    const auto* read = member(reader, "properties");
    const auto* rest = member(reader, "additionalProperties");
    const bool patterns = member(reader, "patternProperties") != nullptr;
    if (const auto* written = member(writer, "properties");
        written != nullptr && written->is_object()) {
      for (const auto& [key, property] : written->get_object()) {
        const std::string name(key);
        const auto* known = read == nullptr ? nullptr : member(*read, name);
        if (known == nullptr) {
          known = patterns ? nullptr : rest;
        }
        if (known != nullptr && isFalse(known) && !isFalse(&property)) {
          add(path + "/" + name, "it is not known any more, and no others are taken");
        } else if (known != nullptr) {
          compare(property, *known, path + "/" + name, depth + 1);
        }
      }
    }
    if (isFalse(rest) && !patterns && !isFalse(member(writer, "additionalProperties"))) {
      add(path, "any other property may have been written, and none is taken");
    }
  }

  void add(const std::string& path, std::string_view what) {
    breaks_.push_back(fmt::format("at {}: {}", path.empty() ? "the top" : path, what));
  }

  const json::value& writer_;
  const json::value& reader_;
  Breaks breaks_;
  std::set<std::pair<const json::value*, const json::value*>> done_;
};

}  // namespace

Result<Breaks> jsonBreaks(const CompleteSchema& writer, const CompleteSchema& reader) {
  CAAS_ASSIGN(const auto written, bundledJson(writer));
  CAAS_ASSIGN(const auto read, bundledJson(reader));
  if (isEndless(written) || isEndless(read)) {
    return fail(errors::invalidArgument("the JSON schema refers to itself without end"));
  }
  return Comparison(written, read).run();
}

}  // namespace caas::kafka::schema
