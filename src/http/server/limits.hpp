#pragma once

#include <cstddef>

#include "caas/kafka/clock.hpp"

namespace caas::kafka::http {

/// What clients may use up. Everything that grows with them has a bound here; a route's own body
/// bound and time stand in the route.
struct Limits {
  // Connections. Beyond the first bound the one that has been idle longest makes way; beyond the
  // second, which a trusted proxy does not have, the new one gets 503.
  std::size_t mostConnections = 12'000;
  std::size_t mostConnectionsPerAddress = 2'048;
  std::size_t mostRequestsPerConnection = 100'000;

  // One request.
  std::size_t mostHeadBytes = 16 * 1024;
  std::size_t mostTargetBytes = 8 * 1024;
  std::size_t mostHeaderFields = 100;

  // All of them: bodies that are being received or worked on, and answers that are being sent.
  std::size_t mostBodyBytesInAll = 256ULL * 1024 * 1024;

  // Time.
  Milliseconds idleTime{75'000};       ///< between two requests, and before the first
  Milliseconds headTime{10'000};       ///< from the head's first byte to its last
  Milliseconds bodyTime{60'000};       ///< for the whole body
  Milliseconds handshakeTime{10'000};  ///< of TLS
  Milliseconds writeTime{20'000};      ///< without the client taking anything
  Milliseconds answerTime{300'000};    ///< for a whole answer, streams aside
  Milliseconds lingerTime{2'000};      ///< reading what a client still sends after its last answer
  std::size_t mostLingerBytes = 16ULL * 1024 * 1024;
  Milliseconds sweepInterval{250};  ///< how exact these times are

  // Handlers.
  std::size_t workers = 16;
  std::size_t mostWaitingForWorkers = 256;

  // Server-sent events.
  std::size_t mostStreams = 64;
  std::size_t mostStreamsPerPrincipal = 32;
  std::size_t mostStreamBytes = 256 * 1024;  ///< that one stream has under way
  Milliseconds streamCommentInterval{15'000};

  // Answers.
  std::size_t gzipFromBytes = 1'400;         ///< what fits into a packet is left as it is
  std::size_t gzipInPlaceBytes = 64 * 1024;  ///< larger ones are compressed by a worker

  std::size_t mostLogLines = 8'192;  ///< of the access log that are not yet written
};

}  // namespace caas::kafka::http
