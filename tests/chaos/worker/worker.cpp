// One consumer process, so that a test can kill, stop and cut it off. Writes a line for the start
// and one for the end of each handler run; what is written stays, however the process ends:
//
//   S run time-us id attempt not-before-ms     id -1: not a value of ours; not-before -1: none
//   E run time-us ack|retry|reject
//   P time-us partitions rebalances            when either has changed
//
// SIGTERM closes it in good order. `forward` is what joins a network of its own to the brokers.
#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <memory>
#include <random>
#include <string>
#include <sys/prctl.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "caas/kafka/consumer.hpp"
#include "chaos/worker/forward.hpp"
#include "core/errors.hpp"
#include "core/log.hpp"

namespace caas::kafka::test {
namespace {

struct WorkerOptions {
  std::string brokers;
  std::string topic;
  std::string group;
  std::string file;
  std::string mode = "divert";
  std::vector<std::string> tiers;  ///< topic=delay-ms
  std::string dlq;
  std::string output;    ///< of mode forward
  std::string instance;  ///< of mode forward
  std::string name;      ///< what its outputs are signed with
  std::string protocol = "classic";
  int sessionMs = 10'000;
  int commitMs = 500;
  int drainMs = 3'000;
  int concurrency = 64;
  int workUs = 1'000;
  int failOneIn = 0;    ///< at random, each run
  int doomOneIn = 0;    ///< by the record's id: every run fails
  int rejectOneIn = 0;  ///< by the record's id
};

std::int64_t nowUs() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// Whole lines only, also with several threads: a write to a file opened to append is one piece.
class LineFile {
 public:
  explicit LineFile(const std::string& path)
      : fd_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)) {}
  ~LineFile() { ::close(fd_); }
  LineFile(const LineFile&) = delete;
  LineFile& operator=(const LineFile&) = delete;
  [[nodiscard]] bool open() const { return fd_ >= 0; }
  void write(const std::string& line) const {
    if (::write(fd_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
      std::_Exit(3);  // a history with a hole in it is worth nothing
    }
  }

 private:
  int fd_;
};

std::int64_t numberOf(std::optional<std::string_view> text) {
  std::int64_t number = -1;
  if (text) {
    std::from_chars(text->data(), text->data() + text->size(), number);
  }
  return number;
}

bool oneIn(int n) {
  thread_local std::mt19937 random(std::random_device{}());
  return n > 0 && std::uniform_int_distribution<int>(1, n)(random) == 1;
}

bool chosen(std::int64_t id, int oneOf) { return oneOf > 0 && id % oneOf == oneOf - 1; }

class Recorder {
 public:
  Recorder(const WorkerOptions& options, const LineFile& file) : options_(options), file_(file) {}

  HandlerResult handle(const ConsumedRecord& record) {
    const auto run = ++runs_;
    const auto id = numberOf(record.value);
    file_.write(fmt::format("S {} {} {} {} {}\n", run, nowUs(), id, record.attempt,
                            numberOf(record.header("caas.not-before"))));
    if (options_.workUs > 0) {
      std::this_thread::sleep_for(std::chrono::microseconds{options_.workUs});
    }
    auto result = answer(id);
    const auto* word = result.kind() == HandlerResult::Kind::kAck     ? "ack"
                       : result.kind() == HandlerResult::Kind::kRetry ? "retry"
                                                                      : "reject";
    file_.write(fmt::format("E {} {} {}\n", run, nowUs(), word));
    return result;
  }

  /// The result is a copy that says who made it.
  ForwardResult forward(const ConsumedRecord& record) {
    ForwardResult forwarded{handle(record), {}};
    if (forwarded.result.kind() == HandlerResult::Kind::kAck) {
      forwarded.outputs.push_back({.topic = options_.output,
                                   .key = std::string(record.key.value_or("")),
                                   .value = std::string(record.value.value_or("")),
                                   .headers = {{"by", options_.name}}});
    }
    return forwarded;
  }

 private:
  HandlerResult answer(std::int64_t id) const {
    if (chosen(id, options_.rejectOneIn)) {
      return HandlerResult::reject("never", "chaos_reject");
    }
    if (chosen(id, options_.doomOneIn)) {
      return HandlerResult::retry("every time", "chaos_doomed");
    }
    return oneIn(options_.failOneIn) ? HandlerResult::retry("this time", "chaos_chance")
                                     : HandlerResult::ack();
  }

  const WorkerOptions& options_;
  const LineFile& file_;
  std::atomic<std::int64_t> runs_{0};
};

Result<std::unique_ptr<Consumer>> consumerOf(const WorkerOptions& options) {
  Settings settings;
  settings.brokers = {CLI::detail::split(options.brokers, ',')};
  settings.clientId = "caas-chaos";
  settings.consumer.sessionTimeout = Milliseconds{options.sessionMs};
  settings.consumer.groupProtocol =
      options.protocol == "consumer" ? GroupProtocol::kConsumer : GroupProtocol::kClassic;
  CAAS_ASSIGN(auto catalog, Catalog::load(settings));
  ConsumerOptions consumer;
  consumer.group = options.group;
  consumer.concurrency = options.concurrency;
  consumer.commitInterval = Milliseconds{options.commitMs};
  consumer.drainTimeout = Milliseconds{options.drainMs};
  consumer.retry.mode = options.mode == "block" ? RetryMode::kBlock : RetryMode::kDivert;
  consumer.retry.backoff = Milliseconds{50};
  consumer.retry.maxBackoff = Milliseconds{200};
  consumer.retry.dlqTopic = options.dlq;
  consumer.retry.tiers.clear();
  consumer.readRetries = options.mode != "block";
  for (const auto& tier : options.tiers) {
    const auto at = tier.rfind('=');
    consumer.retry.tiers.push_back(
        {tier.substr(0, at), Milliseconds{numberOf(std::string_view(tier).substr(at + 1))}});
  }
  if (options.mode == "forward") {
    consumer.instance = options.instance;
  }
  CAAS_ASSIGN(auto made, Consumer::create(settings, std::make_shared<Catalog>(std::move(catalog)),
                                          std::move(consumer)));
  CAAS_TRY(made->subscribeTopic(options.topic));
  return made;
}

/// Until SIGTERM or SIGINT; writes down what is assigned meanwhile.
void watchUntilStopped(const Consumer& consumer, const LineFile& file) {
  sigset_t stops;
  sigemptyset(&stops);
  sigaddset(&stops, SIGTERM);
  sigaddset(&stops, SIGINT);
  const timespec pause{.tv_sec = 0, .tv_nsec = 100'000'000};
  std::pair<int, std::int64_t> last{-1, -1};
  while (sigtimedwait(&stops, nullptr, &pause) < 0) {
    const auto stats = consumer.stats();
    const std::pair now{stats.partitions, stats.rebalances};
    if (now != last) {
      last = now;
      file.write(fmt::format("P {} {} {}\n", nowUs(), now.first, now.second));
    }
  }
}

int consume(const WorkerOptions& options) {
  const LineFile file(options.file);
  if (!file.open()) {
    fmt::print(stderr, "{} cannot be written\n", options.file);
    return 1;
  }
  Recorder recorder(options, file);
  auto consumer = consumerOf(options);
  const auto start = [&]() -> Result<void> {
    if (!consumer) {
      return std::unexpected(consumer.error());
    }
    if (options.mode == "forward") {
      return (*consumer)->startForwarding(
          [&](const ConsumedRecord& record) { return recorder.forward(record); });
    }
    return (*consumer)->start([&](const ConsumedRecord& r) { return recorder.handle(r); });
  };
  if (const auto started = start(); !started) {
    fmt::print(stderr, "{}\n", started.error().describe());
    return 1;
  }
  watchUntilStopped(**consumer, file);
  const auto report = (*consumer)->close(Milliseconds{15'000});
  if (!report || !report->clean()) {
    fmt::print(
        stderr, "not closed in good order: {}\n",
        report ? fmt::format("{} unfinished", report->unfinished) : report.error().describe());
    return 2;
  }
  return 0;
}

void addOptions(CLI::App& app, WorkerOptions& options) {
  app.add_option("--brokers", options.brokers)->required();
  app.add_option("--topic", options.topic)->required();
  app.add_option("--group", options.group)->required();
  app.add_option("--file", options.file)->required();
  app.add_option("--mode", options.mode);
  app.add_option("--tier", options.tiers);
  app.add_option("--dlq", options.dlq)->required();
  app.add_option("--output", options.output);
  app.add_option("--instance", options.instance);
  app.add_option("--name", options.name);
  app.add_option("--protocol", options.protocol);
  app.add_option("--session-ms", options.sessionMs);
  app.add_option("--commit-ms", options.commitMs);
  app.add_option("--drain-ms", options.drainMs);
  app.add_option("--concurrency", options.concurrency);
  app.add_option("--work-us", options.workUs);
  app.add_option("--fail-one-in", options.failOneIn);
  app.add_option("--doom-one-in", options.doomOneIn);
  app.add_option("--reject-one-in", options.rejectOneIn);
}

}  // namespace
}  // namespace caas::kafka::test

int main(int argc, char** argv) {
  using namespace caas::kafka;
  // A test that crashes must not leave its consumers at work.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() == 1) {
    return 1;
  }
  // Before any thread: they all inherit it, and only the main thread asks for these signals.
  sigset_t stops;
  sigemptyset(&stops);
  sigaddset(&stops, SIGTERM);
  sigaddset(&stops, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stops, nullptr);

  CLI::App app("a consumer process of the chaos tests");
  app.require_subcommand(1);
  test::WorkerOptions options;
  auto* const consume = app.add_subcommand("consume");
  test::addOptions(*consume, options);
  std::vector<std::string> ways;
  auto* const forward = app.add_subcommand("forward");
  forward->add_option("way", ways, "listen-address:port=target-address:port")->required();
  CLI11_PARSE(app, argc, argv);
  log::configure(LogLevel::kInfo, LogFormat::kText);
  return forward->parsed() ? test::forward(ways) : test::consume(options);
}
