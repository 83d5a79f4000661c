#include "http/idempotency/claim_log.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "core/errors.hpp"

namespace caas::kafka::http {
namespace {

namespace json = boost::json;
using Kind = ClaimRecord::Kind;

/// Clocks of brokers differ by less; and what is forgotten late does no harm.
constexpr Milliseconds kSlack{60'000};

std::string_view wordOf(Kind kind) {
  switch (kind) {
    case Kind::kClaim: return "claim";
    case Kind::kDone: return "done";
    case Kind::kReleased: return "released";
  }
  return {};
}

std::string textIn(const json::object& object, std::string_view name) {
  const auto* found = object.if_contains(name);
  return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
}

}  // namespace

std::string claimValue(const ClaimRecord& record) {
  json::object object{{"v", 1}, {"kind", wordOf(record.kind)}, {"claim", record.claim}};
  if (record.kind != Kind::kReleased) {
    object["request"] = record.fingerprint;
  }
  if (record.kind == Kind::kDone) {
    object["status"] = record.answer.status;
    object["type"] = record.answer.contentType;
    object["body"] = record.answer.body;
  }
  return json::serialize(object);
}

Result<ClaimRecord> readClaim(std::string_view value) {
  json::error_code problem;
  const auto parsed = json::parse({value.data(), value.size()}, problem);
  const auto* object = parsed.if_object();
  if (problem || object == nullptr) {
    return fail(errors::invalidArgument("not a JSON object"));
  }
  ClaimRecord record{.claim = textIn(*object, "claim"), .fingerprint = textIn(*object, "request")};
  const auto word = textIn(*object, "kind");
  if (word == wordOf(Kind::kDone)) {
    const auto* status = object->if_contains("status");
    const auto* number = status == nullptr ? nullptr : status->if_int64();
    if (number == nullptr || *number < 200 || *number > 299) {
      return fail(errors::invalidArgument("a key that is done has no status"));
    }
    record.kind = Kind::kDone;
    record.answer = {.status = static_cast<int>(*number),
                     .contentType = textIn(*object, "type"),
                     .body = textIn(*object, "body")};
  } else if (word == wordOf(Kind::kReleased)) {
    record.kind = Kind::kReleased;
  } else if (word != wordOf(Kind::kClaim)) {
    return fail(errors::invalidArgument("neither claim, done nor released"));
  }
  if (record.claim.empty() || (record.kind != Kind::kReleased && record.fingerprint.empty())) {
    return fail(errors::invalidArgument("a claim without an id or a request"));
  }
  return record;
}

ClaimVerdict ClaimLog::apply(std::string_view key, const ClaimRecord& record, Timestamp at) {
  auto found = entries_.find(key);
  const bool isOwners = found != entries_.end() && found->second.claim == record.claim;
  if (record.kind == Kind::kReleased) {
    if (isOwners && !found->second.answer) {
      bytes_ -= sizeOf(found->first, found->second);
      entries_.erase(found);
    }
    return {};
  }
  if (record.kind == Kind::kClaim && found != entries_.end() && holds(found->second, at)) {
    return verdictOf(found->second, record.fingerprint);
  }
  if (found == entries_.end()) {
    found = entries_.emplace(key, Entry{}).first;
  } else {
    bytes_ -= sizeOf(found->first, found->second);
  }
  auto& entry = found->second;
  entry = {.claim = record.claim, .fingerprint = record.fingerprint, .at = at};
  if (record.kind == Kind::kDone) {
    entry.answer = record.answer;
  }
  bytes_ += sizeOf(found->first, entry);
  ages_.emplace_back(at, found->first);
  return {};
}

std::optional<ClaimVerdict> ClaimLog::known(std::string_view key,
                                            std::string_view fingerprint) const {
  const auto found = entries_.find(key);
  if (found == entries_.end() || !found->second.answer) {
    // Whether an open claim still holds, only the log's time can tell.
    return std::nullopt;
  }
  return verdictOf(found->second, fingerprint);
}

void ClaimLog::forget(Timestamp now) {
  while (!ages_.empty() && now - ages_.front().first > kMemory + kSlack) {
    const auto found = entries_.find(ages_.front().second);
    if (found != entries_.end() && found->second.at == ages_.front().first) {
      bytes_ -= sizeOf(found->first, found->second);
      entries_.erase(found);
    }
    ages_.pop_front();
  }
}

bool ClaimLog::holds(const Entry& entry, Timestamp at) {
  return at - entry.at <= (entry.answer ? kMemory : kLease);
}

ClaimVerdict ClaimLog::verdictOf(const Entry& entry, std::string_view fingerprint) {
  if (entry.fingerprint != fingerprint) {
    return {.kind = ClaimVerdict::Kind::kOther};
  }
  if (!entry.answer) {
    return {.kind = ClaimVerdict::Kind::kInProgress};
  }
  return {.kind = ClaimVerdict::Kind::kDone, .answer = &*entry.answer};
}

std::size_t ClaimLog::sizeOf(std::string_view key, const Entry& entry) {
  constexpr std::size_t kOverhead = 300;  // nodes, strings, the key in ages_
  return kOverhead + 2 * key.size() + entry.claim.size() + entry.fingerprint.size() +
         (entry.answer ? entry.answer->body.size() + entry.answer->contentType.size() : 0);
}

}  // namespace caas::kafka::http
