#include "consume/completion.hpp"

#include <gtest/gtest.h>

namespace caas::kafka {
namespace {

class Answers final : public Completion::Target {
 public:
  void answer(HandlerResult result) override { results.push_back(std::move(result)); }
  std::vector<HandlerResult> results;
};

class CompletionTest : public ::testing::Test {
 protected:
  Completion make() { return Completion(answers_); }
  std::vector<HandlerResult>& results() { return answers_->results; }
  std::shared_ptr<Answers> answers_ = std::make_shared<Answers>();
};

TEST_F(CompletionTest, TheFirstAnswerCountsAndTheOthersAreNothing) {
  auto completion = make();
  completion.complete(HandlerResult::reject("no", "bad"));
  completion.ack();
  ASSERT_EQ(results().size(), 1);
  EXPECT_EQ(results()[0].kind(), HandlerResult::Kind::kReject);
  EXPECT_EQ(results()[0].code(), "bad");
}

TEST_F(CompletionTest, DroppedUnansweredItAnswersRetry) {
  {
    const auto completion = make();
  }
  ASSERT_EQ(results().size(), 1);
  EXPECT_EQ(results()[0].kind(), HandlerResult::Kind::kRetry);
  EXPECT_EQ(results()[0].code(), "dropped");
}

TEST_F(CompletionTest, AnsweredAndThenDroppedItHasAnsweredOnce) {
  {
    auto completion = make();
    completion.ack();
  }
  ASSERT_EQ(results().size(), 1);
  EXPECT_EQ(results()[0].kind(), HandlerResult::Kind::kAck);
}

TEST_F(CompletionTest, MovedAwayItAnswersNothing) {
  std::optional<Completion> kept;
  {
    auto completion = make();
    kept.emplace(std::move(completion));
  }
  EXPECT_TRUE(results().empty());
  kept->ack();
  EXPECT_EQ(results().size(), 1);
}

TEST_F(CompletionTest, OverwrittenItAnswersRetryForWhatItHeld) {
  const auto other = std::make_shared<Answers>();
  auto completion = make();
  completion = Completion(other);
  ASSERT_EQ(results().size(), 1);
  EXPECT_EQ(results()[0].code(), "dropped");
  EXPECT_TRUE(other->results.empty());
  completion.ack();
  EXPECT_EQ(other->results.size(), 1);
}

}  // namespace
}  // namespace caas::kafka
