#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "caas/kafka/record_reader.hpp"
#include "support/cluster.hpp"
#include "support/raw_http.hpp"

namespace caas::kafka::test {

/// A client's request with an Idempotency-Key ("": without one); status 0: no answer.
inline RawAnswer postWithKey(int port, std::string_view tenant, std::string_view key,
                             std::string_view body,
                             std::string_view contentType = "application/json",
                             RawClient::Time patience = RawClient::Time{40'000}) {
  try {
    RawClient client(port, nullptr, patience);
    auto headers = fmt::format("Content-Type: {}\r\n", contentType);
    if (!key.empty()) {
      headers += fmt::format("Idempotency-Key: \"{}\"\r\n", key);
    }
    client.request(fmt::format("POST /v1/tenants/{}/events/message HTTP/1.1", tenant), headers,
                   body);
    return client.answer().value_or(RawAnswer{});
  } catch (const std::exception&) {
    return {};  // nobody listens
  }
}

inline std::string messageBody(std::string_view text, std::string_view conversation = "c") {
  return fmt::format(R"({{"conversationId":"{}","userId":"u","text":"{}"}})", conversation, text);
}

/// The values of a topic's committed records.
inline std::vector<std::string> committedValues(std::string_view topic) {
  auto reader =
      must(RecordReader::open(testSettings(), {.topics = {std::string(topic)}, .untilEnd = true}));
  std::vector<std::string> values;
  while (!reader->finished()) {
    if (const auto record = must(reader->poll(Milliseconds{1'000}))) {
      values.push_back(record->value.value_or(""));
    }
  }
  return values;
}

}  // namespace caas::kafka::test
