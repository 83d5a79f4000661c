// What the checker says of exactly-once forwarding: each fault is planted once.
#include "integration/consume_history_fixture.hpp"

namespace caas::kafka::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST_F(ConsumeHistoryChecker, ForwardedEachRecordHasOneResult) {
  handle(2);
  const auto failed = send(200, "b");
  run(failed, 210, Outcome::kReject);
  history_.output({.record = 0, .by = "one"});
  history_.copy({.record = failed, .at = timeAt(230), .dead = true});
  auto verdict = history_.check({.forward = true});
  EXPECT_THAT(verdict.withoutResult, ElementsAre(HasSubstr("#1")));
  EXPECT_FALSE(verdict.holds());
  history_.output({.record = 1, .by = "one"});
  verdict = history_.check({.forward = true});
  EXPECT_TRUE(verdict.holds()) << verdict.describe();
  EXPECT_EQ(verdict.outputs, 2);
}

TEST_F(ConsumeHistoryChecker, NamesAResultThatIsThereTwice) {
  handle(2);
  history_.output({.record = 0, .by = "one"});
  history_.output({.record = 0, .by = "two"});
  history_.output({.record = 1, .by = "one"});
  const auto failed = send(200, "b");
  run(failed, 210, Outcome::kReject);
  history_.copy({.record = failed, .at = timeAt(230), .dead = true});
  history_.copy({.record = failed, .at = timeAt(240), .dead = true});
  const auto verdict = history_.check({.forward = true});
  EXPECT_THAT(verdict.doubledResults,
              ElementsAre(HasSubstr("2 outputs, 0 dead"), HasSubstr("0 outputs, 2 dead")));
  EXPECT_FALSE(verdict.holds());
  EXPECT_TRUE(check().holds()) << "at least once, that may be";
}

TEST_F(ConsumeHistoryChecker, NamesARetryCopyThatIsThereTwice) {
  const auto id = send(0);
  run(id, 10, Outcome::kRetry);
  run(id, 100, Outcome::kRetry, "one", 2);
  run(id, 200, Outcome::kAck, "one", 3);
  history_.output({.record = id, .by = "one"});
  for (const int tier : {1, 2}) {
    history_.copy({.record = id, .at = timeAt(100 * tier - 65), .tier = tier});
  }
  EXPECT_TRUE(history_.check({.forward = true}).holds());
  history_.copy({.record = id, .at = timeAt(140), .tier = 2});
  EXPECT_THAT(history_.check({.forward = true}).doubledResults,
              ElementsAre(HasSubstr("2 copies in tier 2")));
}

TEST_F(ConsumeHistoryChecker, NamesAnOutputThatNoHandlerAskedForOrOfNothing) {
  run(send(0), 10, Outcome::kReject);
  history_.output({.record = 0, .by = "one"});
  history_.output({.record = 77, .by = "one"});
  const auto verdict = history_.check({.forward = true});
  EXPECT_THAT(verdict.wrongCopies, ElementsAre(HasSubstr("no run of it acked")));
  EXPECT_THAT(verdict.unknown, ElementsAre(HasSubstr("#77")));
}

}  // namespace
}  // namespace caas::kafka::test
