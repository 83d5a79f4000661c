#include <iterator>

#include <fmt/format.h>

#include "produce/event_json.hpp"

namespace caas::kafka {
namespace produce {
namespace {

bool needsEscape(char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; }

void appendEscaped(std::string& out, char c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
  }
}

void appendString(std::string& out, std::string_view text) {
  out += '"';
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (needsEscape(text[i])) {
      out.append(text, start, i - start);
      appendEscaped(out, text[i]);
      start = i + 1;
    }
  }
  out.append(text, start);
  out += '"';
}

struct ValueWriter {
  std::string& out;
  void operator()(std::monostate) const {}
  void operator()(std::string_view text) const { appendString(out, text); }
  void operator()(bool value) const { out += value ? "true" : "false"; }
  void operator()(Timestamp time) const { appendString(out, formatTimestamp(time)); }
  void operator()(const StringMap* map) const { (*this)(*map); }
  void operator()(const StringMap& map) const {
    char before = '{';
    for (const auto& [name, text] : map) {
      out += before;
      appendString(out, name);
      out += ':';
      appendString(out, text);
      before = ',';
    }
    out += map.empty() ? "{}" : "}";
  }
};

/// The members of one object, in the order in which they come.
class ObjectWriter {
 public:
  explicit ObjectWriter(std::string& out) : out_(out) {}
  template <class Value>
  void member(std::string_view name, const Value& value) {
    out_ += before_;
    appendString(out_, name);
    out_ += ':';
    std::visit(ValueWriter{out_}, value);
    before_ = ',';
  }
  void end() { out_ += before_ == '{' ? "{}" : "}"; }

 private:
  std::string& out_;
  char before_ = '{';
};

}  // namespace

void appendEventJson(std::string& out, const EventView& event) {
  ObjectWriter object(out);
  for (std::size_t i = 0; i < event.info->fields.size(); ++i) {
    if (!std::holds_alternative<std::monostate>(event.fields[i])) {
      object.member(event.info->fields[i].name, event.fields[i]);
    }
  }
  object.end();
}

void appendEventJson(std::string& out, const Event& event) {
  if (const auto* info = findEventType(event.type)) {
    appendEventJson(out, viewOf(*info, event));
    return;
  }
  ObjectWriter object(out);
  for (const auto& [name, value] : event.fields) {
    object.member(name, value);
  }
  object.end();
}

}  // namespace produce

std::string eventToJson(const Event& event) {
  std::string out;
  produce::appendEventJson(out, event);
  return out;
}

}  // namespace caas::kafka
