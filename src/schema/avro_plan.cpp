#include "schema/avro_plan.hpp"

#include <algorithm>
#include <expected>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "core/errors.hpp"
#include "schema/avro_json.hpp"

namespace caas::kafka::avro {
namespace {

/// Pairs of types within each other: two schemas that contain themselves in circles of different
/// lengths have many more than either has types.
constexpr int kMaxDepth = 400;
constexpr std::size_t kMostSteps = 200'000;
/// A text counts as one value more for each so many bytes.
constexpr std::size_t kBytesPerValue = 64;

std::size_t sizeOf(const Value& value) {
  std::size_t size = 1;
  const auto add = [&](const auto& values) {
    for (const auto& each : values) {
      size += sizeOf(each);
    }
  };
  if (const auto* text = value.as<std::string>()) {
    size += text->size() / kBytesPerValue;
  } else if (const auto* bytes = value.as<Bytes>()) {
    size += bytes->data.size() / kBytesPerValue;
  } else if (const auto* array = value.as<Array>()) {
    add(array->items);
  } else if (const auto* record = value.as<Record>()) {
    add(record->fields);
  } else if (const auto* branch = value.as<Branch>()) {
    add(branch->value);
  } else if (const auto* map = value.as<Map>()) {
    for (const auto& [key, item] : map->entries) {
      size += key.size() / kBytesPerValue + sizeOf(item);
    }
  }
  return size;
}

std::string nameOf(const Node& node) {
  return node.name.empty() ? std::string(toString(node.type)) : node.name;
}

std::optional<Plan::Op> primitiveOp(Type writer, Type reader) {
  using Op = Plan::Op;
  struct Pair {
    Type writer;
    Type reader;
    Op op;
  };
  static constexpr Pair kPairs[] = {{Type::kNull, Type::kNull, Op::kNull},
                                    {Type::kBoolean, Type::kBoolean, Op::kBoolean},
                                    {Type::kInt, Type::kInt, Op::kInt},
                                    {Type::kInt, Type::kLong, Op::kIntToLong},
                                    {Type::kInt, Type::kFloat, Op::kIntToFloat},
                                    {Type::kInt, Type::kDouble, Op::kIntToDouble},
                                    {Type::kLong, Type::kLong, Op::kLong},
                                    {Type::kLong, Type::kFloat, Op::kLongToFloat},
                                    {Type::kLong, Type::kDouble, Op::kLongToDouble},
                                    {Type::kFloat, Type::kFloat, Op::kFloat},
                                    {Type::kFloat, Type::kDouble, Op::kFloatToDouble},
                                    {Type::kDouble, Type::kDouble, Op::kDouble},
                                    {Type::kBytes, Type::kBytes, Op::kBytes},
                                    {Type::kBytes, Type::kString, Op::kString},
                                    {Type::kString, Type::kString, Op::kString},
                                    {Type::kString, Type::kBytes, Op::kBytes}};
  for (const auto& pair : kPairs) {
    if (pair.writer == writer && pair.reader == reader) {
      return pair.op;
    }
  }
  return std::nullopt;
}

/// By the unqualified name, or by one of the reader's aliases, which are full names.
bool namesMatch(const Node& writer, const Node& reader) {
  return unqualified(writer.name) == unqualified(reader.name) ||
         std::ranges::find(reader.aliases, writer.name) != reader.aliases.end();
}

}  // namespace

class PlanCompiler {
 public:
  explicit PlanCompiler(Plan& plan) : plan_(plan), writer_(*plan.writer_), reader_(*plan.reader_) {}

  using Found = std::expected<std::size_t, std::string>;

  Found resolve(NodeId w, NodeId r) {
    if (const auto known = known_.find({w, r}); known != known_.end()) {
      const auto& step = plan_.steps_[known->second];
      // One that is being made says nothing yet: a type within itself.
      return failed_.contains(known->second) ? Found(std::unexpected(step.problem))
                                             : Found(known->second);
    }
    const auto id = plan_.steps_.size();
    plan_.steps_.emplace_back();
    known_[{w, r}] = id;
    auto step = bounded(w, r);
    if (!step) {
      plan_.steps_[id].problem = step.error();
      failed_.insert(id);
      return std::unexpected(std::move(step).error());
    }
    plan_.steps_[id] = *std::move(step);
    return id;
  }

 private:
  using Step = Plan::Step;
  using Op = Plan::Op;
  using Made = std::expected<Step, std::string>;

  Made bounded(NodeId w, NodeId r) {
    if (depth_ == kMaxDepth || plan_.steps_.size() > kMostSteps) {
      return std::unexpected("types nested too deeply within each other");
    }
    ++depth_;
    auto step = make(w, r);
    --depth_;
    return step;
  }

  Made make(NodeId w, NodeId r) {
    const Node& writer = writer_.at(w);
    const Node& reader = reader_.at(r);
    if (writer.type == Type::kUnion) {
      return writerUnion(writer, r);
    }
    if (reader.type == Type::kUnion) {
      return readerUnion(w, reader);
    }
    if (const auto op = primitiveOp(writer.type, reader.type)) {
      return Step{.op = *op};
    }
    if (writer.type != reader.type) {
      return mismatch(writer, reader);
    }
    switch (writer.type) {
      case Type::kFixed:
        if (writer.size != reader.size || !namesMatch(writer, reader)) {
          return mismatch(writer, reader);
        }
        return Step{.op = Op::kFixed, .index = writer.size};
      case Type::kEnum: return enumeration(w, reader);
      case Type::kArray:
      case Type::kMap: {
        const auto child = resolve(writer.items, reader.items);
        if (!child) {
          return std::unexpected(under("[]", child.error()));
        }
        return Step{.op = writer.type == Type::kArray ? Op::kArray : Op::kMap, .child = *child};
      }
      case Type::kRecord: return record(writer, r);
      default: return mismatch(writer, reader);
    }
  }

  static std::string under(std::string_view part, const std::string& problem) {
    const bool more = problem.starts_with("at ");
    return more ? fmt::format("at {}.{}", part, std::string_view(problem).substr(3))
                : fmt::format("at {}: {}", part, problem);
  }

  static std::unexpected<std::string> mismatch(const Node& writer, const Node& reader) {
    const bool sizes = writer.type == Type::kFixed && reader.type == Type::kFixed;
    return std::unexpected(
        sizes ? fmt::format("written as {} of {} bytes, read as {} of {}", nameOf(writer),
                            writer.size, nameOf(reader), reader.size)
              : fmt::format("written as {}, read as {}", nameOf(writer), nameOf(reader)));
  }

  Made writerUnion(const Node& writer, NodeId r) {
    Step step{.op = Op::kWriterUnion};
    std::string reasons;
    bool any = false;
    for (const auto branch : writer.branches) {
      auto found = resolve(branch, r);
      if (found) {
        any = true;
        step.branches.push_back(*found);
      } else {
        // Only a value of this branch cannot be read.
        reasons = found.error();
        step.branches.push_back(known_.at({branch, r}));
      }
    }
    if (!any && !writer.branches.empty()) {
      return std::unexpected(reasons);
    }
    return step;
  }

  Made readerUnion(NodeId w, const Node& reader) {
    const Node& writer = writer_.at(w);
    const auto attempt = [&](std::size_t i) -> std::optional<Step> {
      const auto found = resolve(w, reader.branches[i]);
      return found ? std::optional(Step{.op = Op::kReaderUnion, .child = *found, .index = i})
                   : std::nullopt;
    };
    // The very same first: an int is not to become a long because that stands before it.
    for (std::size_t i = 0; i < reader.branches.size(); ++i) {
      const Node& branch = reader_.at(reader.branches[i]);
      if (branch.type == writer.type && branch.name == writer.name) {
        if (auto step = attempt(i)) {
          return *std::move(step);
        }
      }
    }
    for (std::size_t i = 0; i < reader.branches.size(); ++i) {
      if (auto step = attempt(i)) {
        return *std::move(step);
      }
    }
    return std::unexpected(
        fmt::format("written as {}, which no branch of the reader's union takes", nameOf(writer)));
  }

  Made enumeration(NodeId w, const Node& reader) const {
    const Node& writer = writer_.at(w);
    if (!namesMatch(writer, reader)) {
      return mismatch(writer, reader);
    }
    std::map<std::string_view, std::size_t> places;
    for (std::size_t i = 0; i < reader.symbols.size(); ++i) {
      places.emplace(reader.symbols[i], i);
    }
    const auto placeOf = [&](const std::string& symbol) {
      const auto found = places.find(symbol);
      return found == places.end() ? Plan::kNone : found->second;
    };
    Step step{.op = Op::kEnum, .problem = reader.name, .index = w};
    for (const auto& symbol : writer.symbols) {
      auto place = placeOf(symbol);
      if (place == Plan::kNone && reader.byDefault) {
        place = placeOf(*reader.byDefault);
      }
      step.branches.push_back(place);
    }
    return step;
  }

  Made record(const Node& writer, NodeId r) {
    const Node& reader = reader_.at(r);
    if (!namesMatch(writer, reader)) {
      return mismatch(writer, reader);
    }
    Step step{.op = Op::kRecord, .index = r, .fieldCount = reader.fields.size()};
    std::vector<bool> written(reader.fields.size(), false);
    const auto places = placesOf(writer, reader);
    for (std::size_t i = 0; i < writer.fields.size(); ++i) {
      const auto place = places[i];
      if (place == Plan::kNone) {
        step.fields.emplace_back(writer.fields[i].type, Plan::kNone);
        continue;
      }
      written[place] = true;
      const auto found = resolve(writer.fields[i].type, reader.fields[place].type);
      if (!found) {
        return std::unexpected(under(reader.fields[place].name, found.error()));
      }
      step.fields.emplace_back(*found, place);
    }
    for (std::size_t i = 0; i < reader.fields.size(); ++i) {
      if (written[i]) {
        continue;
      }
      const auto& field = reader.fields[i];
      if (!field.byDefault) {
        return std::unexpected(
            under(field.name,
                  fmt::format("{} was written without it, and it has no default", reader.name)));
      }
      auto value = defaultValue(reader_, field.type, *field.byDefault, defaults_);
      if (!value) {
        return std::unexpected(under(field.name, value.error().message));
      }
      step.defaultsSize += sizeOf(*value);
      step.defaults.emplace_back(i, *std::move(value));
    }
    return step;
  }

  /// The reader's field for each of the writer's: by name, and what is left by the reader's
  /// aliases.
  static std::vector<std::size_t> placesOf(const Node& writer, const Node& reader) {
    std::vector<std::size_t> places(writer.fields.size(), Plan::kNone);
    std::map<std::string_view, std::size_t> byName;
    for (std::size_t i = 0; i < writer.fields.size(); ++i) {
      byName.emplace(writer.fields[i].name, i);
    }
    const auto take = [&](std::size_t place, const std::string& name) {
      const auto found = byName.find(name);
      if (found == byName.end() || places[found->second] != Plan::kNone) {
        return false;
      }
      places[found->second] = place;
      return true;
    };
    std::vector<bool> found(reader.fields.size(), false);
    for (std::size_t i = 0; i < reader.fields.size(); ++i) {
      found[i] = take(i, reader.fields[i].name);
    }
    for (std::size_t i = 0; i < reader.fields.size(); ++i) {
      for (const auto& alias : reader.fields[i].aliases) {
        found[i] = found[i] || take(i, alias);
      }
    }
    return places;
  }

  Plan& plan_;
  const Schema& writer_;
  const Schema& reader_;
  int depth_ = 0;
  schema::Steps defaults_ = stepsForDefaults();
  std::map<std::pair<NodeId, NodeId>, std::size_t> known_;
  std::set<std::size_t> failed_;
};

Result<Plan> Plan::compile(std::shared_ptr<const Schema> writer,
                           std::shared_ptr<const Schema> reader) {
  Plan plan;
  plan.writer_ = std::move(writer);
  plan.reader_ = std::move(reader);
  const auto root = PlanCompiler(plan).resolve(plan.writer_->root(), plan.reader_->root());
  if (!root) {
    return fail(errors::invalidArgument(root.error()));
  }
  plan.root_ = *root;
  return plan;
}

}  // namespace caas::kafka::avro
