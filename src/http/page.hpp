#pragma once

// Lists, as every resource answers them: a page of what the snapshot holds, and how old that is.

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "caas/kafka/snapshot.hpp"
#include "http/api.hpp"

namespace caas::kafka::http {

/// The newest snapshot, or with ?refresh=true one that is gathered now. kUnavailable (retriable)
/// before the first is there.
[[nodiscard]] Result<std::shared_ptr<const ClusterSnapshot>> snapshotFor(const Api& api,
                                                                         const Request& request);
/// refresh: gather anew before answering.
[[nodiscard]] Parameter refreshParameter();

/// How old what is shown is:
/// {"number","takenAt","ageSeconds","stale":[{"part","takenAt","error"}]}.
[[nodiscard]] boost::json::object ageOf(const ClusterSnapshot& snapshot, const Clock& clock);
[[nodiscard]] Schema ageSchema();

/// {"items":[…],"matched":…,"next":…,"snapshot":{…}}.
[[nodiscard]] Schema pageSchema(std::string_view name, const Schema& item);

/// `sorted` is by `keyOf` (a text); the page holds those behind `after` that `matches` takes.
template <class Item, class KeyOf, class Matches, class Write>
[[nodiscard]] boost::json::object pageOf(const std::vector<Item>& sorted,
                                         const Arguments& arguments, KeyOf keyOf, Matches matches,
                                         Write write) {
  const auto limit = static_cast<std::size_t>(arguments.integer("limit"));
  const auto after = arguments.find("after");
  boost::json::array items;
  std::int64_t matched = 0;
  std::string last;
  bool more = false;
  for (const auto& item : sorted) {
    if (!matches(item)) {
      continue;
    }
    ++matched;
    const std::string& key = keyOf(item);
    if (after && key <= *after) {
      continue;
    }
    if (items.size() == limit) {
      more = true;
      continue;
    }
    items.push_back(write(item));
    last = key;
  }
  return {{"items", std::move(items)},
          {"matched", matched},
          {"next", more ? boost::json::value(last) : boost::json::value(nullptr)}};
}

/// Whether `text` holds `part`, without regard to ASCII case; "" is in everything.
[[nodiscard]] bool holds(std::string_view text, std::string_view part);

}  // namespace caas::kafka::http
