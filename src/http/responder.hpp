#pragma once

#include <functional>
#include <memory>

#include "http/message.hpp"

namespace caas::kafka::http {

/// Answers one request later, from any thread. The first answer counts; one that comes after the
/// request's time (its caller has got 504) goes nowhere. If the last copy goes without having
/// answered, the caller gets 500, so nobody waits for ever.
class Responder {
 public:
  /// `deliver` is called once, on the thread that answers.
  explicit Responder(std::function<void(Answer)> deliver);
  void answer(Answer answer) const;

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace caas::kafka::http
