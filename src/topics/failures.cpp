#include "topics/failures.hpp"

#include <algorithm>
#include <span>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace caas::kafka::topics {

std::string joinSome(const std::vector<std::string>& items, std::size_t most) {
  const std::span shown(items.data(), std::min(items.size(), most));
  std::string text = fmt::format("{}", fmt::join(shown, ", "));
  if (items.size() > most) {
    text += fmt::format(" and {} more", items.size() - most);
  }
  return text;
}

Error partialFailure(std::string_view what, const std::vector<std::string>& done,
                     const std::vector<client::NamedResult>& failed, std::string_view remedy) {
  std::vector<std::string> reasons;
  bool retriable = true;
  for (const client::NamedResult& item : failed) {
    reasons.push_back(item.error ? fmt::format("{}: {}", item.name, item.error->message)
                                 : item.name);
    retriable = retriable && item.error && item.error->retriable;
  }
  return {.code = ErrorCode::kPartialFailure,
          .message = fmt::format("{}: done: {}; failed: {}", what,
                                 done.empty() ? "nothing" : joinSome(done, 20), joinSome(reasons)),
          .hint = std::string(remedy),
          .retriable = retriable};
}

Error stillPending(std::string_view what, const Pending& pending, Milliseconds waited,
                   std::string_view remedy) {
  std::vector<std::string> reasons;
  for (const auto& [topic, why] : pending) {
    reasons.push_back(fmt::format("{}: {}", topic, why));
  }
  return {
      .code = ErrorCode::kTimeout,
      .message = fmt::format("{} did not finish within {}: {}", what, waited, joinSome(reasons, 3)),
      .hint = std::string(remedy),
      .retriable = true};
}

Error groupsActive(std::string_view tenant, const std::vector<std::string>& groups) {
  return {.code = ErrorCode::kGroupActive,
          .message = fmt::format(
              "tenant '{}' is in use: {} consumer group{} on its topics: {}", tenant, groups.size(),
              groups.size() == 1 ? " has members" : "s have members", joinSome(groups, 10)),
          .hint = "Stop these consumers, then delete the tenant again"};
}

Error planConflict(std::string message) {
  return {.code = ErrorCode::kConflict,
          .message = std::move(message),
          .hint = "Nothing was changed; make a new plan"};
}

}  // namespace caas::kafka::topics
