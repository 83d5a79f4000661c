#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "caas/kafka/clock.hpp"
#include "caas/kafka/settings.hpp"
#include "client/admin.hpp"
#include "health/prober.hpp"
#include "health/turn.hpp"
#include "topics/assess.hpp"
#include "topics/deadline.hpp"

namespace caas::kafka::health {

using topics::Deadline;

/// The brokers after each was asked itself.
struct Survey {
  std::string clusterId;
  /// Listed by the brokers that answered, by id.
  std::map<int, client::BrokerInfo> listed;
  /// Of every broker that was asked, by id; at least one is good.
  std::vector<Answer> answers;
  /// The one that answered first: what is asked of a single broker is asked of it.
  int quickest = -1;

  [[nodiscard]] bool answered(int broker) const;
};

/// Looks at a cluster in which brokers may hang. The client sends what any broker may answer to the
/// one it used last, and does not give up a connection because a request got no answer: a broker
/// that hangs would be asked again and again. So each broker is asked itself, and when one is
/// silent, a new client takes over whose first contacts are brokers that answered. To the silent
/// one it never gets a connection that counts as up. Thread-safe.
class ClusterWatch {
 public:
  /// `settings` must outlive it.
  ClusterWatch(const Settings& settings, Clock& clock) : settings_(settings), clock_(clock) {}

  /// Asks every broker. kConnectionTimeout when none answers.
  [[nodiscard]] Result<Survey> survey(const Deadline& deadline);
  /// Whether any broker answers.
  [[nodiscard]] Result<void> anyAnswers(const Deadline& deadline);

  // Of the cluster as a whole; after a survey, which has left the brokers behind that hang.
  [[nodiscard]] Result<client::ClusterMetadata> metadata(const Deadline& deadline);
  [[nodiscard]] Result<topics::TopicConfigMap> configs(const std::vector<std::string>& topics,
                                                       const std::vector<std::string>& names,
                                                       const Survey& survey,
                                                       const Deadline& deadline);
  [[nodiscard]] Result<std::vector<client::GroupInfo>> groups(const Deadline& deadline);

  /// The client that is in use now; it begins at brokers that answered the last survey.
  [[nodiscard]] Result<std::shared_ptr<client::AdminClient>> admin(const Deadline& deadline);

  /// Where a broker was when it was last seen alive; empty host: never.
  [[nodiscard]] client::BrokerInfo lastSeen(int broker) const;

 private:
  /// A connection and what was learned through it. Replaced when nobody answers any more.
  struct Link {
    std::shared_ptr<client::AdminClient> admin;
    std::shared_ptr<Prober> prober;
    std::vector<int> brokers;  ///< the living ones when they were last listed
    std::set<int> avoided;     ///< silent since before the client was made
  };
  [[nodiscard]] Result<std::shared_ptr<const Link>> connect(const Deadline& deadline);
  [[nodiscard]] std::shared_ptr<const Link> current() const;
  void learn(const std::shared_ptr<const Link>& link, const Survey& survey);
  /// A client that begins at brokers that answered.
  [[nodiscard]] Result<std::shared_ptr<client::AdminClient>> clientWithout(
      const std::set<int>& silent, const Survey& survey) const;
  void forget(const std::shared_ptr<const Link>& link);
  [[nodiscard]] Error nobodyAnswers(const client::AdminClient& admin,
                                    const Deadline& deadline) const;

  const Settings& settings_;
  Clock& clock_;
  /// Held while the first contact is made, so that one does it and the others wait for it.
  Turn connecting_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Link> link_;
  std::map<int, client::BrokerInfo> seen_;
};

}  // namespace caas::kafka::health
