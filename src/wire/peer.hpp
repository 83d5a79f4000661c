#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "wire/generated/sasl_authenticate.hpp"
#include "wire/request.hpp"
#include "wire/sasl.hpp"
#include "wire/stream.hpp"

namespace caas::kafka::wire {

/// One broker: a connection that is made when there is something to send, and made again after it
/// broke. Requests go out in the order they came, one behind the other without waiting for answers;
/// the broker answers in that order. All of it on one thread.
///
/// What ends a connection ends what is under way on it; nothing is repeated here, because only who
/// sent it knows whether it may be. A request that gets no answer in time ends its connection:
/// everything behind it would wait for the same answer.
class Peer : public std::enable_shared_from_this<Peer> {
 public:
  /// Requests of one broker, waiting and under way. More are refused with kQueueFull.
  static constexpr std::size_t kMostRequests = 1'024;

  /// The references must outlive it. `tls` may be null.
  Peer(const asio::any_io_executor& executor, const ClientOptions& options, Address address,
       asio::ssl::context* tls);

  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void start();
  /// Calls the handler exactly once, not before it returned.
  void send(Request request, TimePoint deadline, Handler handler);
  /// Fails what is under way with kShutdown and ends for good.
  void stop();
  /// Another address of the same broker. An open connection to the old one ends.
  void moveTo(Address address);

  [[nodiscard]] const Address& address() const { return address_; }
  [[nodiscard]] bool connected() const { return ready_; }
  /// It failed, and its back-off is not over.
  [[nodiscard]] bool resting() const { return std::chrono::steady_clock::now() < notBefore_; }
  [[nodiscard]] std::size_t underWay() const { return waiting_.size() + inFlight_.size(); }

 private:
  struct Waiting {
    Request request;
    TimePoint deadline;
    Handler handler;
  };
  struct InFlight {
    Api api{};
    int correlation = 0;
    int version = 0;
    int headerVersion = 0;
    TimePoint deadline;
    Handler handler;
    bool written = false;
  };

  // Coroutines take references to what their caller has named, and every co_await stands by itself:
  // GCC 12 destroys some temporaries of such an expression twice.
  Task<> run();
  Task<Result<void>> open();
  Task<> serve();
  Task<> readReplies();
  /// False: the connection is broken.
  Task<bool> readReply();
  Task<> sendNext();
  /// Writes and enters it among those under way; false: the connection is broken.
  Task<bool> transmit(Request& request, int version, TimePoint deadline, Handler& handler);

  // peer_login.cpp
  Task<Result<void>> login(TimePoint deadline);
  Task<Result<void>> negotiate(TimePoint deadline);
  Task<Result<void>> authenticate(TimePoint deadline);
  Task<Result<void>> exchange(SaslExchange& sasl, TimePoint deadline);
  Task<Result<std::string>> fetchToken(TimePoint deadline);
  void noteLifetime(const SaslAuthenticateResponse& answer);
  [[nodiscard]] bool loginIsDue() const {
    return std::chrono::steady_clock::now() >= loginAgainAt_;
  }
  /// One request and its answer, while nothing else is sent.
  Task<Result<Reply>> ask(Request& request, int version, TimePoint deadline);
  template <class Answer, class Question>
  Task<Result<Answer>> askFor(const Question& question, int highest, TimePoint deadline);

  void watchDeadlines(TimePoint deadline);
  void expire();
  void breakConnection(Error why);
  void finish(Handler handler, Result<Reply> reply, bool mayHaveArrived);
  void failWaiting(const Error& why);
  void failInFlight();
  [[nodiscard]] bool idle() const { return waiting_.empty() && inFlight_.empty(); }

  asio::any_io_executor executor_;
  const ClientOptions& options_;
  Address address_;
  asio::ssl::context* tls_;
  std::optional<Stream> stream_;
  // One waiter each.
  Event wanted_;    ///< something to send, or the connection broke
  Event answered_;  ///< an answer of the login's
  Event written_;   ///< for the reader: the request that it has the answer of is out
  Event readerGone_;
  asio::steady_timer deadlineTimer_;
  TimePoint watched_ = TimePoint::max();

  std::deque<Waiting> waiting_;
  std::deque<InFlight> inFlight_;
  std::map<std::int16_t, VersionRange> theirs_;
  TimePoint loginAgainAt_ = TimePoint::max();
  std::optional<Error> broken_;
  std::string lastFailure_;
  std::thread tokenThread_;
  int failures_ = 0;
  TimePoint notBefore_{};
  int correlation_ = 0;
  bool ready_ = false;
  bool readerRuns_ = false;
  bool stopping_ = false;
};

}  // namespace caas::kafka::wire
