// Bytes → Value, by a plan. Everything that a payload claims is checked against what is there.

#include <bit>
#include <cstring>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "core/errors.hpp"
#include "core/utf8.hpp"
#include "schema/avro_plan.hpp"

namespace caas::kafka::avro {
namespace {

constexpr int kMaxDepth = 100;
/// Values that take no bytes (null, a record of such): so many, and for each byte of the payload so
/// many more. Without that bound a record of records of nothing is endless memory in no bytes.
constexpr std::size_t kFreeValues = 65'536;
constexpr std::size_t kValuesPerByte = 8;
/// The same for what the reader's defaults add, which are the application's own.
constexpr std::size_t kFreeDefaults = 262'144;
constexpr std::size_t kDefaultsPerByte = 64;

}  // namespace

class PlanDecoder {
 public:
  PlanDecoder(const Plan& plan, std::string_view bytes)
      : plan_(plan),
        bytes_(bytes),
        valuesLeft_(kFreeValues + kValuesPerByte * bytes.size()),
        defaultsLeft_(kFreeDefaults + kDefaultsPerByte * bytes.size()) {}

  Result<Value> run() {
    Value value;
    CAAS_TRY(finished(read(plan_.root_, value, 0)));
    return value;
  }
  Result<void> run(FieldTaker& taker) { return finished(fields(plan_.root_, taker)); }

 private:
  using Op = Plan::Op;

  bool wrong(std::string what) {
    problem_ = std::move(what);
    return false;
  }

  Result<void> finished(bool done) const {
    if (!done) {
      return fail(errors::invalidArgument(
          fmt::format("at byte {} of {}: {}", at_, bytes_.size(), problem_)));
    }
    if (at_ != bytes_.size()) {
      return fail(errors::invalidArgument(
          fmt::format("{} bytes are left after the value", bytes_.size() - at_)));
    }
    return {};
  }

  bool number(std::int64_t& out) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (at_ == bytes_.size()) {
        return wrong("truncated");
      }
      const auto byte = static_cast<unsigned char>(bytes_[at_++]);
      value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
      if (byte < 0x80) {
        out = static_cast<std::int64_t>(value >> 1U) ^ -static_cast<std::int64_t>(value & 1U);
        return true;
      }
    }
    return wrong("a number of more than ten bytes");
  }

  bool smallNumber(std::int32_t& out) {
    std::int64_t value = 0;
    if (!number(value)) {
      return false;
    }
    if (value < std::numeric_limits<std::int32_t>::min() ||
        value > std::numeric_limits<std::int32_t>::max()) {
      return wrong("an int that needs more than 32 bits");
    }
    out = static_cast<std::int32_t>(value);
    return true;
  }

  /// Of what follows: so many bytes must be there.
  bool length(std::size_t& out) {
    std::int64_t value = 0;
    if (!number(value)) {
      return false;
    }
    if (value < 0 || static_cast<std::uint64_t>(value) > bytes_.size() - at_) {
      return wrong(
          fmt::format("a length of {}, and {} bytes are left", value, bytes_.size() - at_));
    }
    out = static_cast<std::size_t>(value);
    return true;
  }

  bool take(std::size_t size, std::string_view& out) {
    if (size > bytes_.size() - at_) {
      return wrong("truncated");
    }
    out = bytes_.substr(at_, size);
    at_ += size;
    return true;
  }

  bool text(std::string_view& out) {
    std::size_t size = 0;
    return length(size) && take(size, out);
  }

  template <class Real>
  bool real(Real& out) {
    static_assert(std::endian::native == std::endian::little);
    std::string_view raw;
    if (!take(sizeof out, raw)) {
      return false;
    }
    std::memcpy(&out, raw.data(), sizeof out);
    return true;
  }

  /// The next block's items; 0 at the end. `bytes`: how long it says to be, if it says it.
  bool block(std::size_t& items, std::optional<std::size_t>& bytes) {
    std::int64_t count = 0;
    bytes.reset();
    if (!number(count)) {
      return false;
    }
    if (count < 0) {
      if (count == std::numeric_limits<std::int64_t>::min()) {
        return wrong("a block of impossibly many items");
      }
      std::size_t size = 0;
      if (!length(size)) {
        return false;
      }
      bytes = size;
      count = -count;
    }
    if (static_cast<std::uint64_t>(count) > valuesLeft_) {
      return wrong(fmt::format("a block of {} items, which cannot be", count));
    }
    items = static_cast<std::size_t>(count);
    return true;
  }

  /// One value more, at that depth.
  bool enter(int depth) {
    if (depth > kMaxDepth) {
      return wrong("nested too deeply");
    }
    if (valuesLeft_ == 0) {
      return wrong("more values than so many bytes can be");
    }
    --valuesLeft_;
    return true;
  }

  bool read(std::size_t id, Value& out, int depth) {
    if (!enter(depth)) {
      return false;
    }
    const auto& step = plan_.steps_[id];
    switch (step.op) {
      case Op::kProblem: return wrong(step.problem);
      case Op::kNull: out.held = std::monostate{}; return true;
      case Op::kBoolean: return boolean(out);
      case Op::kInt:
      case Op::kIntToLong:
      case Op::kIntToFloat:
      case Op::kIntToDouble: return fromInt(step.op, out);
      case Op::kLong:
      case Op::kLongToFloat:
      case Op::kLongToDouble: return fromLong(step.op, out);
      case Op::kFloat:
      case Op::kFloatToDouble:
      case Op::kDouble: return fromReal(step.op, out);
      case Op::kBytes:
      case Op::kString:
      case Op::kFixed: return fromBytes(step, out);
      case Op::kEnum: return symbol(step, out);
      case Op::kArray: return array(step, out, depth);
      case Op::kMap: return map(step, out, depth);
      case Op::kRecord: return record(step, out, depth);
      case Op::kWriterUnion: {
        std::size_t branch = 0;
        return place(step.branches.size(), "a branch of the union", branch) &&
               read(step.branches[branch], out, depth + 1);
      }
      case Op::kReaderUnion: {
        auto& held = out.held.emplace<Branch>();
        held.index = step.index;
        return read(step.child, held.value.emplace_back(), depth + 1);
      }
    }
    return wrong("a step that is none");
  }

  bool place(std::size_t places, std::string_view what, std::size_t& out) {
    std::int64_t value = 0;
    if (!number(value)) {
      return false;
    }
    if (value < 0 || static_cast<std::uint64_t>(value) >= places) {
      return wrong(fmt::format("{} is not {}", value, what));
    }
    out = static_cast<std::size_t>(value);
    return true;
  }

  bool boolean(Value& out) {
    std::string_view raw;
    if (!take(1, raw)) {
      return false;
    }
    if (raw[0] != 0 && raw[0] != 1) {
      return wrong("a boolean that is neither 0 nor 1");
    }
    out.held = raw[0] == 1;
    return true;
  }

  bool fromInt(Op op, Value& out) {
    std::int32_t value = 0;
    if (!smallNumber(value)) {
      return false;
    }
    switch (op) {
      case Op::kIntToLong: out.held = std::int64_t{value}; break;
      case Op::kIntToFloat: out.held = static_cast<float>(value); break;
      case Op::kIntToDouble: out.held = static_cast<double>(value); break;
      default: out.held = value; break;
    }
    return true;
  }

  bool fromLong(Op op, Value& out) {
    std::int64_t value = 0;
    if (!number(value)) {
      return false;
    }
    switch (op) {
      case Op::kLongToFloat: out.held = static_cast<float>(value); break;
      case Op::kLongToDouble: out.held = static_cast<double>(value); break;
      default: out.held = value; break;
    }
    return true;
  }

  bool fromReal(Op op, Value& out) {
    if (op == Op::kDouble) {
      return real(out.held.emplace<double>());
    }
    float value = 0;
    if (!real(value)) {
      return false;
    }
    if (op == Op::kFloat) {
      out.held = value;
    } else {
      out.held = static_cast<double>(value);
    }
    return true;
  }

  bool fromBytes(const Plan::Step& step, Value& out) {
    std::string_view raw;
    if (!(step.op == Op::kFixed ? take(step.index, raw) : text(raw))) {
      return false;
    }
    if (step.op == Op::kString) {
      // The specification: a string is UTF-8; bytes that are read as one need not be.
      if (!isUtf8(raw)) {
        return wrong("a string that is not UTF-8");
      }
      out.held.emplace<std::string>(raw);
    } else {
      out.held = Bytes{std::string(raw)};
    }
    return true;
  }

  bool symbol(const Plan::Step& step, Value& out) {
    std::size_t written = 0;
    if (!place(step.branches.size(), "a symbol of the enum", written)) {
      return false;
    }
    if (step.branches[written] == Plan::kNone) {
      return wrong(fmt::format("{} has no symbol '{}'", step.problem,
                               plan_.writer_->at(step.index).symbols[written]));
    }
    out.held = Symbol{step.branches[written]};
    return true;
  }

  /// Of an array or a map. `whole` may take a block of so many bytes as a whole.
  template <class Whole, class Each>
  bool blocks(Whole&& whole, Each&& each) {
    std::size_t count = 0;
    std::optional<std::size_t> size;
    while (block(count, size)) {
      if (count == 0) {
        return true;
      }
      if (size && whole(*size)) {
        continue;
      }
      for (; count > 0; --count) {
        if (!each()) {
          return false;
        }
      }
    }
    return false;
  }

  bool array(const Plan::Step& step, Value& out, int depth) {
    auto& held = out.held.emplace<Array>();
    return blocks(&PlanDecoder::itemByItem,
                  [&] { return read(step.child, held.items.emplace_back(), depth + 1); });
  }

  bool map(const Plan::Step& step, Value& out, int depth) {
    auto& held = out.held.emplace<Map>();
    return blocks(&PlanDecoder::itemByItem, [&] {
      std::string_view key;
      return (text(key) && (isUtf8(key) || wrong("a map's key that is not UTF-8"))) &&
             read(step.child, held.entries.emplace_back(std::string(key), Value{}).value,
                  depth + 1);
    });
  }

  static bool itemByItem(std::size_t /*size*/) { return false; }

  bool record(const Plan::Step& step, Value& out, int depth) {
    auto& held = out.held.emplace<Record>();
    held.fields.resize(step.fieldCount);
    for (const auto& [what, place] : step.fields) {
      if (!(place == Plan::kNone ? skip(what, depth + 1)
                                 : read(what, held.fields[place], depth + 1))) {
        return false;
      }
    }
    if (step.defaultsSize > defaultsLeft_) {
      return wrong("its defaults make more values than so many bytes may be");
    }
    defaultsLeft_ -= step.defaultsSize;
    for (const auto& [place, value] : step.defaults) {
      held.fields[place] = value;
    }
    return true;
  }

  // ---- a record whose fields go elsewhere

  bool fields(std::size_t id, FieldTaker& taker) {
    const auto& step = plan_.steps_[id];
    if (step.op != Op::kRecord) {
      return wrong("no record");
    }
    for (const auto& [what, place] : step.fields) {
      if (!(place == Plan::kNone ? skip(what, 1) : field(what, place, taker))) {
        return false;
      }
    }
    for (const auto& [place, value] : step.defaults) {
      give(place, Value(value), taker);
    }
    return true;
  }

  bool field(std::size_t id, std::size_t place, FieldTaker& taker) {
    const auto& step = plan_.steps_[id];
    std::size_t branch = 0;
    std::string_view raw;
    switch (step.op) {
      case Op::kWriterUnion:
        return this->place(step.branches.size(), "a branch of the union", branch) &&
               field(step.branches[branch], place, taker);
      case Op::kReaderUnion: return field(step.child, place, taker);
      case Op::kString:
        if (!text(raw) || !(isUtf8(raw) || wrong("a string that is not UTF-8"))) {
          return false;
        }
        taker.text(place, raw);
        return true;
      default: break;
    }
    Value value;
    if (!read(id, value, 1)) {
      return false;
    }
    give(place, std::move(value), taker);
    return true;
  }

  static void give(std::size_t place, Value&& value, FieldTaker& taker) {
    if (auto* branch = value.as<Branch>()) {
      Value inner = std::move(branch->value.front());
      value = std::move(inner);
    }
    if (const auto* text = value.as<std::string>()) {
      taker.text(place, *text);
    } else if (value.as<std::monostate>() == nullptr) {
      taker.other(place, std::move(value));
    }
  }

  // ---- what the reader does not want

  bool skip(NodeId type, int depth) {
    if (!enter(depth)) {
      return false;
    }
    const Node& node = plan_.writer_->at(type);
    std::string_view ignored;
    std::int64_t value = 0;
    switch (node.type) {
      case Type::kNull: return true;
      case Type::kBoolean: return take(1, ignored);
      case Type::kInt:
      case Type::kLong:
      case Type::kEnum: return number(value);
      case Type::kFloat: return take(sizeof(float), ignored);
      case Type::kDouble: return take(sizeof(double), ignored);
      case Type::kBytes:
      case Type::kString: return text(ignored);
      case Type::kFixed: return take(node.size, ignored);
      case Type::kUnion: {
        std::size_t branch = 0;
        return place(node.branches.size(), "a branch of the union", branch) &&
               skip(node.branches[branch], depth + 1);
      }
      case Type::kRecord:
        for (const auto& field : node.fields) {
          if (!skip(field.type, depth + 1)) {
            return false;
          }
        }
        return true;
      case Type::kArray:
      case Type::kMap: return skipBlocks(node, depth);
    }
    return wrong("a type that is none");
  }

  bool skipBlocks(const Node& node, int depth) {
    return blocks([&](std::size_t size) { return at_ += size, true; },
                  [&] {
                    std::string_view ignored;
                    return (node.type == Type::kArray || text(ignored)) &&
                           skip(node.items, depth + 1);
                  });
  }

  const Plan& plan_;
  const std::string_view bytes_;
  std::size_t at_ = 0;
  std::size_t valuesLeft_;
  std::size_t defaultsLeft_;
  std::string problem_;
};

Result<Value> Plan::decode(std::string_view bytes) const { return PlanDecoder(*this, bytes).run(); }
Result<void> Plan::decodeFields(std::string_view bytes, FieldTaker& taker) const {
  return PlanDecoder(*this, bytes).run(taker);
}

}  // namespace caas::kafka::avro
