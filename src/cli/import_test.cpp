#include "cli/import.hpp"

#include <deque>
#include <sstream>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "core/errors.hpp"

namespace caas::kafka::cli {
namespace {

/// Time passes only when somebody asks for it.
class SteppingClock : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override { return Timestamp{}; }
  [[nodiscard]] std::chrono::steady_clock::time_point steadyNow() const override {
    return time_ += Milliseconds{10};
  }
  void sleepFor(std::chrono::nanoseconds duration) override {
    time_ += std::chrono::duration_cast<std::chrono::steady_clock::duration>(duration);
  }

 private:
  mutable std::chrono::steady_clock::time_point time_{};
};

/// Says what it is told to, in the place of a producer: only LineImport is under test here.
class ScriptedSink : public ImportSink {
 public:
  std::vector<std::string> taken;
  int fullTimes = 0;                  ///< kQueueFull so often before the next line is taken
  std::optional<Error> refuseWith{};  ///< for lines that begin with "bad"
  std::optional<Error> failWith{};    ///< deliveries of lines that begin with "lost"
  Persistence failedPersistence = Persistence::kNotPersisted;
  int slowFlushes = 0;
  int flushes = 0;
  std::optional<Milliseconds> closedWithin{};

  Result<void> submit(std::string_view line, DeliveryCallback onDelivery) override {
    if (fullTimes > 0) {
      --fullTimes;
      return fail(errors::queueFull(1, 1, Milliseconds{1}));
    }
    if (refuseWith && line.starts_with("bad")) {
      return fail(*refuseWith);
    }
    taken.emplace_back(line);
    waiting_.push_back({std::string{line}, std::move(onDelivery)});
    return {};
  }
  Result<void> flush(Milliseconds deadline) override {
    ++flushes;
    if (slowFlushes > 0) {
      --slowFlushes;
      return fail(errors::timeout("flush", deadline));
    }
    deliver();
    return {};
  }
  Result<ShutdownReport> close(Milliseconds deadline) override {
    closedWithin = deadline;
    deliver();
    return ShutdownReport{};
  }

 private:
  void deliver() {
    for (; !waiting_.empty(); waiting_.pop_front()) {
      DeliveryReport report;
      report.persistence = Persistence::kPersisted;
      if (failWith && waiting_.front().first.starts_with("lost")) {
        report.error = &*failWith;
        report.persistence = failedPersistence;
      }
      waiting_.front().second(report);
    }
  }
  std::deque<std::pair<std::string, DeliveryCallback>> waiting_;
};

class CountedInterrupt : public NoInterrupt {
 public:
  int asked = 0;
  [[nodiscard]] int count() const override { return asked; }
};

class CliImport : public ::testing::Test {
 protected:
  ImportSummary run(const std::string& input, std::size_t maxLineBytes = 1'000) {
    std::istringstream lines{input};
    StreamSource source{lines};
    LineReader reader{source, maxLineBytes};
    context_.clock = &clock_;
    Progress progress{context_};
    LineImport import{
        sink_, problems_, interrupt_, clock_, {Milliseconds{1'000}, Milliseconds{1'000}}};
    return import.run(reader, std::nullopt, progress);
  }

  std::istringstream in_;
  std::ostringstream out_;
  std::ostringstream err_;
  CliContext context_{.in = in_, .out = out_, .err = err_};
  SteppingClock clock_;
  ScriptedSink sink_;
  ProblemLog problems_{2};
  CountedInterrupt interrupt_;
};

TEST_F(CliImport, CountsWhatWasDelivered) {
  const auto summary = run("a\n\n \t\nb\r\nc");
  EXPECT_EQ(sink_.taken, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(summary.lines, 3);
  EXPECT_EQ(summary.accepted, 3);
  EXPECT_EQ(summary.delivered, 3);
  EXPECT_TRUE(summary.clean());
  EXPECT_EQ(summary.nextLine, 6);
  EXPECT_EQ(err_.str(), "");  // no terminal, no progress
}

TEST_F(CliImport, RefusedLinesHaveTheirNumbersInTheFile) {
  sink_.refuseWith = errors::invalidArgument("no");
  const auto summary = run("a\n\nbad 1\nb\nbad 2\nbad 3\n");
  EXPECT_EQ(summary.refused, 3);
  EXPECT_EQ(summary.delivered, 2);
  EXPECT_FALSE(summary.clean());
  const auto first = problems_.first();
  ASSERT_EQ(first.size(), 2U);  // only so many are kept
  EXPECT_EQ(first[0].line, 3);
  EXPECT_EQ(first[1].line, 5);
}

TEST_F(CliImport, FailedDeliveriesSayWhetherTheyMayBeInTheLog) {
  sink_.failWith = errors::timeout("delivery", Milliseconds{1});
  sink_.failedPersistence = Persistence::kPossiblyPersisted;
  const auto summary = run("a\nlost\n");
  EXPECT_EQ(summary.delivered, 1);
  EXPECT_EQ(summary.failed, 1);
  EXPECT_EQ(summary.maybeInLog, 1);
  ASSERT_EQ(problems_.first().size(), 1U);
  EXPECT_EQ(problems_.first()[0].line, 2);
  EXPECT_TRUE(problems_.first()[0].maybeInLog);
}

TEST_F(CliImport, AFullQueueIsBackPressureAndNoLoss) {
  sink_.fullTimes = 5;
  const auto summary = run("a\nb\n");
  EXPECT_EQ(sink_.taken, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(summary.clean());
}

TEST_F(CliImport, AQueueThatStaysFullIsReported) {
  sink_.fullTimes = 1'000'000;
  const auto summary = run("a\n");
  EXPECT_EQ(summary.refused, 1);
  EXPECT_EQ(problems_.first().at(0).error.code, ErrorCode::kQueueFull);
}

TEST_F(CliImport, LongLinesAreRefusedAndTheRestIsRead) {
  const auto summary = run("a\n" + std::string(2'000, 'x') + "\nb\n");
  EXPECT_EQ(summary.lines, 3);
  EXPECT_EQ(summary.refused, 1);
  EXPECT_EQ(summary.delivered, 2);
  EXPECT_EQ(problems_.first().at(0).line, 2);
}

TEST_F(CliImport, AFatalErrorEndsIt) {
  sink_.refuseWith = errors::shutdown("the producer");
  const auto summary = run("a\nbad\nb\n");
  EXPECT_EQ(sink_.taken, (std::vector<std::string>{"a"}));
  ASSERT_TRUE(summary.stoppedBy);
  EXPECT_EQ(summary.stoppedBy->code, ErrorCode::kShutdown);
  EXPECT_EQ(summary.delivered, 1);
}

TEST_F(CliImport, AnInterruptStopsReadingAndStillDelivers) {
  interrupt_.asked = 1;
  const auto summary = run("a\nb\n");
  EXPECT_TRUE(summary.interrupted);
  EXPECT_EQ(summary.nextLine, 1);
  EXPECT_TRUE(sink_.taken.empty());
  EXPECT_GE(sink_.flushes, 1);
  ASSERT_TRUE(sink_.closedWithin);
  EXPECT_GT(*sink_.closedWithin, Milliseconds{1'000});
}

TEST_F(CliImport, ASecondInterruptDoesNotWait) {
  interrupt_.asked = 2;
  run("a\n");
  EXPECT_EQ(sink_.flushes, 0);
  EXPECT_EQ(sink_.closedWithin, Milliseconds{1});
}

TEST_F(CliImport, TheEndWaitsForDeliveriesOnlySoLong) {
  sink_.slowFlushes = 1'000'000;
  const auto summary = run("a\n");
  EXPECT_LT(sink_.flushes, 1'000);
  EXPECT_EQ(summary.delivered, 1);  // close() settled it
}

TEST_F(CliImport, ProblemsAreWrittenAsNdjson) {
  sink_.refuseWith = errors::invalidArgument("no", "try");
  std::ostringstream file;
  problems_.writeTo(file);
  run("bad\nbad\nbad\n");
  std::istringstream lines{file.str()};
  std::string text;
  int count = 0;
  while (std::getline(lines, text)) {
    const auto object = boost::json::parse(text).as_object();
    EXPECT_EQ(object.at("line").as_int64(), ++count);
    EXPECT_EQ(object.at("outcome").as_string(), "refused");
    EXPECT_EQ(object.at("code").as_string(), "invalid_argument");
    EXPECT_EQ(object.at("hint").as_string(), "try");
  }
  EXPECT_EQ(count, 3);
}

TEST_F(CliImport, ProgressIsShownOnATerminalAndTakenAway) {
  context_.errIsTerminal = true;
  std::string input;
  for (int i = 0; i < 1'000; ++i) {
    input += "a\n";
  }
  run(input);
  EXPECT_NE(err_.str().find("under way"), std::string::npos);
  EXPECT_TRUE(err_.str().ends_with("\r\x1b[K"));
}

}  // namespace
}  // namespace caas::kafka::cli
