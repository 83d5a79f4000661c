#include "health/cluster_watch.hpp"

#include <algorithm>
#include <ranges>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/errors.hpp"
#include "topics/requests.hpp"

namespace caas::kafka::health {
namespace {

/// One broker's time to answer. Short, so that after one that hangs there is time for the rest.
constexpr Milliseconds kAnswerTime{2'000};
Milliseconds answerTime(const Deadline& deadline) {
  return deadline.slice(std::min(kAnswerTime, deadline.total() * 2 / 5));
}

void take(Survey& survey, std::vector<Answer> answers) {
  for (auto& answer : answers) {
    if (answer.cluster) {
      survey.clusterId = answer.cluster->clusterId;
      for (const auto& broker : answer.cluster->brokers) {
        survey.listed.insert_or_assign(broker.id, broker);
      }
    }
    survey.answers.push_back(std::move(answer));
  }
}

std::vector<int> notYetAsked(const Survey& survey) {
  std::vector<int> ids;
  for (const auto& [id, broker] : survey.listed) {
    if (std::ranges::find(survey.answers, id, &Answer::broker) == survey.answers.end()) {
      ids.push_back(id);
    }
  }
  return ids;
}

std::set<int> silentIn(const Survey& survey) {
  std::set<int> silent;
  for (const auto& answer : survey.answers) {
    if (!answer.cluster) {
      silent.insert(answer.broker);
    }
  }
  return silent;
}

std::string addressOf(const client::BrokerInfo& broker) {
  const bool ipv6 = broker.host.find(':') != std::string::npos;
  return ipv6 ? fmt::format("[{}]:{}", broker.host, broker.port)
              : fmt::format("{}:{}", broker.host, broker.port);
}

int quickestOf(const Survey& survey) {
  const Answer* best = nullptr;
  for (const auto& answer : survey.answers) {
    if (answer.cluster && (best == nullptr || answer.latency < best->latency)) {
      best = &answer;
    }
  }
  return best == nullptr ? -1 : best->broker;
}

}  // namespace

bool Survey::answered(int broker) const {
  const auto found = std::ranges::find(answers, broker, &Answer::broker);
  return found != answers.end() && found->cluster.has_value();
}

Result<Survey> ClusterWatch::survey(const Deadline& deadline) {
  CAAS_ASSIGN(const auto link, connect(deadline));
  Survey survey;
  take(survey, link->prober->askAll(link->brokers, answerTime(deadline)));
  if (const auto newcomers = notYetAsked(survey); !newcomers.empty()) {
    take(survey, link->prober->askAll(newcomers, answerTime(deadline)));
    std::ranges::sort(survey.answers, {}, &Answer::broker);
  }
  survey.quickest = quickestOf(survey);
  if (survey.quickest < 0) {
    forget(link);
    return fail(nobodyAnswers(*link->admin, deadline));
  }
  learn(link, survey);
  return survey;
}

Result<void> ClusterWatch::anyAnswers(const Deadline& deadline) {
  const bool wasConnected = current() != nullptr;
  CAAS_ASSIGN(const auto link, connect(deadline));
  if (!wasConnected) {
    // The first contact was an answer.
    return {};
  }
  const auto answers = link->prober->askAny(link->brokers, deadline.left());
  if (std::ranges::any_of(answers, [](const Answer& a) { return a.cluster.has_value(); })) {
    return {};
  }
  forget(link);
  return fail(nobodyAnswers(*link->admin, deadline));
}

Result<client::ClusterMetadata> ClusterWatch::metadata(const Deadline& deadline) {
  CAAS_ASSIGN(const auto link, connect(deadline));
  return topics::retrying(clock_, deadline,
                          [&] { return link->admin->metadata(deadline.attempt()); });
}

Result<topics::TopicConfigMap> ClusterWatch::configs(const std::vector<std::string>& topics,
                                                     const std::vector<std::string>& names,
                                                     const Survey& survey,
                                                     const Deadline& deadline) {
  CAAS_ASSIGN(const auto link, connect(deadline));
  return topics::inChunks(topics, [&](const auto& chunk) {
    return link->admin->describeConfigs(
        chunk, {.timeout = deadline.slice(deadline.total()), .broker = survey.quickest}, names);
  });
}

Result<std::vector<client::GroupInfo>> ClusterWatch::groups(const Deadline& deadline) {
  CAAS_ASSIGN(const auto link, connect(deadline));
  return link->admin->listGroups({.timeout = deadline.slice(deadline.total()), .broker = {}});
}

Result<std::shared_ptr<client::AdminClient>> ClusterWatch::admin(const Deadline& deadline) {
  CAAS_ASSIGN(const auto link, connect(deadline));
  return link->admin;
}

client::BrokerInfo ClusterWatch::lastSeen(int broker) const {
  const std::lock_guard lock(mutex_);
  const auto found = seen_.find(broker);
  return found == seen_.end() ? client::BrokerInfo{.id = broker, .host = {}, .port = 0, .rack = {}}
                              : found->second;
}

std::shared_ptr<const ClusterWatch::Link> ClusterWatch::current() const {
  const std::lock_guard lock(mutex_);
  return link_;
}

Result<std::shared_ptr<const ClusterWatch::Link>> ClusterWatch::connect(const Deadline& deadline) {
  if (auto link = current()) {
    return link;
  }
  const Turn::Guard connecting(connecting_, deadline.left());
  if (!connecting) {
    return fail(errors::timeout("another call's first contact with the cluster", deadline.total()));
  }
  if (auto link = current()) {
    return link;
  }
  CAAS_ASSIGN(std::shared_ptr<client::AdminClient> admin,
              client::AdminClient::create(settings_, "health"));
  const auto first =
      topics::retrying(clock_, deadline, [&] { return admin->metadata(deadline.attempt()); });
  if (!first) {
    const bool unreachable = first.error().code == ErrorCode::kTimeout ||
                             first.error().code == ErrorCode::kConnectionTimeout;
    return fail(unreachable ? nobodyAnswers(*admin, deadline) : first.error());
  }
  auto link = std::make_shared<Link>();
  link->prober = std::make_shared<Prober>(admin, clock_);
  link->admin = std::move(admin);
  std::ranges::transform(first->brokers, std::back_inserter(link->brokers),
                         &client::BrokerInfo::id);
  const std::lock_guard lock(mutex_);
  for (const auto& broker : first->brokers) {
    seen_.insert_or_assign(broker.id, broker);
  }
  link_ = std::move(link);
  return link_;
}

void ClusterWatch::learn(const std::shared_ptr<const Link>& link, const Survey& survey) {
  auto renewed = std::make_shared<Link>(*link);
  renewed->brokers.clear();
  std::ranges::copy(survey.listed | std::views::keys, std::back_inserter(renewed->brokers));
  auto silent = silentIn(survey);
  if (std::ranges::includes(link->avoided, silent)) {
    renewed->avoided = std::move(silent);
  } else if (auto admin = clientWithout(silent, survey)) {
    renewed->admin = *std::move(admin);
    renewed->prober = std::make_shared<Prober>(renewed->admin, clock_);
    renewed->avoided = std::move(silent);
  }
  const std::lock_guard lock(mutex_);
  for (const auto& [id, broker] : survey.listed) {
    seen_.insert_or_assign(id, broker);
  }
  if (link_ == link) {
    link_ = std::move(renewed);
  }
}

Result<std::shared_ptr<client::AdminClient>> ClusterWatch::clientWithout(
    const std::set<int>& silent, const Survey& survey) const {
  auto settings = settings_;
  settings.brokers.clear();
  for (const auto& [id, broker] : survey.listed) {
    if (!silent.contains(id)) {
      settings.brokers.push_back(addressOf(broker));
    }
  }
  CAAS_ASSIGN(std::shared_ptr<client::AdminClient> admin,
              client::AdminClient::create(settings, "health"));
  return admin;
}

void ClusterWatch::forget(const std::shared_ptr<const Link>& link) {
  const std::lock_guard lock(mutex_);
  // The next call begins anew at the configured addresses: the cluster may have moved.
  if (link_ == link) {
    link_ = nullptr;
  }
}

Error ClusterWatch::nobodyAnswers(const client::AdminClient& admin,
                                  const Deadline& deadline) const {
  return errors::connectionTimeout(fmt::format("{}", fmt::join(settings_.brokers, ", ")),
                                   admin.connectionReport(), deadline.total());
}

}  // namespace caas::kafka::health
