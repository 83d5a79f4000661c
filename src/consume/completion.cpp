#include "consume/completion.hpp"

#include <utility>

namespace caas::kafka {

Completion::Completion(std::shared_ptr<Target> target) : target_(std::move(target)) {}
Completion::Completion(Completion&& other) noexcept = default;

Completion& Completion::operator=(Completion&& other) noexcept {
  if (this != &other) {
    const Completion old(std::move(*this));
    target_ = std::move(other.target_);
  }
  return *this;
}

Completion::~Completion() {
  if (target_) {
    complete(HandlerResult::retry("the handler dropped the record without an answer", "dropped"));
  }
}

void Completion::complete(HandlerResult result) {
  // Once: the first answer takes the target.
  if (const auto target = std::exchange(target_, nullptr)) {
    target->answer(std::move(result));
  }
}

}  // namespace caas::kafka
