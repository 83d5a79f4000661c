#pragma once

#include "caas/kafka/consumer.hpp"

namespace caas::kafka {

/// Who hears a completion's answer. Any thread.
class Completion::Target {
 public:
  virtual ~Target() = default;
  virtual void answer(HandlerResult result) = 0;
};

}  // namespace caas::kafka
