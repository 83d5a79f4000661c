#include <array>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/json/serialize.hpp>

#include "http/server/answer_head.hpp"
#include "http/server/invoke.hpp"
#include "http/server/session.hpp"

namespace caas::kafka::http {
namespace {

/// Keeps proxies from giving the connection up, and finds out that the client has.
constexpr std::string_view kComment = ":\n\n";

std::string errorEvent(const Error& error, std::string_view id) {
  const auto data = boost::json::serialize(toJson(problemOf(error), id));
  return eventText({.type = "error", .data = data});
}

}  // namespace

std::shared_ptr<EventChannel> Session::openChannel() {
  return std::make_shared<EventChannel>(core_.limits.mostStreamBytes,
                                        [mailbox = core_.mailbox, weak = weak_from_this()] {
                                          mailbox->post([weak] {
                                            if (const auto session = weak.lock()) {
                                              session->streamWoken_ = true;
                                              session->streamTimer_.cancel();
                                            }
                                          });
                                        });
}

void Session::endStream() {
  if (channel_) {
    channel_->close();
    streamWoken_ = true;
    streamTimer_.cancel();
  }
}

/// What a client of a stream sends means nothing; that it closes does.
Task<void> Session::watchClient() {
  const auto self = shared_from_this();
  std::array<char, 512> discarded{};
  for (;;) {
    const auto [failed, bytes] = co_await wire_.readSome(discarded);
    if (failed) {
      gone_ = true;
      endStream();
      co_return;
    }
  }
}

Task<bool> Session::stream(Exchange& exchange) {
  disarm();
  exchange.keepAlive = false;
  const auto channel = openChannel();
  const auto held = exchange.request;
  const auto* route = exchange.route;
  const bool runs = core_.streams.run(held->principal.name, [channel, held, route] {
    channel->finish(invoke(std::get<Streaming>(route->handler), *held, *channel));
  });
  if (!runs) {
    auto refused = refuse(exchange, problems::overloaded("too many streams are open", 5), "load");
    const bool stays = co_await send(exchange, std::move(refused));
    co_return stays;
  }
  channel_ = channel;
  asio::co_spawn(core_.io.get_executor(), watchClient(), asio::detached);
  std::optional<Response> refused;
  const auto bytes = co_await pump(exchange, *channel, refused);
  channel->close();
  channel_.reset();
  if (refused && !gone_) {
    const bool told = co_await send(exchange, *std::move(refused));
    static_cast<void>(told);
  } else {
    account(exchange, 200, bytes);
  }
  wire_.shutdownSend();
  gone_ = true;  // watchClient() reads already, so nothing else may
  co_return false;
}

/// Until the handler has returned or the client has gone; how many bytes were sent. `refused`: the
/// stream did not begin.
Task<std::size_t> Session::pump(Exchange& exchange, EventChannel& channel,
                                std::optional<Response>& refused) {
  Response response;
  response.headers.set("Content-Type", std::string(kEventStream) + "; charset=utf-8");
  std::string text = answerHead(response, {.requestId = exchange.request->id,
                                           .date = core_.date,
                                           .keepAlive = false,
                                           .secure = exchange.request->secure,
                                           .contentLength = std::nullopt});
  std::size_t sent = 0;
  for (bool begun = false;;) {
    auto taken = channel.take();
    begun = begun || taken.started || (taken.result && *taken.result);
    if (!begun && (taken.result || !channel.open())) {
      refused = taken.result ? toResponse(taken.result->error(), exchange.request->id)
                             : toResponse(problems::draining(), exchange.request->id);
      co_return 0;
    }
    if (begun) {
      text += taken.text;
      if (taken.result && !*taken.result) {
        text += errorEvent(taken.result->error(), exchange.request->id);
      }
      const bool written = co_await write(text, {});
      if (!written) {
        co_return sent;
      }
      sent += text.size();
      text.clear();
    }
    channel.written();
    if (taken.result || !channel.open()) {
      co_return sent;
    }
    if (!std::exchange(streamWoken_, false)) {
      streamTimer_.expires_after(core_.limits.streamCommentInterval);
      const auto [woken] = co_await streamTimer_.async_wait(kAwait);
      if (!woken && begun) {
        text += kComment;
      }
      streamWoken_ = false;
    }
  }
}

}  // namespace caas::kafka::http
