#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "http/parts.hpp"

namespace caas::kafka::http {

enum class DlqAction { kRedrive, kDiscard };
[[nodiscard]] std::string_view toString(DlqAction action);

/// A redrive or discard that was begun over HTTP.
struct DlqJobStatus {
  std::string id;
  DlqAction action = DlqAction::kRedrive;
  bool dryRun = true;
  std::string by;
  Timestamp startedAt{};
  Timestamp endedAt{};  ///< epoch: it runs
  DlqProgress progress{};
  std::optional<DlqJobReport> report{};  ///< once it has ended well
  std::optional<Error> error{};          ///< or not
};

/// Runs jobs on the DLQ one after the other, on a thread of its own: they take longer than a
/// request may. Remembers the last kMostRemembered. Thread-safe.
class DlqJobs {
 public:
  static constexpr std::size_t kMostRemembered = 100;

  DlqJobs(PartsPtr parts, Clock& clock);
  ~DlqJobs();  ///< stops the one that runs, between two batches
  DlqJobs(const DlqJobs&) = delete;
  DlqJobs& operator=(const DlqJobs&) = delete;

  /// kConflict while another one of this process runs. (One of another process is taken over, as
  /// DeadLetterQueue says.)
  [[nodiscard]] Result<DlqJobStatus> start(DlqAction action, DlqFilter filter,
                                           DlqJobOptions options);
  /// The newest first.
  [[nodiscard]] std::vector<DlqJobStatus> list() const;
  [[nodiscard]] std::optional<DlqJobStatus> find(std::string_view id) const;
  /// Asks it to end after its batch; nullopt: there is none of that id.
  std::optional<DlqJobStatus> stop(std::string_view id);

 private:
  void run(const std::shared_ptr<DlqJobStatus>& job, const DlqFilter& filter,
           DlqJobOptions options);

  PartsPtr parts_;
  Clock& clock_;
  mutable std::mutex mutex_;  // guards all below, and what each status holds
  std::deque<std::shared_ptr<DlqJobStatus>> jobs_;
  std::atomic<bool> stop_{false};
  bool running_ = false;
  std::jthread thread_;
};

}  // namespace caas::kafka::http
