#include "health/quorum_watch.hpp"

#include "core/errors.hpp"

namespace caas::kafka::health {

Result<wire::Quorum> QuorumWatch::look(Milliseconds patience) {
  wire::Client* client = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (!client_) {
      CAAS_ASSIGN(auto options, wire::clientOptions(settings_, "health"));
      CAAS_ASSIGN(client_, wire::Client::create(std::move(options)));
    }
    client = client_.get();
  }
  CAAS_ASSIGN(auto quorum, wire::describeQuorum(*client, patience));
  if (quorum.leaderId < 0) {
    return fail(Error{.code = ErrorCode::kUnavailable,
                      .message = "the controllers have no leader now",
                      .hint = "They elect one; more than half of them must run for that",
                      .retriable = true});
  }
  return quorum;
}

}  // namespace caas::kafka::health
