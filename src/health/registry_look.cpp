#include "health/registry_look.hpp"

#include <algorithm>

namespace caas::kafka::health {
namespace {

constexpr Milliseconds kPatience{2'000};

}  // namespace

RegistryLook::RegistryLook(const SchemaRegistrySettings& settings, Clock& clock) : clock_(clock) {
  if (settings.eventFormat != EventFormat::kJson || settings.autoRegister) {
    if (auto made = SchemaRegistry::create(settings, {}, clock)) {
      registry_ = *std::move(made);
    }
  }
}

std::optional<RegistryHealth> RegistryLook::ask(Milliseconds timeout) const {
  if (!registry_) {
    return std::nullopt;
  }
  RegistryHealth health{.urls = registry_->urls()};
  const auto begin = clock_.steadyNow();
  const auto answered = registry_->ping(std::min(timeout, kPatience));
  health.latency = std::chrono::ceil<Milliseconds>(clock_.steadyNow() - begin);
  health.up = answered.has_value();
  health.error = answered ? "" : answered.error().message;
  return health;
}

}  // namespace caas::kafka::health
