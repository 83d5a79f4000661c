// Tests a handler without Kafka: what it does with records, and where its failures go.
#include <iostream>

#include <caas/kafka/testing.hpp>

using namespace caas::kafka;

namespace {

/// The handler under test: the first attempt meets a busy database.
HandlerResult store(const ConsumedRecord& record) {
  if (!eventFromJson("message", record.value.value_or(""))) {
    return HandlerResult::reject("not a message", "bad_event");
  }
  return record.attempt == 1 ? HandlerResult::retry("busy", "db_busy") : HandlerResult::ack();
}

bool check(bool holds, std::string_view what) {
  std::cout << (holds ? "ok     " : "FAILED ") << what << "\n";
  return holds;
}

}  // namespace

int main() {
  const auto acme = TenantId::parse("acme");
  if (!acme) {
    return 1;
  }
  bool ok = true;
  // [test]
  using std::chrono::seconds;
  HandlerTester tester(store);
  ok &=
      tester.publish(*acme, ChatMessage{.conversationId = "c-1", .userId = "u-1", .text = "hello"})
          .has_value();
  ok &=
      tester.publish({.topic = "chat.messages.acme", .key = "c-1", .value = "no JSON"}).has_value();

  const auto first = tester.run();
  ok &= check(first.size() == 2, "both records ran");
  ok &= check(first[0].copiedTo == "internal.retry", "the first waits in a retry topic");
  ok &= check(first[1].reason == DlqReason::kRejected, "the second is in the dead letter queue");

  const auto later = tester.advance(seconds{2});  // of the tester's clock: no real time
  ok &= check(later.size() == 1 && later[0].attempt == 2, "the first came back");
  ok &= check(later[0].next == HandledRecord::Next::kDone, "and was handled");
  ok &= check(tester.unfinished() == 0, "nothing is left");
  // [/test]
  return ok ? 0 : 1;
}
