// Every message in every version, with random values: our bytes are Java's bytes for the same
// fields by name, and Java's bytes, with tagged fields in them that we do not know, are read back
// (tests/integration/java/WireMessages.java, over the JsonConverters of Kafka's own jar).
#include <functional>
#include <memory>
#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/cluster.hpp"
#include "wire/generated/all.hpp"
#include "wire/hex.hpp"
#include "wire/message.hpp"
#include "wire/message_visitors.hpp"

namespace caas::kafka::wire::test {
namespace {

constexpr int kSeeds = 24;

/// What Java is asked, and what its answer is checked by.
struct Question {
  std::string line;
  std::function<void(Bytes)> check;
};

template <class Message>
void ask(RandomFill& fill, std::vector<Question>& questions) {
  for (int version = Message::kVersions.low; version <= Message::kVersions.high; ++version) {
    for (int seed = 0; seed < kSeeds; ++seed) {
      auto message = std::make_shared<Message>();
      if (seed > 0) {  // the first is as it begins
        Message::visit(fill, *message, version);
      }
      const auto frame = encode(*message, version);
      ASSERT_TRUE(frame) << frame.error().message;
      const Buffer bytes = frame->flat();
      ASSERT_EQ(frame->size(), bytes.size());
      const auto again = decode<Message>(bytes, version);
      ASSERT_TRUE(again) << again.error().message;
      EXPECT_EQ(*again, *message) << Message::kName << " v" << version;
      JsonWriter json;
      Message::visit(json, std::as_const(*message), version);
      const bool flexible = version >= Message::kFlexibleSince;
      questions.push_back(
          {fmt::format("{} {} {} {} {}\n", Message::kName, version, flexible ? 1 : 0, toHex(bytes),
                       boost::json::serialize(std::move(json).take())),
           [message, version](Bytes fromJava) {
             const auto read = decode<Message>(fromJava, version);
             ASSERT_TRUE(read) << read.error().message;
             EXPECT_EQ(*read, *message) << Message::kName << " v" << version;
           }});
    }
  }
}

TEST(WireMessages, AgreeWithKafkasOwnClassesInEveryVersion) {
  RandomFill fill(20'261'127);
  std::vector<Question> questions;
#define CAAS_ASK(Message) ask<Message>(fill, questions);
  CAAS_WIRE_MESSAGES(CAAS_ASK)
#undef CAAS_ASK
  std::string input;
  for (const auto& question : questions) {
    input += question.line;
  }
  const auto answers = askJava("WireMessages", input);
  ASSERT_EQ(answers.size(), questions.size());
  for (std::size_t i = 0; i < answers.size(); ++i) {
    ASSERT_TRUE(answers[i].starts_with("OK ")) << answers[i] << "\nfor " << questions[i].line;
    const Buffer bytes = fromHex(std::string_view(answers[i]).substr(3));
    questions[i].check(bytes);
  }
}

// What is no message must be refused, and cost no more memory than it has bytes.
template <class Message>
void damage(RandomFill& fill, std::mt19937_64& random) {
  for (int version = Message::kVersions.low; version <= Message::kVersions.high; ++version) {
    Message message;
    Message::visit(fill, message, version);
    const Buffer whole = kafka::test::must(encode(message, version)).flat();
    for (std::size_t size = 0; size < std::min<std::size_t>(whole.size(), 300); ++size) {
      EXPECT_FALSE(decode<Message>(Bytes(whole).first(size), version))
          << Message::kName << " v" << version << " cut off after " << size << " bytes";
    }
    for (int i = 0; i < 50 && !whole.empty(); ++i) {
      Buffer bytes = whole;
      bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
      const auto read = decode<Message>(bytes, version);  // either way; sanitizers watch
      EXPECT_TRUE(read || read.error().code == ErrorCode::kInternal);
    }
  }
}

TEST(WireMessages, CutOffOrDamagedAreRefused) {
  RandomFill fill(7);
  std::mt19937_64 random(7);
#define CAAS_DAMAGE(Message) damage<Message>(fill, random);
  CAAS_WIRE_MESSAGES(CAAS_DAMAGE)
#undef CAAS_DAMAGE
}

}  // namespace
}  // namespace caas::kafka::wire::test
