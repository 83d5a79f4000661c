#include <iterator>

#include <fmt/format.h>

#include "produce/event_json.hpp"
#include "produce/event_table.hpp"

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
  void operator()(const std::string& text) const { appendString(out, text); }
  void operator()(bool value) const { out += value ? "true" : "false"; }
  void operator()(Timestamp time) const { appendString(out, formatTimestamp(time)); }
  void operator()(const std::map<std::string, std::string>& map) const {
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

}  // namespace

void appendEventJson(std::string& out, const Event& event) {
  char before = '{';
  const auto append = [&](std::string_view name, const FieldValue& value) {
    out += before;
    appendString(out, name);
    out += ':';
    std::visit(ValueWriter{out}, value);
    before = ',';
  };
  const auto* info = findEventType(event.type);
  if (info != nullptr) {
    for (const auto& field : info->fields) {
      const auto found = event.fields.find(field.name);
      if (found != event.fields.end()) {
        append(field.name, found->second);
      }
    }
  } else {
    for (const auto& [name, value] : event.fields) {
      append(name, value);
    }
  }
  out += before == '{' ? "{}" : "}";
}

}  // namespace produce

std::string eventToJson(const Event& event) {
  std::string out;
  produce::appendEventJson(out, event);
  return out;
}

}  // namespace caas::kafka
