#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/options.hpp"
#include "wire/request.hpp"

namespace caas::kafka::wire {

/// A broker as the cluster lists it.
struct BrokerAddress {
  int id = -1;
  Address address;
};

/// Connections to the brokers of a cluster, one to each that is asked something, made when they are
/// needed and again after they broke. One thread of its own does all of it. Thread-safe.
class Client {
 public:
  /// As the broker to ask: whichever answers.
  static constexpr int kAnyBroker = -1;

  /// Does not connect yet. kInvalidConfiguration: a certificate file that cannot be used.
  [[nodiscard]] static Result<std::unique_ptr<Client>> create(ClientOptions options);
  /// Requests that are under way fail with kShutdown; waits for their handlers.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Sends once and calls `handler` exactly once, on the client's thread, where nothing may block.
  /// Requests of one thread to one broker go out in their order. What fails is not repeated here:
  /// the Outcome says whether it may have arrived. To kAnyBroker it goes once too.
  /// kConnectionTimeout, kUnavailable, kTimeout, kQueueFull: retriable. kAuthentication,
  /// kUnsupported (no version in common): not.
  void send(int broker, Request request, Milliseconds timeout, Handler handler);

  /// Asks and waits. Only for requests that may be carried out twice. A failure that may pass is
  /// tried again until the time is over; kAnyBroker goes to another broker each time, from those
  /// that are connected to the bootstrap addresses, and with none that answers the error
  /// (kConnectionTimeout) says what each of them did.
  template <class Answer, class Question>
  [[nodiscard]] Result<Answer> ask(int broker, const Question& question, Milliseconds timeout) {
    auto reply = askAny(broker, [&] { return makeRequest(question); }, timeout);
    return reply ? answerOf<Answer>(*reply) : Result<Answer>(std::unexpected(reply.error()));
  }

  /// As last heard from the cluster; fetched when there is none yet or it is old.
  [[nodiscard]] Result<std::vector<BrokerAddress>> brokers(Milliseconds timeout);
  /// What an answer said about where a broker is (KIP-951).
  void learn(const BrokerAddress& broker);

 private:
  class Impl;
  explicit Client(std::unique_ptr<Impl> impl);
  [[nodiscard]] Result<Reply> askAny(int broker, const std::function<Request()>& make,
                                     Milliseconds timeout);
  std::unique_ptr<Impl> impl_;
};

}  // namespace caas::kafka::wire
