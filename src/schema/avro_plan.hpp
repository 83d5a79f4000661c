#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "caas/kafka/result.hpp"
#include "schema/avro_schema.hpp"
#include "schema/avro_value.hpp"

namespace caas::kafka::avro {

/// Takes the fields of a record as they are read, by their places in the reader's schema: of a
/// union the value alone, and null not at all.
class FieldTaker {
 public:
  virtual ~FieldTaker() = default;
  /// A view into the bytes.
  virtual void text(std::size_t place, std::string_view value) = 0;
  virtual void other(std::size_t place, Value&& value) = 0;
};

/// How what a writer's schema wrote is read as a reader's schema has it (Avro 1.12, "Schema
/// Resolution"), compiled once for the pair. Immutable; may be used by many threads.
class Plan {
 public:
  /// Errors: kInvalidArgument where the pair cannot be resolved, with the path and the reason. What
  /// only some values meet (a branch of the writer's union, a symbol) is an error of `decode`.
  [[nodiscard]] static Result<Plan> compile(std::shared_ptr<const Schema> writer,
                                            std::shared_ptr<const Schema> reader);

  /// All of `bytes` is one value. Errors: kInvalidArgument (truncated, too long, a length, index or
  /// depth that cannot be). What a payload claims is never allocated before it is there.
  [[nodiscard]] Result<Value> decode(std::string_view bytes) const;
  /// The same of a record whose fields go elsewhere; it saves a Value for each. After an error some
  /// of them are there.
  [[nodiscard]] Result<void> decodeFields(std::string_view bytes, FieldTaker& taker) const;

  /// What the writer can write and the reader cannot read, with the paths: branches of the writer's
  /// unions, symbols of its enums. With none of them every value is read.
  [[nodiscard]] std::vector<std::string> unreadable() const;

  enum class Op {
    kProblem,  ///< met by a value that cannot be resolved
    kNull,
    kBoolean,
    kInt,
    kIntToLong,
    kIntToFloat,
    kIntToDouble,
    kLong,
    kLongToFloat,
    kLongToDouble,
    kFloat,
    kFloatToDouble,
    kDouble,
    kBytes,
    kString,
    kFixed,
    kEnum,
    kArray,
    kMap,
    kRecord,
    kWriterUnion,  ///< one step for each of the writer's branches
    kReaderUnion,  ///< the value becomes a branch of the reader's
  };
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  struct Step {
    Op op = Op::kProblem;
    std::string problem{};  ///< what is wrong; of an enum, who lacks a symbol
    std::size_t child = 0;  ///< of arrays, maps, the reader's union
    /// The reader's branch; bytes of a fixed; the writer's node of an enum, the reader's of a
    /// record.
    std::size_t index = 0;
    std::vector<std::size_t>
        branches{};  ///< steps; or the reader's symbol for each of the writer's
    /// In the writer's order: the step and the reader's field; without a field it is skipped, and
    /// the number is the writer's node.
    std::vector<std::pair<std::size_t, std::size_t>> fields{};
    std::size_t fieldCount = 0;                             ///< of the reader's record
    std::vector<std::pair<std::size_t, Value>> defaults{};  ///< by the reader's field
    std::size_t defaultsSize = 0;                           ///< in values
  };

 private:
  friend class PlanCompiler;
  friend class PlanDecoder;
  friend class PlanReview;
  std::shared_ptr<const Schema> writer_;
  std::shared_ptr<const Schema> reader_;
  std::vector<Step> steps_;
  std::size_t root_ = 0;
};

}  // namespace caas::kafka::avro
