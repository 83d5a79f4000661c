#include "schema/avro_schema.hpp"

#include <array>
#include <set>

#include <fmt/format.h>

namespace caas::kafka::avro {
namespace {

void appendQuoted(std::string& out, std::string_view text) {
  out += boost::json::serialize(boost::json::string(text));
}

/// Writes the Parsing Canonical Form: names in full, the attributes that matter, in a fixed order.
class Canonical {
 public:
  explicit Canonical(const Schema& schema) : schema_(schema) {}

  std::string of(NodeId id) {
    write(id);
    return std::move(out_);
  }

 private:
  void write(NodeId id) {
    const Node& node = schema_.at(id);
    switch (node.type) {
      case Type::kArray:
        out_ += R"({"type":"array","items":)";
        write(node.items);
        out_ += '}';
        return;
      case Type::kMap:
        out_ += R"({"type":"map","values":)";
        write(node.items);
        out_ += '}';
        return;
      case Type::kUnion:
        out_ += '[';
        list(node.branches, [&](NodeId branch) { write(branch); });
        out_ += ']';
        return;
      case Type::kRecord:
      case Type::kEnum:
      case Type::kFixed: writeNamed(node); return;
      default: appendQuoted(out_, toString(node.type)); return;
    }
  }

  void writeNamed(const Node& node) {
    if (!defined_.insert(node.name).second) {
      appendQuoted(out_, node.name);
      return;
    }
    out_ += R"({"name":)";
    appendQuoted(out_, node.name);
    out_ += fmt::format(R"(,"type":"{}")", toString(node.type));
    if (node.type == Type::kRecord) {
      out_ += R"(,"fields":[)";
      list(node.fields, [&](const Field& field) {
        out_ += R"({"name":)";
        appendQuoted(out_, field.name);
        out_ += R"(,"type":)";
        write(field.type);
        out_ += '}';
      });
      out_ += ']';
    } else if (node.type == Type::kEnum) {
      out_ += R"(,"symbols":[)";
      list(node.symbols, [&](const std::string& symbol) { appendQuoted(out_, symbol); });
      out_ += ']';
    } else {
      out_ += fmt::format(R"(,"size":{})", node.size);
    }
    out_ += '}';
  }

  template <class Items, class Write>
  void list(const Items& items, Write&& each) {
    bool first = true;
    for (const auto& item : items) {
      if (!std::exchange(first, false)) {
        out_ += ',';
      }
      each(item);
    }
  }

  const Schema& schema_;
  std::set<std::string> defined_;
  std::string out_;
};

constexpr std::uint64_t kEmpty = 0xc15d213aa4d7a795ULL;

constexpr std::array<std::uint64_t, 256> crcTable() {
  std::array<std::uint64_t, 256> table{};
  for (std::uint64_t i = 0; i < table.size(); ++i) {
    std::uint64_t value = i;
    for (int bit = 0; bit < 8; ++bit) {
      value = (value >> 1) ^ (kEmpty & (0 - (value & 1)));
    }
    table[i] = value;
  }
  return table;
}

}  // namespace

std::string_view toString(Type type) {
  switch (type) {
    case Type::kNull: return "null";
    case Type::kBoolean: return "boolean";
    case Type::kInt: return "int";
    case Type::kLong: return "long";
    case Type::kFloat: return "float";
    case Type::kDouble: return "double";
    case Type::kBytes: return "bytes";
    case Type::kString: return "string";
    case Type::kRecord: return "record";
    case Type::kEnum: return "enum";
    case Type::kArray: return "array";
    case Type::kMap: return "map";
    case Type::kUnion: return "union";
    case Type::kFixed: return "fixed";
  }
  return "";
}

std::string_view unqualified(std::string_view fullName) {
  const auto dot = fullName.rfind('.');
  return dot == std::string_view::npos ? fullName : fullName.substr(dot + 1);
}

std::string Schema::canonical() const { return Canonical(*this).of(root_); }

std::uint64_t Schema::fingerprint() const {
  static constexpr auto kTable = crcTable();
  std::uint64_t crc = kEmpty;
  for (const unsigned char byte : canonical()) {
    crc = (crc >> 8) ^ kTable[(crc ^ byte) & 0xFF];
  }
  return crc;
}

}  // namespace caas::kafka::avro
