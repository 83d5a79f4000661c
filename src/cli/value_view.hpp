#pragma once

#include <memory>
#include <optional>
#include <string>

#include "caas/kafka/record.hpp"
#include "caas/kafka/schema_serde.hpp"
#include "http/json/record_json.hpp"

namespace caas::kafka::cli {

class Session;

/// Decodes values in the schema registry's wire format by the registry of the settings, which is
/// asked when the first such value comes. One that is down is asked once: a warning says so, and
/// the bytes are shown.
class ValueViewer {
 public:
  explicit ValueViewer(Session& session) : session_(session) {}

  [[nodiscard]] ValueView view(const ReceivedRecord& record);

 private:
  Session& session_;
  std::unique_ptr<SchemaSerde> serde_;
  bool down_ = false;
};

/// The registry of the settings; --timeout, else `deadline`, bounds its calls.
[[nodiscard]] Result<std::shared_ptr<SchemaRegistry>> openRegistry(
    Session& session, Milliseconds deadline = Milliseconds{15'000});

}  // namespace caas::kafka::cli
