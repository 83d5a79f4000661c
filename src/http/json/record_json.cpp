#include "http/json/record_json.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/base64.hpp"
#include "core/code_points.hpp"
#include "core/escape.hpp"
#include "core/utf8.hpp"

namespace caas::kafka {
namespace {

void appendEscape(std::string& out, char32_t c) {
  out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
}

/// `text` is well-formed UTF-8.
void appendJsonString(std::string& out, std::string_view text) {
  out += '"';
  forEachCodePoint(text, [&](std::string_view sequence) {
    const auto c = decodeUtf8(sequence);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += sequence;
    } else if (isDangerous(c)) {
      appendEscape(out, c);
    } else {
      out += sequence;
    }
  });
  out += '"';
}

/// Valid JSON on one line. In valid JSON, control characters below 0x20 stand only between tokens
/// (RFC 8259), the other dangerous ones only in strings.
void appendJsonText(std::string& out, std::string_view json) {
  forEachCodePoint(json, [&](std::string_view sequence) {
    const auto c = decodeUtf8(sequence);
    if (c < 0x20) {
      out += ' ';
    } else if (isDangerous(c)) {
      appendEscape(out, c);
    } else {
      out += sequence;
    }
  });
}

bool isJson(std::string_view text) {
  boost::json::error_code error;
  // Only whether it parses: no values are built.
  boost::json::stream_parser parser;
  parser.write(text.data(), text.size(), error);
  if (!error) {
    parser.finish(error);
  }
  return !error;
}

void appendEncoded(std::string& out, const std::optional<std::string>& bytes,
                   std::string_view encodingName) {
  if (!bytes) {
    out += "null";
  } else if (isUtf8(*bytes)) {
    appendJsonString(out, *bytes);
  } else {
    out += '"' + base64(*bytes) + "\",\"";
    out += encodingName;
    out += "\":\"base64\"";
  }
}

void appendValue(std::string& out, const std::optional<std::string>& value) {
  if (!value) {
    out += R"(null,"valueEncoding":"null")";
  } else if (!isUtf8(*value)) {
    out += '"' + base64(*value) + R"(","valueEncoding":"base64")";
  } else if (isJson(*value)) {
    appendJsonText(out, *value);
    out += R"(,"valueEncoding":"json")";
  } else {
    appendJsonString(out, *value);
    out += R"(,"valueEncoding":"text")";
  }
}

std::string_view encodingOf(SchemaType type) {
  switch (type) {
    case SchemaType::kAvro: return "avro";
    case SchemaType::kJson: return "json-schema";
    case SchemaType::kProtobuf: return "protobuf";
  }
  return "?";
}

void appendValue(std::string& out, const std::optional<std::string>& value, const ValueView& view) {
  if (const auto& decoded = view.decoded) {
    appendJsonText(out, decoded->json);
    out += fmt::format(R"(,"valueEncoding":"{}","schemaId":{})", encodingOf(decoded->type),
                       decoded->schemaId);
    return;
  }
  appendValue(out, value);
  if (!view.problem.empty()) {
    out += R"(,"valueProblem":)";
    appendJsonString(out, view.problem);
  }
}

}  // namespace

std::string recordToJson(const ReceivedRecord& record, const ValueView& view) {
  std::string out;
  out.reserve(200 + (record.value ? record.value->size() * 2 : 0));
  out += R"({"topic":)";
  appendJsonString(out, record.topic);
  out += fmt::format(R"(,"partition":{},"offset":{},"timestamp":"{}","key":)", record.partition,
                     record.offset, formatTimestamp(record.timestamp));
  appendEncoded(out, record.key, "keyEncoding");
  out += R"(,"value":)";
  appendValue(out, record.value, view);
  out += R"(,"headers":[)";
  for (const auto& header : record.headers) {
    out += out.back() == '[' ? R"({"name":)" : R"(,{"name":)";
    // Names are UTF-8 by Kafka's protocol; a broken one must not break the line.
    appendJsonString(out, isUtf8(header.name) ? header.name : escapeForTerminal(header.name));
    out += R"(,"value":)";
    appendEncoded(out, header.value, "encoding");
    out += '}';
  }
  out += "]}";
  return out;
}

}  // namespace caas::kafka
