#include "cli/import.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "cli/text.hpp"
#include "core/errors.hpp"
#include "http/json/error_json.hpp"

namespace caas::kafka::cli {
namespace {

constexpr Milliseconds kFlushStep{200};
/// Close after a flush has little left to do; after an impatient second Ctrl-C, nothing.
constexpr Milliseconds kCloseDeadline{5'000};

bool endsImport(const Error& error) {
  return error.fatal || error.code == ErrorCode::kShutdown || error.code == ErrorCode::kFenced;
}

}  // namespace

void ProblemLog::add(Problem problem) {
  const std::scoped_lock lock{mutex_};
  if (!streams_.empty()) {
    auto object = toJson(problem.error);
    object["type"] = "problem";
    object["line"] = problem.line;
    object["outcome"] = problem.kind == Problem::Kind::kRefused ? "refused" : "failed";
    object["maybeInLog"] = problem.maybeInLog;
    const auto text = boost::json::serialize(object);
    for (auto* stream : streams_) {
      *stream << text << '\n';
    }
  }
  if (first_.size() < keep_) {
    first_.push_back(std::move(problem));
  }
}

std::vector<Problem> ProblemLog::first() const {
  const std::scoped_lock lock{mutex_};
  return first_;
}

LineImport::LineImport(ImportSink& sink, ProblemLog& problems, const Interrupt& interrupt,
                       Clock& clock, ImportLimits limits)
    : sink_(sink),
      problems_(problems),
      interrupt_(interrupt),
      clock_(clock),
      limits_(limits),
      started_(clock.steadyNow()) {}

Milliseconds LineImport::elapsed() const {
  return std::chrono::duration_cast<Milliseconds>(clock_.steadyNow() - started_);
}

void LineImport::refuse(std::int64_t line, Error error) {
  ++summary_.refused;
  problems_.add({line, Problem::Kind::kRefused, std::move(error), false});
}

void LineImport::onDelivery(std::int64_t line, const DeliveryReport& report) {
  if (report.delivered()) {
    ++delivered_;
    return;
  }
  const bool maybe = report.persistence != Persistence::kNotPersisted;
  ++failed_;
  maybeInLog_ += maybe ? 1 : 0;
  problems_.add({line, Problem::Kind::kFailed, *report.error, maybe});
}

std::string LineImport::describe() const {
  const auto ms = std::max<std::int64_t>(elapsed().count(), 1);
  const auto delivered = delivered_.load();
  auto text = fmt::format("{} delivered, {} under way, {}/s", formatCount(delivered),
                          formatCount(summary_.accepted - delivered - failed_.load()),
                          formatCount(delivered * 1'000 / ms));
  if (totalBytes_ && *totalBytes_ > 0) {
    text = fmt::format("{}%  ", summary_.bytesRead * 100 / *totalBytes_) + text;
  }
  if (const auto bad = summary_.refused + failed_.load(); bad > 0) {
    text += fmt::format(", {} refused or failed", formatCount(bad));
  }
  return text;
}

void LineImport::submit(const Line& line, Progress& progress) {
  const auto number = line.number;
  // Two words: fits std::function's own storage, so that a record costs no allocation here.
  const auto onReport = [this, number](const DeliveryReport& report) {
    onDelivery(number, report);
  };
  const auto fullUntil = clock_.steadyNow() + limits_.queueFull;
  while (true) {
    auto sent = sink_.submit(line.text, onReport);
    if (sent) {
      ++summary_.accepted;
      return;
    }
    auto& error = sent.error();
    const bool full = error.code == ErrorCode::kQueueFull;
    if (full && interrupt_.count() == 0 && clock_.steadyNow() < fullUntil) {
      progress.update([this] { return describe(); });
      continue;
    }
    if (endsImport(error)) {
      summary_.stoppedBy = error;
    }
    refuse(number, std::move(error));
    return;
  }
}

void LineImport::finish(Progress& progress) {
  const auto until = clock_.steadyNow() + limits_.flush;
  while (interrupt_.count() < 2 && clock_.steadyNow() < until) {
    const auto flushed = sink_.flush(kFlushStep);
    if (flushed || flushed.error().code != ErrorCode::kTimeout) {
      break;
    }
    progress.update([this] { return describe(); });
  }
  const auto closed = sink_.close(interrupt_.count() < 2 ? kCloseDeadline : Milliseconds{1});
  if (!closed && !summary_.stoppedBy) {
    summary_.stoppedBy = closed.error();
  }
}

ImportSummary LineImport::run(LineReader& reader, std::optional<std::int64_t> totalBytes,
                              Progress& progress) {
  totalBytes_ = totalBytes;
  while (!summary_.stoppedBy) {
    auto next = reader.next();
    summary_.bytesRead = reader.bytesRead();
    summary_.interrupted = interrupt_.count() > 0;
    if (!next) {
      summary_.stoppedBy = next.error();
      break;
    }
    if (!*next || summary_.interrupted) {
      break;
    }
    const auto& line = **next;
    summary_.nextLine = line.number + 1;
    if (line.tooLong) {
      ++summary_.lines;
      refuse(line.number, errors::invalidArgument("the line is too long and was skipped"));
    } else if (line.text.find_first_not_of(" \t") != std::string_view::npos) {
      ++summary_.lines;
      submit(line, progress);
    }
    progress.update([this] { return describe(); });
  }
  finish(progress);
  progress.clear();
  summary_.delivered = delivered_.load();
  summary_.failed = failed_.load();
  summary_.maybeInLog = maybeInLog_.load();
  summary_.elapsed = elapsed();
  return summary_;
}

}  // namespace caas::kafka::cli
