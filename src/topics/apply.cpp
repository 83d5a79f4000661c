#include "topics/apply.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "core/log.hpp"
#include "topics/config_compare.hpp"
#include "topics/create.hpp"
#include "topics/failures.hpp"
#include "topics/requests.hpp"
#include "topics/tenant_log.hpp"

namespace caas::kafka::topics {
namespace {

// One tenant's worth at a time: the cluster is to keep up with what it accepts.
using StepGroups = std::map<std::string, std::vector<const PlanStep*>>;

/// Carries out the open work of one plan and keeps the account of it.
class Application {
 public:
  Application(const Context& context, const ClusterView& cluster, const Deadline& deadline)
      : context_(context), cluster_(cluster), deadline_(deadline) {}

  Result<ApplyReport> run(const OpenWork& work) {
    report_.unchanged = work.unchanged;
    CAAS_TRY(refuseReserved(work.create));
    createAll(work.create);
    alter(work.alter);
    grow(work.grow);
    if (!failed_.empty()) {
      return fail(partialFailure("applying the plan", done_, failed_,
                                 "What is done stays; make a new plan for the rest"));
    }
    return std::move(report_);
  }

 private:
  /// A plan may name a tenant that was deleted a moment ago.
  Result<void> refuseReserved(const std::vector<const PlanStep*>& steps) {
    std::set<std::string> tenants;
    for (const PlanStep* step : steps) {
      if (!step->tenantId.empty()) {
        tenants.insert(step->tenantId);
      }
    }
    if (tenants.empty()) {
      return {};
    }
    CAAS_ASSIGN(const auto deletions, context_.log.recentDeletions(
                                          context_.admin, cluster_.metadata, nullptr, deadline_));
    for (const auto& [tenant, at] : deletions) {
      auto error = tenants.contains(tenant) ? context_.log.reservation(tenant, at) : std::nullopt;
      if (error) {
        return fail(*std::move(error));
      }
    }
    return {};
  }

  void createAll(const std::vector<const PlanStep*>& steps) {
    StepGroups groups;
    for (const PlanStep* step : steps) {
      groups[step->tenantId].push_back(step);
    }
    for (const auto& [tenant, group] : groups) {
      create(tenant, group);
    }
  }

  void create(const std::string& tenant, const std::vector<const PlanStep*>& steps) {
    std::vector<client::NewTopic> topics;
    std::vector<std::string> names;
    for (const PlanStep* step : steps) {
      client::NewTopic topic{.name = step->topic,
                             .partitions = step->partitionsDeclared,
                             .replicationFactor = step->replicationFactor,
                             .configs = {}};
      for (const ConfigDifference& config : step->configs) {
        topic.configs.emplace(config.name, config.declared);
      }
      topics.push_back(std::move(topic));
      names.push_back(step->topic);
    }
    const CreateOutcome outcome = requestTopics(context_, topics, deadline_);
    std::ranges::copy(outcome.failed, std::back_inserter(failed_));
    std::erase_if(names, [&](const std::string& name) {
      return std::ranges::find(outcome.failed, name, &client::NamedResult::name) !=
             outcome.failed.end();
    });
    const auto usable = waitUntilUsable(context_, expectationOf(names, topics, outcome), deadline_);
    settlePending(usable.pending);
    for (const std::string& name : names) {
      const bool created = outcome.created.contains(name);
      report_.created += created ? 1 : 0;
      (created ? done_ : report_.unchanged).push_back(name);
    }
    const auto id = TenantId::parse(tenant);
    if (id && !outcome.created.empty()) {
      context_.log.announceCreated(cluster_.metadata, {*id}, deadline_);
    }
  }

  void alter(const std::vector<const PlanStep*>& steps) {
    if (steps.empty()) {
      return;
    }
    std::vector<client::ConfigChange> changes;
    for (const PlanStep* step : steps) {
      client::ConfigChange change{.topic = step->topic, .set = {}, .remove = {}};
      for (const ConfigDifference& config : step->configs) {
        change.set.emplace(config.name, config.declared);
      }
      changes.push_back(std::move(change));
    }
    // Setting the same value twice is the same as once, so that it can be tried again.
    const auto answer = retryingAnywhere(context_.clock, context_.admin, deadline_, [&] {
      return context_.admin.incrementalAlterConfigs(changes, deadline_.call());
    });
    const auto altered = settle(answer, changes, &client::ConfigChange::topic);
    std::erase_if(changes, [&](const auto& change) { return !altered.contains(change.topic); });
    settlePending(waitUntilConfigured(changes));
    report_.altered = static_cast<int>(altered.size());
  }

  void grow(const std::vector<const PlanStep*>& steps) {
    if (steps.empty()) {
      return;
    }
    std::vector<client::TopicGrowth> totals;
    ExpectedTopics expected;
    for (const PlanStep* step : steps) {
      totals.push_back({.topic = step->topic, .newTotal = step->partitionsDeclared});
      expected.emplace(step->topic, step->partitionsDeclared);
    }
    int calls = 0;
    const auto answer = retryingAnywhere(context_.clock, context_.admin, deadline_, [&] {
      ++calls;
      return context_.admin.createPartitions(totals, deadline_.call());
    });
    // A call whose answer was lost may have been carried out, and the next one is then told that
    // the topic has these partitions already: the wait shows what is true.
    if (calls == 1 || !answer) {
      const auto grown = settle(answer, totals, &client::TopicGrowth::topic);
      std::erase_if(expected, [&](const auto& item) { return !grown.contains(item.first); });
    }
    const auto usable = waitUntilUsable(context_, expected, deadline_);
    settlePending(usable.pending);
    report_.grown = static_cast<int>(expected.size() - usable.pending.size());
  }

  /// Sorts an answer into done and failed; returns the names that succeeded.
  template <class Items, class Name>
  std::set<std::string, std::less<>> settle(const Result<std::vector<client::NamedResult>>& answer,
                                            const Items& items, Name nameOf) {
    std::set<std::string, std::less<>> succeeded;
    if (!answer) {
      for (const auto& item : items) {
        failed_.push_back({std::invoke(nameOf, item), answer.error()});
      }
      return succeeded;
    }
    for (const client::NamedResult& item : *answer) {
      if (item.error) {
        failed_.push_back(item);
      } else {
        succeeded.insert(item.name);
        done_.push_back(item.name);
      }
    }
    return succeeded;
  }

  void settlePending(const Pending& pending) {
    for (const auto& [topic, why] : pending) {
      failed_.push_back(
          {topic, Error{.code = ErrorCode::kTimeout, .message = why, .retriable = true}});
    }
  }

  /// The controller has them; the next plan may ask any broker.
  Pending waitUntilConfigured(const std::vector<client::ConfigChange>& changes) {
    Backoff backoff;
    for (;;) {
      Pending pending = notConfigured(changes);
      if (pending.empty() || deadline_.passed()) {
        return pending;
      }
      backoff.wait(context_.clock, deadline_);
    }
  }

  Pending notConfigured(const std::vector<client::ConfigChange>& changes) {
    Pending pending;
    std::vector<std::string> names;
    names.reserve(changes.size());
    for (const client::ConfigChange& change : changes) {
      names.push_back(change.topic);
    }
    const auto addAll = [&](const std::string& why) {
      for (const std::string& name : names) {
        pending.emplace(name, why);
      }
    };
    const auto cluster = askForBrokers(context_, deadline_);
    if (!cluster) {
      addAll(cluster.error().message);
      return pending;
    }
    for (const client::BrokerInfo& broker : cluster->brokers) {
      const auto configs = context_.admin.describeConfigs(names, deadline_.call(broker.id));
      if (!configs) {
        addAll(fmt::format("broker {}: {}", broker.id, configs.error().message));
        continue;
      }
      for (const client::TopicConfigs& topic : *configs) {
        const auto change = std::ranges::find(changes, topic.topic, &client::ConfigChange::topic);
        if (change != changes.end() && !configDifferences(change->set, topic.configs).empty()) {
          pending.emplace(topic.topic,
                          fmt::format("broker {} has its old settings still", broker.id));
        }
      }
    }
    return pending;
  }

  const Context& context_;
  const ClusterView& cluster_;
  const Deadline& deadline_;
  ApplyReport report_;
  std::vector<std::string> done_;
  std::vector<client::NamedResult> failed_;
};

}  // namespace

Result<ApplyReport> applyPlan(const Context& context, const TopicPlan& plan, Milliseconds limit) {
  if (plan.changes() == 0) {
    return ApplyReport{};
  }
  const Deadline deadline(context.clock, limit);
  CAAS_ASSIGN(const auto metadata, readMetadata(context, deadline));
  ClusterView view;
  view.metadata = metadata;
  CAAS_ASSIGN(const auto cluster, readCluster(context, deadline));
  view.clusterId = cluster.clusterId;
  std::vector<std::string> altered;
  for (const PlanStep& step : plan.steps) {
    if (step.action == PlanAction::kAlterConfigs) {
      altered.push_back(step.topic);
    }
  }
  CAAS_ASSIGN(view.configs, readConfigs(context, altered, deadline));
  CAAS_ASSIGN(const OpenWork work, openWorkOf(plan, view));
  return Application(context, view, deadline).run(work);
}

}  // namespace caas::kafka::topics
