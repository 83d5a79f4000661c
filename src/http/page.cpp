#include "http/page.hpp"

#include <algorithm>

#include "core/errors.hpp"
#include "http/json/error_json.hpp"
#include "http/json/values.hpp"

namespace caas::kafka::http {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

Result<std::shared_ptr<const ClusterSnapshot>> snapshotFor(const Api& api, const Request& request) {
  if (!api.snapshots) {
    return fail(errors::shutdown("the cluster's snapshot"));
  }
  if (request.arguments.flag("refresh")) {
    return api.snapshots->refresh(request.timeLeft());
  }
  auto latest = api.snapshots->latest();
  if (latest->number == 0) {
    return fail({.code = ErrorCode::kUnavailable,
                 .message = "the cluster has not been looked at yet",
                 .hint = "Ask again in a moment; /health says whether the brokers answer",
                 .retriable = true});
  }
  return latest;
}

Parameter refreshParameter() {
  return Parameter::query("refresh", "Look at the cluster now instead of showing the last look.")
      .boolean();
}

boost::json::object ageOf(const ClusterSnapshot& snapshot, const Clock& clock) {
  boost::json::array stale;
  for (const auto& [part, state] : snapshot.parts) {
    if (state.failure) {
      stale.push_back(boost::json::object{{"part", toString(part)},
                                          {"takenAt", timeOrNull(state.takenAt)},
                                          {"error", toJson(*state.failure)}});
    }
  }
  const auto age = std::max(clock.now() - snapshot.takenAt, Milliseconds{0});
  return {{"number", snapshot.number},
          {"takenAt", formatTimestamp(snapshot.takenAt)},
          {"ageSeconds", std::chrono::duration<double>(age).count()},
          {"stale", std::move(stale)}};
}

Schema ageSchema() {
  using namespace schema;
  return named("SnapshotAge",
               object({{"number", integer().saying("Counts up by one.")},
                       {"takenAt", time()},
                       {"ageSeconds", number()},
                       {"stale", array(object({{"part", text()},
                                               {"takenAt", time().orNull().saying("Null: never.")},
                                               {"error", errorSchema()}}))
                                     .saying("Parts that could not be refreshed: what they show is "
                                             "older.")}}));
}

Schema pageSchema(std::string_view name, const Schema& item) {
  using namespace schema;
  return named(name, object({{"items", array(item)},
                             {"matched", integer().saying("On all pages together.")},
                             {"next", text().orNull().saying("`after` of the next page.")},
                             {"snapshot", ageSchema()}}));
}

bool holds(std::string_view text, std::string_view part) {
  const auto found = std::ranges::search(text, part, {}, lower, lower);
  return part.empty() || !found.empty();
}

}  // namespace caas::kafka::http
