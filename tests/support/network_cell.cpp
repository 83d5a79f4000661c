#include "support/network_cell.hpp"

#include <atomic>
#include <stdexcept>
#include <unistd.h>

#include <fmt/ranges.h>

#include "support/consume_worker.hpp"

namespace caas::kafka::test {
namespace {

// Seen inside of the two namespaces only.
constexpr auto kOutside = "198.51.100.1";
constexpr auto kInside = "198.51.100.2";
constexpr auto kOuterEnd = "cellout";
constexpr auto kInnerEnd = "cellin";

std::string tried(const std::vector<std::string>& words) {
  try {
    const auto result = runProcess(words, {}, {}, Milliseconds{10'000});
    return result.exitCode == 0 ? std::string{}
                                : fmt::format("'{}': {}", fmt::join(words, " "), result.err);
  } catch (const std::exception& error) {
    return error.what();
  }
}

void run(const std::vector<std::string>& words) {
  if (const auto problem = tried(words); !problem.empty()) {
    throw std::runtime_error(problem);
  }
}

/// `ip` in a namespace.
void runIn(const std::string& space, std::vector<std::string> words) {
  words.insert(words.begin(), {"ip", "-n", space});
  run(words);
}

// Not `ip netns exec`: that mounts, too.
std::vector<std::string> inSpace(const std::string& space) {
  return {"nsenter", "--net=/run/netns/" + space};
}

Process forwarding(std::vector<std::string> words, const std::vector<std::string>& ways) {
  words.insert(words.end(), {consumeWorkerBinary().string(), "forward"});
  words.insert(words.end(), ways.begin(), ways.end());
  auto process = Process::start(words);
  if (!process.waitForOutput("forwarding", Milliseconds{20'000})) {
    throw std::runtime_error("no forwarding: " + process.err());
  }
  return process;
}

/// Two namespaces and the link between them.
void makeLink(const std::string& inner, const std::string& outer) {
  run({"ip", "netns", "add", inner});
  run({"ip", "netns", "add", outer});
  runIn(outer,
        {"link", "add", kOuterEnd, "type", "veth", "peer", "name", kInnerEnd, "netns", inner});
  runIn(outer, {"addr", "add", fmt::format("{}/30", kOutside), "dev", kOuterEnd});
  runIn(inner, {"addr", "add", fmt::format("{}/30", kInside), "dev", kInnerEnd});
  runIn(outer, {"link", "set", kOuterEnd, "up"});
  runIn(inner, {"link", "set", kInnerEnd, "up"});
  runIn(inner, {"link", "set", "lo", "up"});
}

void removeSpaces(const std::string& inner, const std::string& outer) {
  // A link goes with the namespace of its ends.
  for (const auto& space : {inner, outer}) {
    static_cast<void>(tried({"ip", "netns", "del", space}));
  }
}

}  // namespace

std::string NetworkCell::whyNot() {
  if (::geteuid() != 0) {
    return "only root may make networks";
  }
  const auto inner = fmt::format("caas-try-in-{}", ::getpid());
  const auto outer = fmt::format("caas-try-out-{}", ::getpid());
  std::string problem;
  try {
    makeLink(inner, outer);
    run({"nsenter", "--version"});
  } catch (const std::exception& error) {
    problem = error.what();
  }
  removeSpaces(inner, outer);
  return problem;
}

NetworkCell::NetworkCell(const std::vector<std::string>& brokers)
    : inner_(fmt::format("caas-in-{}", ::getpid())),
      outer_(fmt::format("caas-out-{}", ::getpid())),
      folder_(std::filesystem::temp_directory_path() / fmt::format("caas-cell-{}", ::getpid())) {
  try {
    std::filesystem::create_directories(folder_);
    makeLink(inner_, outer_);
    connect(brokers);
  } catch (...) {
    remove();
    throw;
  }
}

NetworkCell::~NetworkCell() { remove(); }

void NetworkCell::connect(const std::vector<std::string>& brokers) {
  std::vector<std::string> toBrokers;
  std::vector<std::string> toFolder;
  std::vector<std::string> toLink;
  for (const auto& broker : brokers) {
    const auto port = broker.substr(broker.rfind(':') + 1);
    const auto socket = (folder_ / port).string();
    toBrokers.push_back(fmt::format("{}={}", socket, broker));
    toFolder.push_back(fmt::format("{}:{}={}", kOutside, port, socket));
    toLink.push_back(fmt::format("{}={}:{}", broker, kOutside, port));
  }
  forwards_.push_back(forwarding({}, toBrokers));
  forwards_.push_back(forwarding(inSpace(outer_), toFolder));
  forwards_.push_back(forwarding(inSpace(inner_), toLink));
}

void NetworkCell::remove() {
  forwards_.clear();
  removeSpaces(inner_, outer_);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::vector<std::string> NetworkCell::prefix() const { return inSpace(inner_); }
void NetworkCell::cut() { runIn(outer_, {"link", "set", kOuterEnd, "down"}); }
void NetworkCell::mend() { runIn(outer_, {"link", "set", kOuterEnd, "up"}); }

}  // namespace caas::kafka::test
