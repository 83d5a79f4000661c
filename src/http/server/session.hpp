#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "http/server/core.hpp"
#include "http/server/event_channel.hpp"
#include "http/server/in_buffer.hpp"
#include "http/server/request_parser.hpp"
#include "http/server/wire.hpp"

namespace caas::kafka::http {

/// A request whose body counts among all that are under way as long as anybody holds it.
struct HeldRequest : Request {
  ByteBudget::Charge charge;
};

/// One request and what becomes of it.
struct Exchange {
  explicit Exchange(Core& core);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  Core& core;
  RequestParser parser;
  std::shared_ptr<HeldRequest> request = std::make_shared<HeldRequest>();
  SteadyTime began = std::chrono::steady_clock::now();
  const Route* route = nullptr;
  bool headOnly = false;
  bool keepAlive = false;
  bool counted = false;  ///< it is among those that are under way
};

/// One connection: a coroutine that reads a request, has it answered, writes the answer, and reads
/// the next one. Requests that a client sends ahead wait in its buffer and the kernel's.
class Session final : public Connection, public std::enable_shared_from_this<Session> {
 public:
  Session(Core& core, const Gate& gate, asio::ssl::context* tls, Socket socket,
          const IpAddress& address);
  ~Session() override;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  [[nodiscard]] Task<void> run();
  void expire() override;
  void abort() override;
  void endStream() override;

 private:
  /// What reading came to.
  enum class Step { kGood, kGone, kRefused };

  // session.cpp: the connection
  [[nodiscard]] Task<void> serveAll();
  [[nodiscard]] Task<bool> waitForRequest();
  [[nodiscard]] Task<bool> fill();
  [[nodiscard]] Task<bool> write(std::string_view head, std::string_view body);
  [[nodiscard]] Task<void> goodbye();
  void arm(Milliseconds time);
  void disarm() { deadline = SteadyTime::max(); }

  // session_exchange.cpp: one request
  [[nodiscard]] Task<bool> serveOne();
  [[nodiscard]] Task<Step> readHead(Exchange& exchange, Response& refused);
  [[nodiscard]] std::optional<Response> admit(Exchange& exchange);
  [[nodiscard]] Task<Step> readBody(Exchange& exchange, Response& refused);
  [[nodiscard]] Task<bool> send(Exchange& exchange, Response response);
  [[nodiscard]] Response refuse(Exchange& exchange, const Problem& problem,
                                std::string_view reason);
  void account(const Exchange& exchange, int status, std::size_t bytes);

  // session_handlers.cpp: what answers it
  using Deliver = std::function<void(Response)>;
  using Begin = std::function<bool(Deliver)>;
  [[nodiscard]] Task<Response> handle(Exchange& exchange);
  [[nodiscard]] Task<Response> runElsewhere(Exchange& exchange);
  [[nodiscard]] Task<Response> awaitAnswer(Exchange& exchange, Begin begin);
  [[nodiscard]] Task<Response> compressed(Exchange& exchange, Response response);

  // session_stream.cpp: server-sent events
  [[nodiscard]] Task<bool> stream(Exchange& exchange);
  [[nodiscard]] Task<std::size_t> pump(Exchange& exchange, EventChannel& channel,
                                       std::optional<Response>& refused);
  [[nodiscard]] Task<void> watchClient();
  [[nodiscard]] std::shared_ptr<EventChannel> openChannel();

  Core& core_;
  const Gate& gate_;
  const Peer peer_;
  Wire wire_;
  InBuffer buffer_;
  std::list<Connection*>::iterator place_;
  std::size_t served_ = 0;
  bool expired_ = false;  ///< its time was over during the last step
  bool gone_ = false;     ///< the client closed, or something failed
  bool aborted_ = false;
  Timer* answerTimer_ = nullptr;  ///< of the request that waits for its handler
  std::shared_ptr<EventChannel> channel_;
  Timer streamTimer_;
  bool streamWoken_ = false;
};

}  // namespace caas::kafka::http
