#include "wire/client.hpp"

#include <algorithm>
#include <functional>
#include <future>
#include <map>
#include <set>
#include <thread>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/errors.hpp"
#include "wire/generated/metadata.hpp"
#include "wire/kafka_error.hpp"
#include "wire/peer.hpp"

namespace caas::kafka::wire {
namespace {

TimePoint now() { return std::chrono::steady_clock::now(); }

/// All brokers and no topic. Before version 1 no topic means all of them, and before 4 a question
/// could create one.
Request brokerListRequest() {
  MetadataRequest question;
  question.allowAutoTopicCreation = false;
  constexpr VersionRange kVersions{4, MetadataRequest::kStableVersion};
  return makeRequest(std::move(question), kVersions);
}

constexpr Milliseconds kListTimeout{10'000};
constexpr Milliseconds kShortestAttempt{200};
constexpr Milliseconds kPauseFirst{50};
constexpr Milliseconds kPauseMost{1'000};

}  // namespace

/// All but askAny and brokers runs on the thread of `io_`.
class Client::Impl {
 public:
  Impl(ClientOptions options, std::unique_ptr<asio::ssl::context> tls)
      : options_(std::move(options)), tls_(std::move(tls)), work_(io_.get_executor()) {
    for (const auto& address : options_.bootstrap) {
      bootstrap_.push_back(makePeer(address));
    }
    thread_ = std::thread([this] { io_.run(); });
  }
  ~Impl() {
    asio::post(io_, [this] {
      stopping_ = true;
      for (const auto& peer : bootstrap_) {
        peer->stop();
      }
      for (const auto& [id, known] : known_) {
        known.peer->stop();
      }
      work_.reset();
    });
    thread_.join();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void send(int broker, Request request, Milliseconds timeout, Handler handler) {
    const TimePoint deadline = now() + timeout;
    asio::post(io_, [this, broker, request = std::move(request), deadline,
                     handler = std::move(handler)]() mutable {
      route(broker, std::move(request), deadline, std::move(handler));
    });
  }

  Result<Reply> askAny(int broker, const std::function<Request()>& make, Milliseconds timeout) {
    const TimePoint deadline = now() + timeout;
    Milliseconds pause = kPauseFirst;
    Answers answers;
    while (true) {
      auto reply =
          broker == kAnyBroker ? askEach(make, deadline, answers) : askOne(broker, make, deadline);
      if (reply || !reply.error().retriable) {
        return reply;
      }
      if (now() + pause >= deadline) {
        return answers.empty() ? std::move(reply) : fail(nobody(answers, timeout));
      }
      std::this_thread::sleep_for(pause);
      pause = std::min(2 * pause, kPauseMost);
    }
  }

  Result<std::vector<BrokerAddress>> brokers(Milliseconds timeout) {
    const TimePoint deadline = now() + timeout;
    Milliseconds pause = kPauseFirst;
    while (true) {
      const auto promise = std::make_shared<std::promise<Result<void>>>();
      asio::post(io_, [this, promise, deadline] {
        if (!known_.empty() && !listIsOld()) {
          promise->set_value({});
        } else {
          refresh(deadline, [promise](Result<void> done) { promise->set_value(std::move(done)); });
        }
      });
      auto done = promise->get_future().get();
      if (done) {
        return list();
      }
      if (!done.error().retriable || now() + pause >= deadline) {
        return fail(std::move(done).error());
      }
      std::this_thread::sleep_for(pause);
      pause = std::min(2 * pause, kPauseMost);
    }
  }

  void learn(const BrokerAddress& broker) {
    asio::post(io_, [this, broker] { enter(broker); });
  }

 private:
  struct Known {
    std::shared_ptr<Peer> peer;
    bool listed = true;
  };
  using Done = std::move_only_function<void(Result<void>)>;
  /// What each address did last.
  using Answers = std::map<std::string, std::string>;

  std::shared_ptr<Peer> makePeer(const Address& address) {
    auto peer = std::make_shared<Peer>(io_.get_executor(), options_, address, tls_.get());
    peer->start();
    return peer;
  }

  void enter(const BrokerAddress& broker) {
    const auto known = known_.find(broker.id);
    if (known == known_.end()) {
      if (!stopping_) {
        known_.emplace(broker.id, Known{.peer = makePeer(broker.address)});
      }
      return;
    }
    known->second.listed = true;
    known->second.peer->moveTo(broker.address);
  }

  [[nodiscard]] bool listIsOld() const {
    return !listedAt_ || now() - *listedAt_ > options_.brokerListAge;
  }

  void route(int broker, Request request, TimePoint deadline, Handler handler) {
    if (listIsOld() && !refreshing_) {
      refresh(now() + kListTimeout, [](Result<void>) {});
    }
    if (broker == kAnyBroker) {
      sendTo(candidates().front(), std::move(request), deadline, std::move(handler));
      return;
    }
    const auto known = known_.find(broker);
    if (known != known_.end() && known->second.listed) {
      sendTo(known->second.peer, std::move(request), deadline, std::move(handler));
      return;
    }
    refresh(deadline, [this, broker, request = std::move(request), deadline,
                       handler = std::move(handler)](Result<void> done) mutable {
      const auto found = known_.find(broker);
      if (found != known_.end() && found->second.listed) {
        sendTo(found->second.peer, std::move(request), deadline, std::move(handler));
        return;
      }
      Error why = done ? Error{.code = ErrorCode::kUnavailable,
                               .message = fmt::format("broker {} is not in the cluster", broker),
                               .hint = "It is down, or that number is wrong: `caas-kafka brokers`",
                               .retriable = true}
                       : std::move(done).error();
      handler({.reply = fail(std::move(why)), .mayHaveArrived = false});
    });
  }

  void sendTo(const std::shared_ptr<Peer>& peer, Request request, TimePoint deadline,
              Handler handler) {
    peer->send(std::move(request), deadline,
               [this, handler = std::move(handler)](Outcome outcome) mutable {
                 if (!outcome.reply && outcome.reply.error().retriable) {
                   listedAt_.reset();  // who broke may have moved
                 }
                 handler(std::move(outcome));
               });
  }

  /// Everybody that may be asked, the best first: connected and with little to do, then those that
  /// are not resting. Never empty.
  [[nodiscard]] std::vector<std::shared_ptr<Peer>> candidates() {
    std::vector<std::shared_ptr<Peer>> peers;
    std::set<std::string> addresses;
    for (const auto& [id, known] : known_) {
      if (known.listed) {
        peers.push_back(known.peer);
        addresses.insert(toString(known.peer->address()));
      }
    }
    for (const auto& peer : bootstrap_) {
      if (addresses.insert(toString(peer->address())).second) {
        peers.push_back(peer);
      }
    }
    // Among equals everybody has a turn.
    std::ranges::rotate(peers, peers.begin() + static_cast<std::ptrdiff_t>(turn_++ % peers.size()));
    std::ranges::stable_sort(peers, {}, [](const auto& peer) {
      return std::pair(peer->connected() ? 0 : peer->resting() ? 2 : 1, peer->underWay());
    });
    return peers;
  }

  /// Asks the candidates for the list of brokers, one after the other.
  void refresh(TimePoint deadline, Done done) {
    waitingForList_.push_back(std::move(done));
    if (refreshing_) {
      return;
    }
    refreshing_ = true;
    refreshFrom({.peers = candidates(), .begin = now(), .deadline = deadline});
  }
  struct Round {
    std::vector<std::shared_ptr<Peer>> peers;
    TimePoint begin;
    TimePoint deadline;
    std::size_t next = 0;
    Answers answers{};
  };
  void refreshFrom(Round round) {
    if (round.next == round.peers.size() || now() >= round.deadline || stopping_) {
      refreshed(fail(
          nobody(round.answers, std::chrono::ceil<Milliseconds>(round.deadline - round.begin))));
      return;
    }
    const auto left = static_cast<std::int64_t>(round.peers.size() - round.next);
    const TimePoint until = now() + (round.deadline - now()) / left;
    const auto peer = round.peers[round.next++];
    peer->send(brokerListRequest(), until,
               [this, peer, round = std::move(round)](Outcome outcome) mutable {
                 auto taken = outcome.reply ? takeList(*outcome.reply)
                                            : Result<void>(fail(outcome.reply.error()));
                 if (taken || !taken.error().retriable) {
                   refreshed(std::move(taken));
                   return;
                 }
                 round.answers[toString(peer->address())] = taken.error().message;
                 refreshFrom(std::move(round));
               });
  }
  Result<void> takeList(const Reply& reply) {
    CAAS_ASSIGN(const auto answer, answerOf<MetadataResponse>(reply));
    if (answer.errorCode != kafka_error::kNone) {
      return fail(kafkaError(answer.errorCode, "listing the brokers"));
    }
    for (auto& [id, known] : known_) {
      known.listed = false;
    }
    for (const auto& broker : answer.brokers) {
      enter({.id = broker.nodeId, .address = {.host = broker.host, .port = broker.port}});
    }
    listedAt_ = now();
    return {};
  }
  void refreshed(Result<void> done) {
    refreshing_ = false;
    for (auto& waiting : std::exchange(waitingForList_, {})) {
      waiting(done);
    }
  }

  [[nodiscard]] Error nobody(const Answers& answers, Milliseconds waited) const {
    std::vector<std::string> names;
    for (const auto& address : options_.bootstrap) {
      names.push_back(toString(address));
    }
    std::vector<std::string> reports;
    for (const auto& [address, answer] : answers) {
      reports.push_back(answer);
    }
    return errors::connectionTimeout(fmt::format("{}", fmt::join(names, ", ")),
                                     fmt::format("{}", fmt::join(reports, "; ")), waited);
  }

  /// Runs something on the client's thread and waits for what it gives.
  template <class Work>
  auto onThread(Work work) -> decltype(work()) {
    std::promise<decltype(work())> promise;
    asio::post(io_, [&] { promise.set_value(work()); });
    return promise.get_future().get();
  }

  std::vector<BrokerAddress> list() {
    return onThread([this] {
      std::vector<BrokerAddress> brokers;
      for (const auto& [id, known] : known_) {
        if (known.listed) {
          brokers.push_back({.id = id, .address = known.peer->address()});
        }
      }
      return brokers;
    });
  }

  Result<Reply> askOne(int broker, const std::function<Request()>& make, TimePoint deadline) {
    return wait([&](Handler handler) {
      send(broker, make(), std::chrono::ceil<Milliseconds>(deadline - now()), std::move(handler));
    });
  }

  /// Each candidate once.
  Result<Reply> askEach(const std::function<Request()>& make, TimePoint deadline,
                        Answers& answers) {
    const auto peers = onThread([this] {
      if (listIsOld() && !refreshing_) {
        refresh(now() + kListTimeout, [](Result<void>) {});
      }
      return candidates();
    });
    Result<Reply> last = fail(errors::timeout("asking the brokers", Milliseconds{0}));
    for (std::size_t i = 0; i < peers.size() && now() < deadline; ++i) {
      const auto share = (deadline - now()) / static_cast<std::int64_t>(peers.size() - i);
      const TimePoint until = now() + std::max<std::chrono::nanoseconds>(share, kShortestAttempt);
      last = wait([&](Handler handler) {
        asio::post(io_, [this, peer = peers[i], request = make(), until,
                         handler = std::move(handler)]() mutable {
          sendTo(peer, std::move(request), until, std::move(handler));
        });
      });
      if (last || !last.error().retriable) {
        return last;
      }
      const auto address = onThread([&] { return toString(peers[i]->address()); });
      answers[address] = last.error().message;
    }
    return last;
  }

  template <class Send>
  static Result<Reply> wait(Send send) {
    const auto promise = std::make_shared<std::promise<Result<Reply>>>();
    send([promise](Outcome outcome) { promise->set_value(std::move(outcome.reply)); });
    return promise->get_future().get();
  }

  const ClientOptions options_;
  std::unique_ptr<asio::ssl::context> tls_;
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::vector<std::shared_ptr<Peer>> bootstrap_;
  std::map<int, Known> known_;
  std::optional<TimePoint> listedAt_;
  std::vector<Done> waitingForList_;
  std::size_t turn_ = 0;
  bool refreshing_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

Client::Client(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::~Client() = default;

Result<std::unique_ptr<Client>> Client::create(ClientOptions options) {
  if (options.bootstrap.empty()) {
    return fail(errors::invalidConfiguration("no broker is named", "Set KAFKA_BROKERS"));
  }
  std::unique_ptr<asio::ssl::context> tls;
  if (options.tls) {
    CAAS_ASSIGN(tls, makeTlsContext(*options.tls));
  }
  return std::unique_ptr<Client>(
      new Client(std::make_unique<Impl>(std::move(options), std::move(tls))));
}

void Client::send(int broker, Request request, Milliseconds timeout, Handler handler) {
  impl_->send(broker, std::move(request), timeout, std::move(handler));
}
Result<Reply> Client::askAny(int broker, const std::function<Request()>& make,
                             Milliseconds timeout) {
  return impl_->askAny(broker, make, timeout);
}
Result<std::vector<BrokerAddress>> Client::brokers(Milliseconds timeout) {
  return impl_->brokers(timeout);
}
void Client::learn(const BrokerAddress& broker) { impl_->learn(broker); }

}  // namespace caas::kafka::wire
