#include "health/exporter_text.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

#include <fmt/format.h>

namespace caas::kafka::health {
namespace {

/// Letters and digits alone, small: "kafka_controller_KafkaController_ActiveControllerCount" and
/// "kafka.controller<type=KafkaController, name=ActiveControllerCount>" are one then.
std::string wordsOf(std::string_view text) {
  std::string words;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      words += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
  return words;
}

std::optional<int> integer(std::string_view text) {
  int value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && stop == text.data() + text.size() ? std::optional(value)
                                                                   : std::nullopt;
}

std::string_view labelOf(std::string_view labels, std::string_view name) {
  for (std::size_t at = labels.find(name); at != labels.npos; at = labels.find(name, at + 1)) {
    const auto before = at == 0 ? ',' : labels[at - 1];
    const auto from = at + name.size();
    if ((before == ',' || before == '{' || before == ' ') &&
        labels.substr(from).starts_with("=\"")) {
      const auto rest = labels.substr(from + 2);
      return rest.substr(0, rest.find('"'));
    }
  }
  return {};
}

void readSample(std::string_view line, ExporterView& view) {
  const auto end = line.find_first_of("{ ");
  if (end == line.npos) {
    return;
  }
  const auto close = line[end] == '{' ? line.rfind('}') : end;
  if (close == line.npos || close < end) {
    return;
  }
  const std::string_view labels = line.substr(end, close - end);
  const std::string words = wordsOf(line.substr(0, close));
  const auto node = [&](std::string_view label) {
    if (const auto id = integer(labelOf(labels, label))) {
      view.nodeId = id;
    }
  };
  if (words.find("activecontrollercount") != words.npos) {
    auto value = line.substr(close + (line[end] == '{' ? 1 : 0));
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    view.active = value.starts_with('1');
    node("node_id");
    node("broker_id");
  } else if (words.find("appinfo") != words.npos) {
    node("id");
    node("node_id");
  }
}

}  // namespace

ExporterView readExporter(std::string_view text) {
  ExporterView view;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (!line.starts_with('#')) {
      readSample(line, view);
    }
  }
  return view;
}

ControllerVerdict controllerOf(const std::vector<ExporterView>& views,
                               const std::vector<client::BrokerInfo>& brokers) {
  const auto claims = [](const ExporterView& view) { return view.active.value_or(false); };
  const auto active = std::ranges::find_if(views, claims);
  if (active == views.end()) {
    return {.why = "no exporter of KAFKA_JMX_URLS says that its node is the active controller"};
  }
  if (std::ranges::count_if(views, claims) > 1) {
    return {.why = "more than one node says that it is the active controller"};
  }
  if (active->nodeId) {
    return {.id = active->nodeId};
  }
  const auto here = [&](const client::BrokerInfo& broker) { return broker.host == active->host; };
  if (std::ranges::count_if(brokers, here) == 1) {
    return {.id = std::ranges::find_if(brokers, here)->id};
  }
  return {
      .why = fmt::format("the exporter at {} does not say which node it belongs to (show the id of "
                         "kafka.server:type=app-info, as deploy/jmx/kafka.yml does)",
                         active->host)};
}

}  // namespace caas::kafka::health
