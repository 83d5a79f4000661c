// What happens on a connection before it carries requests, and again before a login expires.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "caas/kafka/version.hpp"
#include "core/errors.hpp"
#include "wire/generated/api_versions.hpp"
#include "wire/generated/sasl_handshake.hpp"
#include "wire/kafka_error.hpp"
#include "wire/peer.hpp"

namespace caas::kafka::wire {
namespace {

/// Understood by every broker since Kafka 2.4. An older one answers in version 0 that it is not
/// (KIP-511), and is asked in that.
constexpr int kFirstApiVersions = 3;
/// More messages than any mechanism has.
constexpr int kMostSaslMessages = 6;

/// The first field of an ApiVersionsResponse, the same in every version.
std::int16_t errorCodeOf(Bytes body) {
  return body.size() < 2 ? kafka_error::kNone : static_cast<std::int16_t>(body[0] << 8 | body[1]);
}

Error loginTimeout(const Address& address) {
  return {.code = ErrorCode::kConnectionTimeout,
          .message = fmt::format("{} accepts connections and does not answer", toString(address)),
          .hint = "The broker hangs or is overloaded, or the listener wants TLS or SASL",
          .retriable = true};
}

}  // namespace

Task<Result<void>> Peer::login(TimePoint deadline) {
  auto done = co_await negotiate(deadline);
  if (done && options_.sasl) {
    done = co_await authenticate(deadline);
  }
  co_return done;
}

Task<Result<Reply>> Peer::ask(Request& request, int version, TimePoint deadline) {
  // Shared with the handler: it may be called after this has given up.
  const auto outcome = std::make_shared<std::optional<Outcome>>();
  Handler handler = [outcome, self = weak_from_this()](Outcome got) {
    *outcome = std::move(got);
    if (const auto peer = self.lock()) {
      peer->answered_.notify();
    }
  };
  const bool sent = co_await transmit(request, version, TimePoint::max(), handler);
  while (sent && !*outcome && readerRuns_ && std::chrono::steady_clock::now() < deadline) {
    co_await answered_.wait(deadline);
  }
  if (*outcome) {
    co_return std::move((*outcome)->reply);
  }
  Error why = broken_.value_or(loginTimeout(address_));
  breakConnection(why);
  co_return fail(std::move(why));
}

template <class Answer, class Question>
Task<Result<Answer>> Peer::askFor(const Question& question, int highest, TimePoint deadline) {
  Request request = makeRequest(question, {0, highest});
  const auto theirs = theirs_.find(static_cast<std::int16_t>(request.api));
  const auto version = chooseVersion(request.api, request.versions,
                                     theirs == theirs_.end() ? VersionRange{} : theirs->second);
  if (!version) {
    co_return fail(version.error());
  }
  auto reply = co_await ask(request, *version, deadline);
  if (!reply) {
    co_return fail(std::move(reply).error());
  }
  co_return answerOf<Answer>(*reply);
}

Task<Result<void>> Peer::negotiate(TimePoint deadline) {
  ApiVersionsRequest question;
  question.clientSoftwareName = "caas-kafka";
  question.clientSoftwareVersion = kVersion;
  Request request = makeRequest(question);
  auto reply = co_await ask(request, kFirstApiVersions, deadline);
  if (reply && errorCodeOf(reply->body()) == kafka_error::kUnsupportedVersion) {
    Request oldest = makeRequest(ApiVersionsRequest{});
    auto again = co_await ask(oldest, 0, deadline);
    reply = std::move(again);
  }
  if (!reply) {
    co_return fail(std::move(reply).error());
  }
  const auto answer = answerOf<ApiVersionsResponse>(*reply);
  if (!answer) {
    co_return fail(answer.error());
  }
  if (answer->errorCode != kafka_error::kNone) {
    co_return fail(
        kafkaError(answer->errorCode, fmt::format("asking {} what it speaks", toString(address_))));
  }
  theirs_.clear();
  for (const auto& api : answer->apiKeys) {
    theirs_[api.apiKey] = {api.minVersion, api.maxVersion};
  }
  co_return Result<void>{};
}

Task<Result<void>> Peer::authenticate(TimePoint deadline) {
  const SaslOptions& sasl = *options_.sasl;
  std::string token;
  if (sasl.token) {
    auto fetched = co_await fetchToken(deadline);
    if (!fetched) {
      co_return fail(std::move(fetched).error());
    }
    token = *std::move(fetched);
  }
  auto made = makeSaslExchange(sasl, token);
  if (!made) {
    co_return fail(std::move(made).error());
  }
  SaslHandshakeRequest question;
  question.mechanism = sasl.mechanism;
  constexpr int kHandshakeVersion = 1;  // 0 is followed by bare tokens instead of requests
  auto answer = co_await askFor<SaslHandshakeResponse>(question, kHandshakeVersion, deadline);
  if (!answer) {
    co_return fail(answer.error());
  }
  if (answer->errorCode != kafka_error::kNone) {
    co_return fail(
        kafkaError(answer->errorCode,
                   fmt::format("logging in at {} by {}", toString(address_), sasl.mechanism),
                   answer->errorCode == kafka_error::kUnsupportedSaslMechanism
                       ? std::optional(fmt::format("the listener offers {}",
                                                   fmt::join(answer->mechanisms, ", ")))
                       : std::nullopt));
  }
  auto done = co_await exchange(**made, deadline);
  co_return done;
}

Task<Result<void>> Peer::exchange(SaslExchange& sasl, TimePoint deadline) {
  std::string message = sasl.first();
  for (int round = 0; round < kMostSaslMessages; ++round) {
    SaslAuthenticateRequest question;
    question.authBytes.bytes = std::move(message);
    const auto answer = co_await askFor<SaslAuthenticateResponse>(
        question, SaslAuthenticateRequest::kStableVersion, deadline);
    if (!answer) {
      co_return fail(answer.error());
    }
    if (answer->errorCode != kafka_error::kNone) {
      co_return fail(kafkaError(
          answer->errorCode,
          fmt::format("logging in at {} as '{}'", toString(address_), options_.sasl->username),
          answer->errorMessage));
    }
    auto next = sasl.next(answer->authBytes.bytes);
    if (!next) {
      co_return fail(std::move(next).error());
    }
    if (!*next) {
      noteLifetime(*answer);
      co_return Result<void>{};
    }
    message = **std::move(next);
  }
  co_return fail(
      Error{.code = ErrorCode::kAuthentication,
            .message = fmt::format("the login at {} comes to no end", toString(address_))});
}

Task<Result<std::string>> Peer::fetchToken(TimePoint deadline) {
  if (tokenThread_.joinable()) {
    tokenThread_.join();
  }
  const auto token = std::make_shared<std::optional<Result<std::string>>>();
  tokenThread_ = std::thread(
      [source = options_.sasl->token, token, executor = executor_, self = weak_from_this()] {
        auto fetched = source();
        asio::post(executor, [token, self, fetched = std::move(fetched)]() mutable {
          *token = std::move(fetched);
          if (const auto peer = self.lock()) {
            peer->answered_.notify();
          }
        });
      });
  while (!*token && !stopping_ && std::chrono::steady_clock::now() < deadline) {
    co_await answered_.wait(deadline);
  }
  if (!*token) {
    co_return fail(Error{.code = ErrorCode::kAuthentication,
                         .message = "the token for the login did not come in time",
                         .hint = "Check where the OAUTHBEARER token is fetched from",
                         .retriable = true});
  }
  co_return **std::move(token);
}

void Peer::noteLifetime(const SaslAuthenticateResponse& answer) {
  loginAgainAt_ = TimePoint::max();
  if (answer.sessionLifetimeMs > 0) {
    // KIP-368: somewhere between 85 and 95 % of it, so that a client's connections do not do it at
    // one moment.
    const auto percent = 85 + static_cast<std::int64_t>(systemRandom().next() % 11);
    loginAgainAt_ =
        std::chrono::steady_clock::now() + Milliseconds{answer.sessionLifetimeMs / 100 * percent};
  }
}

}  // namespace caas::kafka::wire
