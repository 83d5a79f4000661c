#include "cli/record_text.hpp"

#include <gtest/gtest.h>

namespace caas::kafka::cli {
namespace {

ReceivedRecord record(std::optional<std::string> key, std::optional<std::string> value) {
  ReceivedRecord made;
  made.topic = "chat.messages.acme";
  made.partition = 3;
  made.offset = 42;
  made.timestamp = Timestamp{Milliseconds{1'000}};
  made.key = std::move(key);
  made.value = std::move(value);
  return made;
}

TEST(CliRecordText, TextFormIsOneHarmlessLine) {
  auto made = record("k\x1b", "v\n2");
  made.headers = {{"h", "x\x07"}};
  EXPECT_EQ(recordToText(made, true, Style{}),
            "1970-01-01T00:00:01.000Z  chat.messages.acme/3@42  k\\x1b  v\\n2  h=x\\x07");
  EXPECT_EQ(recordToText(record(std::nullopt, std::nullopt), false, Style{}),
            "1970-01-01T00:00:01.000Z  chat.messages.acme/3@42  (no key)  (tombstone)");
}

}  // namespace
}  // namespace caas::kafka::cli
