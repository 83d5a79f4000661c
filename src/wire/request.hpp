#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "wire/message.hpp"

namespace caas::kafka::wire {

/// A request that is not yet bytes: its version is chosen when a connection has it, by what that
/// broker speaks.
struct Request {
  Api api{};
  VersionRange versions;
  int flexibleSince = 0;
  /// Writes the body in that version.
  std::move_only_function<void(Encoder&, int version) const> body;
  /// False for a Produce with acks=0: then it is over when it was sent.
  bool answered = true;
};

/// In the versions that both of us speak, or in fewer.
template <class Message>
[[nodiscard]] Request makeRequest(Message message,
                                  VersionRange within = {0, Message::kStableVersion}) {
  return {.api = Message::kApi,
          .versions = {std::max(Message::kVersions.low, within.low),
                       std::min(Message::kStableVersion, within.high)},
          .flexibleSince = Message::kFlexibleSince,
          .body = [message = std::move(message)](Encoder& encoder, int version) {
            Message::visit(encoder, message, version);
          }};
}

/// The answer to a request, in the version that it was asked in. An empty one to a request that is
/// not answered.
struct Reply {
  int version = 0;
  Buffer frame{};
  std::size_t bodyAt = 0;
  [[nodiscard]] Bytes body() const { return Bytes(frame).subspan(bodyAt); }
};

/// Views in it (Records) live as long as the reply.
template <class Message>
[[nodiscard]] Result<Message> answerOf(const Reply& reply) {
  return decode<Message>(reply.body(), reply.version);
}

/// What became of a request.
struct Outcome {
  Result<Reply> reply;
  /// Of one that failed: it may have reached the broker, and have been carried out.
  bool mayHaveArrived = false;
};
using Handler = std::move_only_function<void(Outcome)>;

/// Which version to ask in: the highest that both speak.
/// kUnsupported: none. `theirs` is empty when the broker does not know the request.
[[nodiscard]] Result<int> chooseVersion(Api api, VersionRange ours, VersionRange theirs);

/// Size, header and body. kInvalidArgument: what this version cannot carry.
[[nodiscard]] Result<Frame> encodeRequest(const Request& request, int version, int correlation,
                                          const std::string& clientId);

}  // namespace caas::kafka::wire
