#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "support/process.hpp"

namespace caas::kafka::test {

/// A network of its own (a namespace) whose only way out is one link. Whoever is started in it
/// finds the brokers at their usual addresses, until the link is cut: then nothing answers and
/// nothing is told, as when a cable is pulled. Both ends of the link are in namespaces made here;
/// from there on it goes by sockets in a folder, so that the machine's own network, its addresses
/// and its routes, is never touched. Needs root and `ip`.
///
///     worker ── 127.0.0.1:port ─ forward ═══ link ═══ forward ─ folder/port ─ forward ── broker
///     └──────── inner namespace ───────┘     └─ outer namespace ─┘          └─ machine ──┘
class NetworkCell {
 public:
  /// Why there can be none on this machine; empty if there can.
  [[nodiscard]] static std::string whyNot();

  /// `brokers`: "127.0.0.1:9092" each.
  explicit NetworkCell(const std::vector<std::string>& brokers);
  ~NetworkCell();
  NetworkCell(const NetworkCell&) = delete;
  NetworkCell& operator=(const NetworkCell&) = delete;

  /// In front of a program's words.
  [[nodiscard]] std::vector<std::string> prefix() const;
  void cut();
  void mend();

 private:
  void connect(const std::vector<std::string>& brokers);
  void remove();

  const std::string inner_;
  const std::string outer_;
  const std::filesystem::path folder_;
  std::vector<Process> forwards_;
};

}  // namespace caas::kafka::test
