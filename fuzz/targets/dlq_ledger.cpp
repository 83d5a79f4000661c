// needs: core/*.cpp retry/dlq_entry.cpp retry/dlq_ledger.cpp retry/failure_headers.cpp
// needs: retry/retry_policy.cpp retry/fingerprint.cpp catalog/*.cpp config/*.cpp
// A value of internal.dlq.ledger; and what somebody gives as an entry's id or a page's mark.
#include "retry/dlq_ledger.hpp"

#include "retry/dlq_entry.hpp"
#include "target.hpp"

namespace caas::kafka::fuzz {
namespace {

bool run(std::string_view input) {
  const auto record = retry::parseLedgerValue(input);
  if (record) {
    check(retry::parseLedgerValue(retry::ledgerValue(*record)) == *record,
          "a ledger's record is read as it was written");
  }
  if (const auto place = retry::parseEntryId(input)) {
    check(retry::parseEntryId(retry::entryId(place->first, place->second)) == *place,
          "an id is read as it was written");
  }
  if (const auto mark = retry::parsePageMark(input); accepted(mark)) {
    const auto again = retry::parsePageMark(retry::pageMark(*mark));
    check(again.has_value() && !retry::isOlder(*mark, *again) && !retry::isOlder(*again, *mark),
          "a mark is read as it was written");
  }
  return record.has_value();
}

const Target kTarget{"dlq_ledger", run};

}  // namespace
}  // namespace caas::kafka::fuzz
