#pragma once

#include <chrono>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "caas/kafka/record.hpp"
#include "client/transactional_client.hpp"
#include "http/message.hpp"
#include "http/responder.hpp"

namespace caas::kafka::http {

/// Records of one request at most: they are one transaction, and its answer is kept.
inline constexpr std::size_t kMostKeyedRecords = 1'000;

/// A request whose records are to be in the log once, however often it is sent and to whichever
/// daemon.
struct KeyedRequest {
  std::string key;  ///< in its scope (key.hpp)
  std::string fingerprint;
  std::vector<OwnedRecord> records;
  /// What it is answered, by where each of them was appended.
  std::function<Response(std::span<const client::TransactedRecord>)> answer;
  Responder responder;
};

/// One whose key is ours.
struct ClaimedRequest {
  KeyedRequest request;
  std::string claim;
  std::chrono::steady_clock::time_point since;  ///< before the claim was sent
};

/// What is said while it is not known, or not to be, whether it is in the log: with the same key it
/// may be sent again in any case.
[[nodiscard]] Error sendAgain(std::string_view what);

}  // namespace caas::kafka::http
