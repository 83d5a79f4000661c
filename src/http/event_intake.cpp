#include "http/event_intake.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/errors.hpp"
#include "http/event_batch.hpp"
#include "http/event_keyed.hpp"
#include "http/idempotency/key.hpp"
#include "http/problem.hpp"
#include "http/route.hpp"

namespace caas::kafka::http {
namespace {

/// What a single event's report answers.
struct Single {
  Responder responder;
  RequestPtr request;
  EventPublisher::JsonOutcome event{};

  void operator()(const DeliveryReport& report) const {
    if (report.delivered()) {
      responder.answer(deliveredAnswer(report.topic, report.partition, report.offset,
                                       report.timestamp, event.id));
      return;
    }
    Error error = *report.error;
    error.message += report.persistence == Persistence::kNotPersisted
                         ? "; the event is not in the log"
                         : "; the event may be in the log";
    responder.answer(fail(std::move(error)));
  }
};

void publishSingle(EventPublisher& publisher, const std::optional<TenantId>& tenant,
                   const RequestPtr& request, const Responder& responder) {
  auto single = std::make_shared<Single>(Single{.responder = responder, .request = request});
  const auto accepted = publisher.publishJson(
      request->arguments.text("type"), tenant ? &*tenant : nullptr, request->body, {},
      [single](const DeliveryReport& report) { (*single)(report); },
      {.traceparent = request->headers.get("traceparent").value_or("")}, &single->event);
  if (!accepted) {
    responder.answer(fail(accepted.error()));
  }
}

}  // namespace

EventIntake::EventIntake(std::shared_ptr<KafkaService> service)
    : service_(std::move(service)),
      keys_(service_),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

EventIntake::~EventIntake() {
  thread_.request_stop();
  thread_.join();
  for (const auto& job : waiting_) {
    job.responder.answer(fail(errors::shutdown("the service")));
  }
}

void EventIntake::take(std::optional<TenantId> tenant, RequestPtr request, Responder responder) {
  if (request->contentType() == kNdjson &&
      static_cast<std::size_t>(std::ranges::count(request->body, '\n')) > kMostLines) {
    responder.answer(fail(errors::invalidArgument(
        fmt::format("the body has more than {} lines", kMostLines), "Send fewer at a time")));
    return;
  }
  auto key = idempotencyKeyOf(*request);
  if (!key) {
    responder.answer(fail(std::move(key).error()));
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() < kMostWaiting) {
      waiting_.push_back({.tenant = std::move(tenant),
                          .request = std::move(request),
                          .responder = std::move(responder),
                          .key = *std::move(key)});
      wake_.notify_one();
      return;
    }
  }
  responder.answer(fail({.code = ErrorCode::kQueueFull,
                         .message = fmt::format("{} requests wait to be published", kMostWaiting),
                         .hint = "Send more slowly and try this one again",
                         .retriable = true}));
}

void EventIntake::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (wake_.wait(lock, stop, [this] { return !waiting_.empty(); })) {
    Job job = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    auto rest = work(std::move(job));
    lock.lock();
    if (rest) {
      waiting_.push_back(*std::move(rest));
    }
    if (stop.stop_requested()) {
      return;
    }
  }
}

std::optional<EventIntake::Job> EventIntake::work(Job job) {
  const auto publisher = service_->publisher();
  if (!publisher) {
    job.responder.answer(fail(publisher.error()));
    return std::nullopt;
  }
  // The caller has got 504: what has not been published yet must not come after that.
  if (!job.batch && std::chrono::steady_clock::now() >= job.request->deadline) {
    return std::nullopt;
  }
  if (job.key) {
    if (auto keyed = keyedRequest(**publisher, job.tenant, job.request, job.responder, *job.key)) {
      keys_.take(*std::move(keyed));
    }
    return std::nullopt;
  }
  if (job.request->contentType() != kNdjson) {
    publishSingle(**publisher, job.tenant, job.request, job.responder);
    return std::nullopt;
  }
  if (!job.batch) {
    job.batch = std::make_shared<EventBatch>(job.tenant, job.request, job.responder);
  }
  return job.batch->publishSome(**publisher) ? std::nullopt : std::optional(std::move(job));
}

}  // namespace caas::kafka::http
