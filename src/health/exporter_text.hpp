#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/admin.hpp"

namespace caas::kafka::health {

/// What a broker's JMX exporter says about the controller.
struct ExporterView {
  std::string host{};  ///< of its URL
  /// kafka.controller:type=KafkaController,name=ActiveControllerCount; unset: it is not told.
  std::optional<bool> active{};
  /// The node whose exporter it is: of kafka.server:type=app-info,id=N, or a label node_id or
  /// broker_id on the count itself.
  std::optional<int> nodeId{};
};

/// Reads Prometheus' text format. Names may be the exporter's own or made by rules: the bean's
/// words in any case, joined by anything. Pure.
[[nodiscard]] ExporterView readExporter(std::string_view text);

struct ControllerVerdict {
  std::optional<int> id{};
  std::string why{};  ///< it is not known; for people
};

/// The active controller, by what all exporters say. Which node an exporter belongs to tells its
/// own text, else its host where only one broker has that. Several that claim it (one of them was
/// just replaced) or none: unknown, never guessed. Pure.
[[nodiscard]] ControllerVerdict controllerOf(const std::vector<ExporterView>& views,
                                             const std::vector<client::BrokerInfo>& brokers);

}  // namespace caas::kafka::health
