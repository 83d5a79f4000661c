#include "health/controller_finder.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "consume/groups_reader.hpp"

namespace caas::kafka::health {
namespace {

constexpr std::chrono::seconds kServesAgain{5};
/// One exporter's time: a walk through a busy broker's beans takes a few hundred milliseconds.
constexpr Milliseconds kPatience{2'000};
constexpr int kAtOnce = 8;

/// "http://user@kafka-1:7071/metrics" → "kafka-1".
std::string hostOf(std::string_view url) {
  if (const auto scheme = url.find("://"); scheme != url.npos) {
    url.remove_prefix(scheme + 3);
  }
  url = url.substr(0, url.find('/'));
  if (const auto user = url.find('@'); user != url.npos) {
    url.remove_prefix(user + 1);
  }
  if (url.starts_with('[')) {
    return std::string(url.substr(1, url.find(']') - 1));
  }
  return std::string(url.substr(0, url.find(':')));
}

}  // namespace

ControllerFinder::ControllerFinder(const Settings& settings, Clock& clock)
    : urls_(settings.jmxUrls), clock_(clock), quorum_(settings), http_({}) {}

ControllerVerdict ControllerFinder::find(const std::vector<client::BrokerInfo>& brokers,
                                         Milliseconds timeout) {
  if (urls_.empty()) {
    const auto quorum = quorum_.look(std::min(timeout, kPatience));
    return quorum ? ControllerVerdict{.id = quorum->leaderId}
                  : ControllerVerdict{.why = quorum.error().message};
  }
  const auto begin = clock_.steadyNow();
  {
    const std::lock_guard lock(mutex_);
    if (last_ && begin - lastAt_ < kServesAgain) {
      return *last_;
    }
  }
  auto verdict = ask(brokers, std::min(timeout, kPatience));
  const std::lock_guard lock(mutex_);
  last_ = verdict;
  lastAt_ = begin;
  return verdict;
}

ControllerVerdict ControllerFinder::ask(const std::vector<client::BrokerInfo>& brokers,
                                        Milliseconds timeout) {
  std::vector<ExporterView> views(urls_.size());
  std::vector<std::string> failures(urls_.size());
  consume::sideBySide(urls_.size(), kAtOnce, [&](std::size_t i) {
    const auto answer = http_.perform({.url = urls_[i], .timeout = timeout});
    if (answer && answer->status == 200) {
      views[i] = readExporter(answer->body);
    } else {
      failures[i] =
          answer ? fmt::format("{} answered {}", urls_[i], answer->status) : answer.error().message;
    }
    views[i].host = hostOf(urls_[i]);
  });
  auto verdict = controllerOf(views, brokers);
  if (!verdict.id) {
    for (const auto& failure : failures) {
      verdict.why += failure.empty() ? "" : "; " + failure;
    }
  }
  return verdict;
}

}  // namespace caas::kafka::health
