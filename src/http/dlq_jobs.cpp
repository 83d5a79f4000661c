#include "http/dlq_jobs.hpp"

#include <algorithm>
#include <utility>

#include "core/errors.hpp"

namespace caas::kafka::http {

std::string_view toString(DlqAction action) {
  return action == DlqAction::kRedrive ? "redrive" : "discard";
}

DlqJobs::DlqJobs(PartsPtr parts, Clock& clock) : parts_(std::move(parts)), clock_(clock) {}

DlqJobs::~DlqJobs() { stop_ = true; }

Result<DlqJobStatus> DlqJobs::start(DlqAction action, DlqFilter filter, DlqJobOptions options) {
  const std::lock_guard lock(mutex_);
  if (running_) {
    return fail({.code = ErrorCode::kConflict,
                 .message = "job " + jobs_.front()->id + " is still running",
                 .hint = "Wait until it ends, or stop it: DELETE /v1/dlq/jobs/{id}",
                 .retriable = true});
  }
  auto job = std::make_shared<DlqJobStatus>(DlqJobStatus{.id = makeId(clock_, systemRandom()),
                                                         .action = action,
                                                         .dryRun = options.dryRun,
                                                         .by = options.by,
                                                         .startedAt = clock_.now()});
  jobs_.push_front(job);
  if (jobs_.size() > kMostRemembered) {
    jobs_.pop_back();
  }
  running_ = true;
  stop_ = false;
  // Assigning joins the thread of the job before, which has ended.
  thread_ = std::jthread([this, job, filter = std::move(filter), options = std::move(options)] {
    run(job, filter, options);
  });
  return *job;
}

void DlqJobs::run(const std::shared_ptr<DlqJobStatus>& job, const DlqFilter& filter,
                  DlqJobOptions options) {
  options.stop = [this] { return stop_.load(); };
  options.onProgress = [&](const DlqProgress& progress) {
    const std::lock_guard lock(mutex_);
    job->progress = progress;
  };
  const auto work = [&]() -> Result<DlqJobReport> {
    CAAS_ASSIGN(const auto dlq, parts_->deadLetters());
    return job->action == DlqAction::kRedrive ? dlq->redrive(filter, options)
                                              : dlq->discard(filter, options);
  };
  auto report = work();
  const std::lock_guard lock(mutex_);
  if (report) {
    job->progress = {.matched = report->matched, .done = report->done, .failed = report->failed};
    job->report = *std::move(report);
  } else {
    job->error = std::move(report).error();
  }
  job->endedAt = clock_.now();
  running_ = false;
}

std::vector<DlqJobStatus> DlqJobs::list() const {
  const std::lock_guard lock(mutex_);
  std::vector<DlqJobStatus> all;
  for (const auto& job : jobs_) {
    all.push_back(*job);
  }
  return all;
}

std::optional<DlqJobStatus> DlqJobs::find(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find_if(jobs_, [&](const auto& job) { return job->id == id; });
  return found == jobs_.end() ? std::nullopt : std::optional(**found);
}

std::optional<DlqJobStatus> DlqJobs::stop(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find_if(jobs_, [&](const auto& job) { return job->id == id; });
  if (found == jobs_.end()) {
    return std::nullopt;
  }
  if (running_ && found == jobs_.begin()) {
    stop_ = true;
  }
  return **found;
}

}  // namespace caas::kafka::http
