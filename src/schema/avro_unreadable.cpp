// What a plan can only refuse: the verdict on a change, before a value is met.

#include <set>

#include <fmt/format.h>

#include "schema/avro_plan.hpp"

namespace caas::kafka::avro {

class PlanReview {
 public:
  explicit PlanReview(const Plan& plan) : plan_(plan) {}

  std::vector<std::string> run() {
    walk(plan_.root_, "");
    return std::move(found_);
  }

 private:
  using Op = Plan::Op;

  void walk(std::size_t id, const std::string& path) {
    if (!seen_.insert(id).second) {
      return;
    }
    const auto& step = plan_.steps_[id];
    switch (step.op) {
      case Op::kProblem: tell(path, step.problem); return;
      case Op::kEnum:
        for (std::size_t i = 0; i < step.branches.size(); ++i) {
          if (step.branches[i] == Plan::kNone) {
            tell(path, fmt::format("{} has no symbol '{}'", step.problem,
                                   plan_.writer_->at(step.index).symbols[i]));
          }
        }
        return;
      case Op::kArray:
      case Op::kMap: walk(step.child, path + "[]"); return;
      case Op::kReaderUnion: walk(step.child, path); return;
      case Op::kWriterUnion:
        for (const auto branch : step.branches) {
          walk(branch, path);
        }
        return;
      case Op::kRecord:
        for (const auto& [child, place] : step.fields) {
          if (place != Plan::kNone) {
            const auto& name = plan_.reader_->at(step.index).fields[place].name;
            walk(child, path.empty() ? name : fmt::format("{}.{}", path, name));
          }
        }
        return;
      default: return;
    }
  }

  /// "at a.b: …", of which the problem may already have its own part.
  void tell(const std::string& path, std::string_view problem) {
    if (path.empty()) {
      found_.emplace_back(problem);
    } else if (problem.starts_with("at ")) {
      found_.push_back(fmt::format("at {}.{}", path, problem.substr(3)));
    } else {
      found_.push_back(fmt::format("at {}: {}", path, problem));
    }
  }

  const Plan& plan_;
  std::set<std::size_t> seen_;
  std::vector<std::string> found_;
};

std::vector<std::string> Plan::unreadable() const { return PlanReview(*this).run(); }

}  // namespace caas::kafka::avro
