#include "http/responder.hpp"

#include <atomic>
#include <utility>

#include "core/errors.hpp"

namespace caas::kafka::http {

class Responder::State {
 public:
  explicit State(std::function<void(Answer)> deliver) : deliver_(std::move(deliver)) {}
  ~State() { answer(fail(errors::internal("the request was dropped without an answer"))); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void answer(Answer answer) {
    if (!answered_.exchange(true)) {
      deliver_(std::move(answer));
    }
  }

 private:
  std::function<void(Answer)> deliver_;
  std::atomic<bool> answered_{false};
};

Responder::Responder(std::function<void(Answer)> deliver)
    : state_(std::make_shared<State>(std::move(deliver))) {}

void Responder::answer(Answer answer) const { state_->answer(std::move(answer)); }

}  // namespace caas::kafka::http
