#include "cli/schema_text.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <span>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/errors.hpp"

namespace caas::kafka::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t kWidth = 100;
constexpr std::size_t kMostLines = 2'000;
constexpr std::size_t kMostBytes = 4'000'000;

void layOut(const json::value& value, std::size_t indent, std::string& out) {
  const auto flat = json::serialize(value);
  const auto* object = value.if_object();
  const auto* array = value.if_array();
  if (flat.size() + indent <= kWidth || (object == nullptr && array == nullptr)) {
    out += flat;
    return;
  }
  const std::string inner(indent + 2, ' ');
  out += object != nullptr ? '{' : '[';
  bool first = true;
  const auto next = [&] {
    out += first ? "\n" : ",\n";
    out += inner;
    first = false;
  };
  if (object != nullptr) {
    for (const auto& [name, member] : *object) {
      next();
      out += json::serialize(json::value(name)) + ": ";
      layOut(member, indent + 2, out);
    }
  } else {
    for (const auto& item : *array) {
      next();
      layOut(item, indent + 2, out);
    }
  }
  out += '\n' + std::string(indent, ' ') + (object != nullptr ? '}' : ']');
}

std::vector<std::string> linesOf(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace

std::string laidOut(const SchemaText& schema) {
  if (schema.type != SchemaType::kProtobuf) {
    boost::system::error_code problem;
    json::parse_options options;
    options.max_depth = 100;
    const auto value = json::parse(schema.text, problem, {}, options);
    if (!problem) {
      std::string out;
      layOut(value, 0, out);
      return out + '\n';
    }
  }
  return schema.text.ends_with('\n') ? schema.text : schema.text + '\n';
}

std::vector<DiffLine> diffLines(std::string_view before, std::string_view after) {
  const auto a = linesOf(before);
  const auto b = linesOf(after);
  std::vector<DiffLine> diff;
  if (a.size() > kMostLines || b.size() > kMostLines) {
    if (before == after) {
      return diff;
    }
    std::ranges::transform(a, std::back_inserter(diff), [](auto& t) { return DiffLine{'-', t}; });
    std::ranges::transform(b, std::back_inserter(diff), [](auto& t) { return DiffLine{'+', t}; });
    return diff;
  }
  // common[i][j]: the longest common subsequence of a from i and b from j.
  const std::size_t width = b.size() + 1;
  std::vector<std::size_t> common((a.size() + 1) * width, 0);
  for (std::size_t i = a.size(); i-- > 0;) {
    for (std::size_t j = b.size(); j-- > 0;) {
      common[i * width + j] =
          a[i] == b[j] ? common[(i + 1) * width + j + 1] + 1
                       : std::max(common[(i + 1) * width + j], common[i * width + j + 1]);
    }
  }
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() || j < b.size()) {
    if (i < a.size() && j < b.size() && a[i] == b[j]) {
      diff.push_back({' ', a[i]});
      ++i;
      ++j;
    } else if (j == b.size() ||
               (i < a.size() && common[(i + 1) * width + j] >= common[i * width + j + 1])) {
      diff.push_back({'-', a[i++]});
    } else {
      diff.push_back({'+', b[j++]});
    }
  }
  return diff;
}

Result<SchemaType> parseTypeOption(std::string_view text) {
  return text == "json-schema" ? SchemaType::kJson : parseSchemaType(text);
}

Result<SchemaText> readSchemaFile(const std::string& path, std::string_view type) {
  SchemaText schema;
  if (!type.empty()) {
    CAAS_ASSIGN(schema.type, parseTypeOption(type));
  } else if (path.ends_with(".avsc")) {
    schema.type = SchemaType::kAvro;
  } else if (path.ends_with(".proto")) {
    schema.type = SchemaType::kProtobuf;
  } else if (path.ends_with(".json")) {
    schema.type = SchemaType::kJson;
  } else {
    return fail(errors::invalidArgument(
        fmt::format("'{}' does not say what kind of schema it is", path),
        "Name it .avsc, .proto or .json, or give --type avro, protobuf or json-schema"));
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return fail(errors::io("reading the schema", path, "it cannot be opened"));
  }
  schema.text.assign(std::istreambuf_iterator<char>(file), {});
  if (schema.text.size() > kMostBytes) {
    return fail(
        errors::invalidArgument(fmt::format("'{}' is longer than {} bytes", path, kMostBytes)));
  }
  return schema;
}

Result<SchemaReference> parseReference(std::string_view text) {
  const auto equals = text.find('=');
  const auto colon = text.rfind(':');
  SchemaReference reference;
  if (equals != std::string_view::npos && colon != std::string_view::npos && colon > equals) {
    reference.name = text.substr(0, equals);
    reference.subject = text.substr(equals + 1, colon - equals - 1);
    const auto number = text.substr(colon + 1);
    const auto* end = number.data() + number.size();
    const auto read = std::from_chars(number.data(), end, reference.version);
    if (read.ec == std::errc{} && read.ptr == end && reference.version > 0 &&
        !reference.name.empty() && !reference.subject.empty()) {
      return reference;
    }
  }
  return fail(
      errors::invalidArgument(fmt::format("--reference '{}' is not name=subject:version", text),
                              "E.g. --reference caas.events.User=user-value:3"));
}

}  // namespace caas::kafka::cli
