// JSON Schema (draft 7) by valijson: the payload is JSON text that the schema describes.

#include <algorithm>
#include <charconv>
#include <exception>
#include <map>
#include <optional>
#include <set>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/errors.hpp"
#include "core/utf8.hpp"
#include "schema/codec.hpp"
#include "schema/idle_pool.hpp"
#include "schema/json_judge.hpp"
#include "schema/json_readable.hpp"
#include "schema/json_schema.hpp"

namespace caas::kafka::schema {
namespace {

namespace json = boost::json;

constexpr std::size_t kQuoted = 80;

template <class Visit>
bool anyMember(const json::value& value, const Visit& visit) {
  if (const auto* object = value.if_object()) {
    for (const auto& [name, member] : *object) {
      if (visit(name, member) || anyMember(member, visit)) {
        return true;
      }
    }
  } else if (const auto* array = value.if_array()) {
    for (const auto& item : *array) {
      if (anyMember(item, visit)) {
        return true;
      }
    }
  }
  return false;
}

/// "%2F" → "/".
std::string percentDecoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned byte = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16).ptr ==
            text.data() + i + 3) {
      out += static_cast<char>(byte);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

/// One document out of a schema and what it refers to: the others stand in it as members, and every
/// $ref points into it. valijson alone knows absolute URIs only, and subjects have names like
/// "user.json".
class Bundle {
 public:
  explicit Bundle(json::value root) : root_(std::move(root)) {}

  Result<json::value> with(const std::vector<std::pair<std::string, std::string>>& references) {
    for (const auto& [name, text] : references) {
      places_.emplace(name, fmt::format("/{}/{}", kMember, places_.size()));
    }
    rewrite(root_, "");
    json::array others;
    for (const auto& [name, text] : references) {
      CAAS_ASSIGN(auto other, parseJson(text, fmt::format("the referenced schema {}", name)));
      rewrite(other, places_.at(name));
      others.push_back(std::move(other));
    }
    if (!unknown_.empty()) {
      return fail(errors::invalidArgument(fmt::format(
          "the JSON schema refers to '{}', which is none of its references", unknown_)));
    }
    if (auto* object = root_.if_object(); object != nullptr && !others.empty()) {
      (*object)[kMember] = std::move(others);
    }
    return std::move(root_);
  }

 private:
  static constexpr std::string_view kMember = "caas-references";

  void rewrite(json::value& value, const std::string& place) {
    if (auto* array = value.if_array()) {
      for (auto& item : *array) {
        rewrite(item, place);
      }
    }
    auto* object = value.if_object();
    if (object == nullptr) {
      return;
    }
    if (const auto* id = object->if_contains("$id"); id != nullptr && id->is_string()) {
      object->erase("$id");
    }
    for (auto& [name, member] : *object) {
      const std::string_view word = name;
      if (word == "$ref" && member.is_string()) {
        member = target(std::string_view(member.as_string()), place);
      } else if (word != "enum" && word != "const" && word != "default" && word != "examples") {
        rewrite(member, place);
      }
    }
  }

  std::string target(std::string_view reference, const std::string& place) {
    const auto hash = std::min(reference.find('#'), reference.size());
    const auto document = reference.substr(0, hash);
    const auto pointer = reference.substr(std::min(hash + 1, reference.size()));
    if (document.empty()) {
      return fmt::format("#{}{}", place, pointer);
    }
    const auto found = places_.find(document);
    if (found == places_.end()) {
      unknown_ = reference;
      return "#";
    }
    return fmt::format("#{}{}", found->second, pointer);
  }

  json::value root_;
  std::map<std::string, std::string, std::less<>> places_;
  std::string unknown_;
};

/// Whether judging a value would come back to judging the same value for ever: a $ref, or a word
/// that applies another schema to the value itself, that leads back to where it stands.
class Endless {
 public:
  explicit Endless(const json::value& root) : root_(root) {}
  bool anywhere() {
    return circles(root_) || anyMember(root_, [this](std::string_view, const json::value& member) {
             return circles(member);
           });
  }

 private:
  bool circles(const json::value& schema) {
    const auto* object = schema.if_object();
    if (object == nullptr || done_.contains(object)) {
      return false;
    }
    if (!open_.insert(object).second) {
      return true;
    }
    bool found = false;
    if (const auto* target = referredTo(root_, schema); target != nullptr) {
      found = circles(*target);
    }
    for (const std::string_view word : {"allOf", "anyOf", "oneOf", "not", "if", "then", "else"}) {
      const auto* applied = object->if_contains(word);
      if (applied == nullptr || found) {
        continue;
      }
      if (const auto* list = applied->if_array()) {
        for (const auto& item : *list) {
          found = found || circles(item);
        }
      } else {
        found = circles(*applied);
      }
    }
    open_.erase(object);
    done_.insert(object);
    return found;
  }

  const json::value& root_;
  std::set<const json::object*> open_;
  std::set<const json::object*> done_;
};

/// "<root>", "[items]", "[0]" → "/items/0".
std::string pointerOf(const std::vector<std::string>& context) {
  std::string pointer;
  for (std::size_t i = 1; i < context.size(); ++i) {
    std::string_view part = context[i];
    if (part.size() >= 2 && part.starts_with('[') && part.ends_with(']')) {
      part = part.substr(1, part.size() - 2);
    }
    pointer += '/';
    for (const char c : part) {
      pointer += c == '~' ? "~0" : (c == '/' ? "~1" : std::string(1, c));
    }
  }
  return pointer;
}

class JsonCodec final : public Codec {
 public:
  explicit JsonCodec(json::value text) : text_(std::move(text)) {}

  Result<void> compile() {
    if (Endless(text_).anywhere()) {
      return fail(errors::invalidArgument("the JSON schema refers to itself without end"));
    }
    try {
      valijson::SchemaParser parser;
      parser.populateSchema(Adapter(text_), schema_);
    } catch (const std::exception& problem) {
      return fail(
          errors::invalidArgument(fmt::format("the JSON schema is wrong: {}", problem.what())));
    }
    return {};
  }

  Result<void> encodeAs(std::string_view message, const json::value& value,
                        std::string& out) const override {
    CAAS_TRY(noMessages(message));
    CAAS_TRY(check(value));
    out += json::serialize(value);
    return {};
  }
  Result<json::value> decode(std::string_view payload) const override {
    CAAS_ASSIGN(auto value, parseJson(payload, "the value"));
    CAAS_TRY(check(value));
    return value;
  }
  std::string recordName() const override {
    const auto* object = text_.if_object();
    const auto* title = object == nullptr ? nullptr : object->if_contains("title");
    return title != nullptr && title->is_string() ? std::string(title->as_string()) : std::string();
  }

 private:
  Result<void> check(const json::value& value) const {
    if (!isMisread(value)) {
      return judge(value);
    }
    auto readable = value;
    makeReadable(readable);
    return judge(readable);
  }

  Result<void> judge(const json::value& value) const {
    auto patterns = patterns_.take([] { return std::make_unique<Judgement::Patterns>(); });
    valijson::ValidationResults results;
    try {
      const Judgement judgement(stepsFor(value), *patterns);
      if (valijson::Validator().validate(schema_, Adapter(value), &results)) {
        patterns_.give(std::move(patterns));
        return {};
      }
    } catch (const std::exception& problem) {
      return fail(errors::invalidArgument(
          fmt::format("the JSON schema cannot judge this value: {}", problem.what())));
    }
    patterns_.give(std::move(patterns));
    return fail(errors::invalidArgument(told(results, value)));
  }

  /// The deepest of what is wrong is the cause; what is above it fails because of it.
  static std::string told(const valijson::ValidationResults& results, const json::value& value) {
    const valijson::ValidationResults::Error* cause = nullptr;
    for (const auto& error : results) {
      if (cause == nullptr || error.context.size() > cause->context.size()) {
        cause = &error;
      }
    }
    if (cause == nullptr) {
      return "the value does not fit the JSON schema";
    }
    const auto pointer = pointerOf(cause->context);
    boost::system::error_code problem;
    const auto* found = value.find_pointer(pointer, problem);
    const auto shown = found == nullptr ? std::string{} : excerpt(*found, kQuoted);
    return fmt::format("at {}: {}{}", pointer.empty() ? "the top" : pointer, cause->description,
                       shown.empty() ? "" : fmt::format(" (it is {})", shown));
  }

  const json::value text_;
  valijson::Schema schema_;
  mutable IdlePool<std::unique_ptr<Judgement::Patterns>> patterns_;
};

}  // namespace

Result<json::value> bundledJson(const CompleteSchema& schema) {
  CAAS_ASSIGN(auto text, parseJson(schema.schema.text, "the JSON schema"));
  CAAS_ASSIGN(auto bundle, Bundle(std::move(text)).with(schema.references));
  makeReadable(bundle);
  return bundle;
}

const json::value* referredTo(const json::value& document, const json::value& schema) {
  const auto* object = schema.if_object();
  const auto* reference = object == nullptr ? nullptr : object->if_contains("$ref");
  if (reference == nullptr || !reference->is_string() || !reference->as_string().starts_with('#')) {
    return nullptr;
  }
  boost::system::error_code problem;
  const auto pointer = percentDecoded(std::string_view(reference->as_string()).substr(1));
  return document.find_pointer(pointer, problem);
}

bool isEndless(const json::value& document) { return Endless(document).anywhere(); }

Result<std::shared_ptr<const Codec>> makeJsonCodec(const CompleteSchema& schema) {
  CAAS_ASSIGN(auto bundle, bundledJson(schema));
  auto codec = std::make_shared<JsonCodec>(std::move(bundle));
  CAAS_TRY(codec->compile());
  return codec;
}

}  // namespace caas::kafka::schema
