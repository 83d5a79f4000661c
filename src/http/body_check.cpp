#include "http/body_check.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <regex>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "caas/kafka/clock.hpp"
#include "core/errors.hpp"

namespace caas::kafka::http {
namespace {

namespace json = boost::json;

/// std::regex takes stack for each byte of the text.
constexpr std::size_t kLongestMatched = 8'192;

enum Type : unsigned {
  kNull = 1U,
  kBoolean = 2U,
  kInteger = 4U,
  kNumber = 8U,
  kText = 16U,
  kArray = 32U,
  kObject = 64U,
};

struct TypeName {
  std::string_view word;
  unsigned type;
  std::string_view forPeople;
};
constexpr std::array kTypeNames{TypeName{"null", kNull, "null"},
                                TypeName{"boolean", kBoolean, "true or false"},
                                TypeName{"integer", kInteger, "a whole number"},
                                TypeName{"number", kInteger | kNumber, "a number"},
                                TypeName{"string", kText, "a text"},
                                TypeName{"array", kArray, "a list"},
                                TypeName{"object", kObject, "an object"}};

/// Words that allow or forbid nothing.
constexpr std::array<std::string_view, 6> kNotes{"description", "default", "example",
                                                 "examples",    "title",   "deprecated"};

unsigned typeOf(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null: return kNull;
    case json::kind::bool_: return kBoolean;
    case json::kind::int64:
    case json::kind::uint64: return kInteger;
    case json::kind::double_: return kNumber;
    case json::kind::string: return kText;
    case json::kind::array: return kArray;
    case json::kind::object: return kObject;
  }
  return 0;
}

/// In code points, as JSON Schema counts; the text is UTF-8.
std::size_t lengthOf(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// A step of a JSON pointer (RFC 6901).
std::string escaped(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '~' || c == '/') {
      out += c == '~' ? "~0" : "~1";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

struct BodyCheck::Node {
  const Node* target = nullptr;  ///< of a $ref
  unsigned types = 0;            ///< 0: any
  std::optional<double> least{};
  std::optional<double> most{};
  std::optional<std::size_t> leastSize{};  ///< of a text or a list
  std::optional<std::size_t> mostSize{};
  std::optional<std::regex> pattern{};
  std::string patternText{};
  bool isTime = false;
  std::vector<json::value> words{};
  const Node* items = nullptr;
  std::map<std::string, const Node*, std::less<>> members{};
  std::vector<std::string> required{};
  bool othersAllowed = true;
  const Node* others = nullptr;
  std::vector<const Node*> anyOf{};

  [[nodiscard]] std::optional<std::string> problem(const json::value& value,
                                                   const std::string& at) const;

 private:
  [[nodiscard]] std::string typeWords() const;
  [[nodiscard]] std::optional<std::string> ofText(std::string_view text,
                                                  const std::string& at) const;
  [[nodiscard]] std::optional<std::string> ofNumber(double number, const std::string& at) const;
  [[nodiscard]] std::optional<std::string> ofArray(const json::array& array,
                                                   const std::string& at) const;
  [[nodiscard]] std::optional<std::string> ofObject(const json::object& object,
                                                    const std::string& at) const;
};

namespace {

using Node = BodyCheck::Node;

std::string place(const std::string& at) { return at.empty() ? "the body" : at; }

struct Compiled {
  std::deque<Node> nodes;
  std::map<std::string, const Node*, std::less<>> named;
};

class Compiler {
 public:
  Compiler(const Schema& schema, Compiled& out) : schema_(schema), out_(out) {}

  Result<const Node*> node(const json::object& json) {
    auto& made = out_.nodes.emplace_back();
    for (const auto& [word, value] : json) {
      CAAS_TRY(read(made, word, value));
    }
    if (made.pattern && made.mostSize.value_or(kLongestMatched + 1) > kLongestMatched) {
      return fail(errors::internal(fmt::format("the pattern {} needs a maxLength of at most {}",
                                               made.patternText, kLongestMatched)));
    }
    return &made;
  }

 private:
  Result<void> read(Node& node, std::string_view word, const json::value& value) {
    if (std::ranges::find(kNotes, word) != kNotes.end()) {
      return {};
    }
    if (word == "type") {
      return types(node, value);
    }
    if (word == "format") {
      node.isTime = value.as_string() == "date-time";
    } else if (word == "enum") {
      node.words.assign(value.as_array().begin(), value.as_array().end());
    } else if (word == "pattern") {
      return pattern(node, value.as_string());
    } else if (word == "minimum") {
      node.least = value.to_number<double>();
    } else if (word == "maximum") {
      node.most = value.to_number<double>();
    } else if (word == "minLength" || word == "minItems") {
      node.leastSize = value.to_number<std::size_t>();
    } else if (word == "maxLength" || word == "maxItems") {
      node.mostSize = value.to_number<std::size_t>();
    } else {
      return nested(node, word, value);
    }
    return {};
  }

  Result<void> nested(Node& node, std::string_view word, const json::value& value) {
    if (word == "items") {
      CAAS_ASSIGN(node.items, this->node(value.as_object()));
    } else if (word == "properties") {
      for (const auto& [name, member] : value.as_object()) {
        CAAS_ASSIGN(node.members[name], this->node(member.as_object()));
      }
    } else if (word == "required") {
      for (const auto& name : value.as_array()) {
        node.required.emplace_back(name.as_string());
      }
    } else if (word == "additionalProperties") {
      node.othersAllowed = !value.is_bool() || value.as_bool();
      if (value.is_object()) {
        CAAS_ASSIGN(node.others, this->node(value.as_object()));
      }
    } else if (word == "anyOf") {
      for (const auto& choice : value.as_array()) {
        CAAS_ASSIGN(const auto* made, this->node(choice.as_object()));
        node.anyOf.push_back(made);
      }
    } else if (word == "$ref") {
      CAAS_ASSIGN(node.target, component(value.as_string()));
    } else {
      return fail(errors::internal(fmt::format("bodies are not checked by '{}'", word)));
    }
    return {};
  }

  Result<void> types(Node& node, const json::value& value) {
    const auto add = [&](std::string_view name) {
      const auto* found = std::ranges::find(kTypeNames, name, &TypeName::word);
      node.types |= found == kTypeNames.end() ? 0 : found->type;
      return found != kTypeNames.end();
    };
    bool known = true;
    if (const auto* several = value.if_array()) {
      for (const auto& name : *several) {
        known = add(name.as_string()) && known;
      }
    } else {
      known = add(value.as_string());
    }
    return known ? Result<void>{}
                 : fail(errors::internal("no type of JSON: " + json::serialize(value)));
  }

  static Result<void> pattern(Node& node, std::string_view text) {
    node.patternText = text;
    try {
      node.pattern.emplace(node.patternText);
    } catch (const std::regex_error& error) {
      return fail(
          errors::internal(fmt::format("'{}' is no regular expression: {}", text, error.what())));
    }
    return {};
  }

  Result<const Node*> component(std::string_view reference) {
    const auto name = reference.substr(reference.rfind('/') + 1);
    if (const auto found = out_.named.find(name); found != out_.named.end()) {
      return found->second;
    }
    const auto found = schema_.components.find(name);
    if (found == schema_.components.end()) {
      return fail(errors::internal(fmt::format("the schema does not have {}", reference)));
    }
    // Before its content, which may refer to it again.
    auto& made = out_.nodes.emplace_back();
    out_.named.emplace(name, &made);
    CAAS_ASSIGN(made.target, node(found->second));
    return &made;
  }

  const Schema& schema_;
  Compiled& out_;
};

}  // namespace

std::string BodyCheck::Node::typeWords() const {
  std::string text;
  for (const auto& [word, type, forPeople] : kTypeNames) {
    const bool integerOfNumber = type == kInteger && (types & kNumber) != 0;
    if ((types & type) == type && !integerOfNumber) {
      text += (text.empty() ? "" : " or ") + std::string(forPeople);
    }
  }
  return text;
}

std::optional<std::string> BodyCheck::Node::problem(const json::value& value,
                                                    const std::string& at) const {
  if (target != nullptr) {
    return target->problem(value, at);
  }
  if (types != 0 && (types & typeOf(value)) == 0) {
    return fmt::format("{} must be {}", place(at), typeWords());
  }
  if (!words.empty() && std::ranges::find(words, value) == words.end()) {
    return fmt::format("{} must be one of {}", place(at),
                       json::serialize(json::array(words.begin(), words.end())));
  }
  if (!anyOf.empty()) {
    std::optional<std::string> first;
    for (const auto* choice : anyOf) {
      auto wrong = choice->problem(value, at);
      if (!wrong) {
        return std::nullopt;
      }
      first = first ? std::move(first) : std::move(wrong);
    }
    return first;
  }
  switch (value.kind()) {
    case json::kind::string: return ofText(value.get_string(), at);
    case json::kind::array: return ofArray(value.get_array(), at);
    case json::kind::object: return ofObject(value.get_object(), at);
    case json::kind::int64:
    case json::kind::uint64:
    case json::kind::double_: return ofNumber(value.to_number<double>(), at);
    default: return std::nullopt;
  }
}

std::optional<std::string> BodyCheck::Node::ofText(std::string_view text,
                                                   const std::string& at) const {
  const auto length = lengthOf(text);
  if (length < leastSize.value_or(0) || length > mostSize.value_or(length)) {
    return fmt::format("{} must have {} to {} characters", place(at), leastSize.value_or(0),
                       mostSize ? fmt::to_string(*mostSize) : "any number of");
  }
  if (pattern && !std::regex_search(text.begin(), text.end(), *pattern)) {
    return fmt::format("{} must match {}", place(at), patternText);
  }
  if (isTime && (text.find('T') == std::string_view::npos || !parseTimestamp(text))) {
    return fmt::format("{} must be a time such as 2026-03-01T12:00:00Z", place(at));
  }
  return std::nullopt;
}

std::optional<std::string> BodyCheck::Node::ofNumber(double number, const std::string& at) const {
  if ((least && number < *least) || (most && number > *most)) {
    return fmt::format("{} must be {} from {} to {}", place(at), typeWords(),
                       least ? fmt::to_string(*least) : "any",
                       most ? fmt::to_string(*most) : "any");
  }
  return std::nullopt;
}

std::optional<std::string> BodyCheck::Node::ofArray(const json::array& array,
                                                    const std::string& at) const {
  if (array.size() < leastSize.value_or(0) || array.size() > mostSize.value_or(array.size())) {
    return fmt::format("{} must have {} to {} items", place(at), leastSize.value_or(0),
                       mostSize ? fmt::to_string(*mostSize) : "any number of");
  }
  for (std::size_t i = 0; items != nullptr && i < array.size(); ++i) {
    if (auto wrong = items->problem(array[i], fmt::format("{}/{}", at, i))) {
      return wrong;
    }
  }
  return std::nullopt;
}

std::optional<std::string> BodyCheck::Node::ofObject(const json::object& object,
                                                     const std::string& at) const {
  for (const auto& name : required) {
    if (!object.contains(name)) {
      return fmt::format("{} must have '{}'", place(at), name);
    }
  }
  for (const auto& [name, value] : object) {
    const auto known = members.find(std::string_view(name));
    const auto* node = known == members.end() ? others : known->second;
    if (known == members.end() && !othersAllowed) {
      return fmt::format("{} must not have '{}'", place(at), std::string_view(name));
    }
    if (node != nullptr) {
      if (auto wrong = node->problem(value, at + '/' + escaped(name))) {
        return wrong;
      }
    }
  }
  return std::nullopt;
}

Result<BodyCheck> BodyCheck::compile(const Schema& schema) {
  const auto compiled = std::make_shared<Compiled>();
  CAAS_ASSIGN(const auto* root, Compiler(schema, *compiled).node(schema.json));
  BodyCheck check;
  check.root_ = std::shared_ptr<const Node>(compiled, root);
  return check;
}

std::optional<std::string> BodyCheck::problemWith(const json::value& value) const {
  return root_->problem(value, {});
}

}  // namespace caas::kafka::http
