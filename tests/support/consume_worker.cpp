#include "support/consume_worker.hpp"

#include <fstream>
#include <limits>
#include <sstream>
#include <unordered_map>
#include <utility>

#include <fmt/ranges.h>

#include "support/cluster.hpp"

namespace caas::kafka::test {
namespace {

Instant instantOf(std::int64_t us) { return Instant{std::chrono::microseconds{us}}; }

Outcome outcomeOf(const std::string& word) {
  return word == "ack" ? Outcome::kAck : word == "retry" ? Outcome::kRetry : Outcome::kReject;
}

Process startWorker(const std::string& name, const WorkerSettings& settings,
                    const std::string& file, std::vector<std::string> words) {
  words.insert(words.end(), {consumeWorkerBinary().string(),
                             "consume",
                             "--brokers",
                             fmt::format("{}", fmt::join(testSettings().brokers, ",")),
                             "--topic",
                             settings.topic,
                             "--group",
                             settings.group,
                             "--file",
                             file,
                             "--mode",
                             settings.mode,
                             "--dlq",
                             settings.dlq,
                             "--output",
                             settings.output,
                             "--instance",
                             settings.instance.empty() ? name : settings.instance,
                             "--name",
                             name,
                             "--protocol",
                             settings.protocol,
                             "--session-ms",
                             std::to_string(ConsumeWorker::kSession.count()),
                             "--fail-one-in",
                             std::to_string(settings.failOneIn),
                             "--doom-one-in",
                             std::to_string(settings.doomOneIn),
                             "--reject-one-in",
                             std::to_string(settings.rejectOneIn),
                             "--work-us",
                             std::to_string(settings.workUs)});
  for (const auto& tier : settings.tiers) {
    words.insert(words.end(), {"--tier", tier});
  }
  return Process::start(words);
}

}  // namespace

std::filesystem::path consumeWorkerBinary() { return CAAS_CONSUME_WORKER; }

ConsumeWorker::ConsumeWorker(std::string name, const WorkerSettings& settings,
                             const std::filesystem::path& folder,
                             const std::vector<std::string>& prefix)
    : name_(std::move(name)),
      file_(folder / (name_ + ".runs")),
      process_(startWorker(name_, settings, file_.string(), prefix)) {}

bool ConsumeWorker::assigned() const {
  std::ifstream in(file_);
  bool has = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("P ")) {
      std::istringstream words(line.substr(2));
      std::int64_t at = 0;
      int partitions = 0;
      words >> at >> partitions;
      has = partitions > 0;
    }
  }
  return has;
}

bool ConsumeWorker::stop(Milliseconds deadline) {
  process_.kill(SIGTERM);
  return process_.wait(deadline) == 0;
}

std::string ConsumeWorker::complaint() const {
  const auto text = process_.err();
  constexpr std::size_t kShown = 4'000;
  return fmt::format("{}: {}", name_,
                     text.size() > kShown ? text.substr(text.size() - kShown) : text);
}

void ConsumeWorker::keepItsLog() const { std::ofstream(file_.string() + ".log") << process_.err(); }

void ConsumeWorker::addRunsTo(ConsumeHistory& history) const {
  std::ifstream in(file_);
  std::unordered_map<std::int64_t, HandlerRun> open;
  char kind = 0;
  std::int64_t number = 0;
  std::int64_t us = 0;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    words >> kind >> number >> us;
    if (kind == 'S') {
      std::int64_t id = -1;
      int attempt = 0;
      std::int64_t notBefore = -1;
      words >> id >> attempt >> notBefore;
      HandlerRun run{.process = name_, .attempt = attempt, .start = instantOf(us)};
      run.record =
          id < 0 ? std::numeric_limits<std::uint32_t>::max() : static_cast<std::uint32_t>(id);
      if (notBefore >= 0) {
        run.notBefore = Timestamp{Milliseconds{notBefore}};
      }
      open.emplace(number, std::move(run));
    } else if (kind == 'E') {
      std::string word;
      words >> word;
      if (auto found = open.extract(number)) {
        found.mapped().end = instantOf(us);
        found.mapped().outcome = outcomeOf(word);
        history.run(std::move(found.mapped()));
      }
    } else if (kind == 'P') {
      history.reassigned(name_, instantOf(number));
    }
  }
  // A process that was killed left these.
  for (auto& [run, unfinished] : open) {
    history.run(std::move(unfinished));
  }
}

}  // namespace caas::kafka::test
