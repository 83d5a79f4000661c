#include "http/parts.hpp"

#include <utility>

#include "core/errors.hpp"

namespace caas::kafka::http {

template <class Part, class Make>
Result<std::shared_ptr<Part>> SharedParts::shared(std::shared_ptr<Part>& part, Make make) {
  const std::lock_guard lock(mutex_);
  if (!part) {
    CAAS_ASSIGN(part, make());
  }
  return part;
}

Result<std::shared_ptr<GroupManager>> SharedParts::groups() {
  return shared(groups_, [&] { return service_->makeGroupManager(); });
}
Result<std::shared_ptr<DeadLetterQueue>> SharedParts::deadLetters() {
  return shared(deadLetters_, [&] { return service_->makeDeadLetterQueue(); });
}
Result<std::shared_ptr<SchemaRegistry>> SharedParts::registry() {
  return shared(registry_, [&] { return service_->makeSchemaRegistry(); });
}

Result<std::shared_ptr<MessageBrowser>> SharedParts::browser() {
  return shared(browser_, [&]() -> Result<std::unique_ptr<MessageBrowser>> {
    CAAS_ASSIGN(settings_, service_->settings());
    return MessageBrowser::create(*settings_);
  });
}

ValueView SharedParts::view(const ReceivedRecord& record) {
  constexpr std::chrono::seconds kPause{5};
  if (!record.value || !isFramed(*record.value)) {
    return {};
  }
  std::shared_ptr<SchemaSerde> serde;
  {
    const auto opened = registry();
    const std::lock_guard lock(mutex_);
    if (!opened) {
      return {.problem = opened.error().message};
    }
    if (std::chrono::steady_clock::now() < downUntil_) {
      return {.problem = downReason_};
    }
    if (!serde_) {
      serde_ = std::make_shared<SchemaSerde>(*opened);
    }
    serde = serde_;
  }
  auto decoded = serde->decode(*record.value);
  if (decoded) {
    return {.decoded = *std::move(decoded)};
  }
  if (decoded.error().retriable) {
    const std::lock_guard lock(mutex_);
    downUntil_ = std::chrono::steady_clock::now() + kPause;
    downReason_ = decoded.error().message;
  }
  return {.problem = decoded.error().message};
}

}  // namespace caas::kafka::http
