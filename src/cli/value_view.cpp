#include "cli/value_view.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cli/session.hpp"
#include "core/errors.hpp"

namespace caas::kafka::cli {
namespace {

constexpr Milliseconds kPatience{5'000};

}  // namespace

Result<std::shared_ptr<SchemaRegistry>> openRegistry(Session& session, Milliseconds deadline) {
  CAAS_ASSIGN(const auto* loaded, session.settings());
  SchemaRegistryOptions options;
  options.deadline = session.deadline(deadline);
  options.requestTimeout = std::min(options.requestTimeout, options.deadline);
  CAAS_ASSIGN(auto registry, SchemaRegistry::create(loaded->settings.schemaRegistry, options,
                                                    *session.context().clock));
  return std::shared_ptr<SchemaRegistry>(std::move(registry));
}

ValueView ValueViewer::view(const ReceivedRecord& record) {
  if (down_ || !record.value || !isFramed(*record.value)) {
    return {};
  }
  if (!serde_) {
    auto registry = openRegistry(session_, kPatience);
    if (!registry) {
      down_ = true;
      return {.problem = registry.error().message};
    }
    serde_ = std::make_unique<SchemaSerde>(*std::move(registry));
  }
  auto decoded = serde_->decode(*record.value);
  if (decoded) {
    return {.decoded = *std::move(decoded)};
  }
  if (decoded.error().retriable) {
    down_ = true;
    session_.warn(
        fmt::format("values with a schema are shown as bytes: {}", decoded.error().describe()));
  }
  return {.problem = decoded.error().message};
}

}  // namespace caas::kafka::cli
