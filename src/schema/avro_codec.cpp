#include "schema/avro_codec.hpp"

#include <bit>
#include <cstring>

#include <fmt/format.h>

#include "core/errors.hpp"
#include "core/utf8.hpp"
#include "schema/avro_binary.hpp"

namespace caas::kafka::avro {
namespace {

constexpr int kMaxDepth = 100;

class Encoder {
 public:
  Encoder(const Schema& schema, std::string& out) : schema_(schema), out_(out) {}

  /// False when it does not fit; then `problem` says where.
  bool write(NodeId type, const Value& value, int depth) {
    const Node& node = schema_.at(type);
    if (depth > kMaxDepth) {
      return misfit("nested too deeply");
    }
    switch (node.type) {
      case Type::kNull: return value.as<std::monostate>() != nullptr || wrong(node);
      case Type::kBoolean:
        return with<bool>(node, value, [&](bool held) { out_ += held ? '\1' : '\0'; });
      case Type::kInt:
        return with<std::int32_t>(node, value, [&](std::int32_t held) { number(held); });
      case Type::kLong:
        return with<std::int64_t>(node, value, [&](std::int64_t held) { number(held); });
      case Type::kFloat: return with<float>(node, value, [&](float held) { raw(held); });
      case Type::kDouble: return with<double>(node, value, [&](double held) { raw(held); });
      case Type::kString:
        if (const auto* held = value.as<std::string>(); held != nullptr && !isUtf8(*held)) {
          return misfit("the string is not UTF-8");
        }
        return with<std::string>(node, value, [&](const std::string& held) { text(held); });
      case Type::kBytes:
        return with<Bytes>(node, value, [&](const Bytes& held) { text(held.data); });
      case Type::kFixed: return fixed(node, value);
      case Type::kEnum: return symbol(node, value);
      case Type::kArray: return array(node, value, depth);
      case Type::kMap: return map(node, value, depth);
      case Type::kRecord: return record(node, value, depth);
      case Type::kUnion: return branch(node, value, depth);
    }
    return wrong(node);
  }

  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  bool misfit(std::string what) {
    problem_ = std::move(what);
    return false;
  }
  bool wrong(const Node& node) {
    return misfit(
        fmt::format("the value is no {}", node.name.empty() ? toString(node.type) : node.name));
  }
  bool under(std::string_view part) {
    // "street: …" → "address.street: …"
    const bool more = problem_.find(": ") != std::string::npos;
    problem_ = fmt::format("{}{}{}", part, more ? "." : ": ", problem_);
    return false;
  }

  template <class T, class Write>
  bool with(const Node& node, const Value& value, Write&& write) {
    const auto* held = value.as<T>();
    if (held == nullptr) {
      return wrong(node);
    }
    write(*held);
    return true;
  }

  void number(std::int64_t value) { appendLong(value, out_); }

  template <class Real>
  void raw(Real value) {
    static_assert(std::endian::native == std::endian::little);
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    out_.append(bytes, sizeof value);
  }

  void text(std::string_view value) { appendText(value, out_); }

  bool fixed(const Node& node, const Value& value) {
    const auto* held = value.as<Bytes>();
    if (held == nullptr || held->data.size() != node.size) {
      return wrong(node);
    }
    out_ += held->data;
    return true;
  }

  bool symbol(const Node& node, const Value& value) {
    const auto* held = value.as<Symbol>();
    if (held == nullptr || held->index >= node.symbols.size()) {
      return wrong(node);
    }
    number(static_cast<std::int64_t>(held->index));
    return true;
  }

  bool array(const Node& node, const Value& value, int depth) {
    const auto* held = value.as<Array>();
    if (held == nullptr) {
      return wrong(node);
    }
    if (!held->items.empty()) {
      number(static_cast<std::int64_t>(held->items.size()));
    }
    for (std::size_t i = 0; i < held->items.size(); ++i) {
      if (!write(node.items, held->items[i], depth + 1)) {
        return under(fmt::format("[{}]", i));
      }
    }
    number(0);
    return true;
  }

  bool map(const Node& node, const Value& value, int depth) {
    const auto* held = value.as<Map>();
    if (held == nullptr) {
      return wrong(node);
    }
    if (!held->entries.empty()) {
      number(static_cast<std::int64_t>(held->entries.size()));
    }
    for (const auto& [key, item] : held->entries) {
      if (!isUtf8(key)) {
        return misfit("a map's key is not UTF-8");
      }
      text(key);
      if (!write(node.items, item, depth + 1)) {
        return under(fmt::format("[{}]", key));
      }
    }
    number(0);
    return true;
  }

  bool record(const Node& node, const Value& value, int depth) {
    const auto* held = value.as<Record>();
    if (held == nullptr || held->fields.size() != node.fields.size()) {
      return wrong(node);
    }
    for (std::size_t i = 0; i < held->fields.size(); ++i) {
      if (!write(node.fields[i].type, held->fields[i], depth + 1)) {
        return under(node.fields[i].name);
      }
    }
    return true;
  }

  bool branch(const Node& node, const Value& value, int depth) {
    const auto* held = value.as<Branch>();
    if (held == nullptr || held->index >= node.branches.size() || held->value.size() != 1) {
      return wrong(node);
    }
    number(static_cast<std::int64_t>(held->index));
    return write(node.branches[held->index], held->value[0], depth + 1);
  }

  const Schema& schema_;
  std::string& out_;
  std::string problem_;
};

}  // namespace

Result<void> encode(const Schema& schema, NodeId type, const Value& value, std::string& out) {
  const auto before = out.size();
  Encoder encoder(schema, out);
  if (!encoder.write(type, value, 0)) {
    out.resize(before);
    return fail(errors::invalidArgument(encoder.problem()));
  }
  return {};
}

}  // namespace caas::kafka::avro
