#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "caas/kafka/clock.hpp"
#include "caas/kafka/result.hpp"

namespace caas::kafka {

/// A header of a record to be sent; views into the caller's memory. A header's value may be null.
struct HeaderView {
  std::string_view name;
  std::optional<std::string_view> value;
};

/// A record to be sent. All views need to live only until `send` returns.
struct Record {
  std::string_view topic;
  /// nullopt: a null key, spread over the partitions. An empty key is a key (murmur2, as Java).
  std::optional<std::string_view> key{};
  /// nullopt: a tombstone.
  std::optional<std::string_view> value{};
  std::span<const HeaderView> headers{};
  /// Where the key's murmur2 hash puts it, unless given.
  std::optional<int> partition{};
  /// Now, unless given. An old one may be deleted by retention at once (docs/api.md).
  std::optional<Timestamp> timestamp{};
};

/// Whether a record is in the log.
enum class Persistence { kNotPersisted, kPossiblyPersisted, kPersisted };
[[nodiscard]] std::string_view toString(Persistence persistence);

/// What became of one accepted record. Views live until the callback returns.
struct DeliveryReport {
  std::string_view topic;
  int partition = -1;
  std::int64_t offset = -1;  ///< -1 unless persisted
  Timestamp timestamp{};
  /// From `send` to this report.
  std::chrono::nanoseconds latency{0};
  Persistence persistence = Persistence::kNotPersisted;
  /// nullptr: delivered.
  const Error* error = nullptr;
  [[nodiscard]] bool delivered() const { return error == nullptr; }
};

struct Header {
  std::string name;
  std::optional<std::string> value;
  [[nodiscard]] bool operator==(const Header&) const = default;
};

/// A record to be sent later: it holds what Record looks at.
struct OwnedRecord {
  OwnedRecord() = default;
  explicit OwnedRecord(const Record& record);
  std::string topic{};
  std::optional<std::string> key{};
  std::optional<std::string> value{};
  std::vector<Header> headers{};
  std::optional<int> partition{};
  std::optional<Timestamp> timestamp{};

  /// Calls `use` with a Record that looks at this one.
  template <class Use>
  decltype(auto) with(Use&& use) const {
    std::vector<HeaderView> views;
    views.reserve(headers.size());
    for (const auto& header : headers) {
      views.push_back({header.name, header.value});
    }
    return use(Record{.topic = topic,
                      .key = key,
                      .value = value,
                      .headers = views,
                      .partition = partition,
                      .timestamp = timestamp});
  }
};

/// A record that was read.
struct ReceivedRecord {
  std::string topic;
  int partition = -1;
  std::int64_t offset = -1;
  Timestamp timestamp{};
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<Header> headers;

  /// The last header of that name, as Kafka's clients do; nullopt if absent or null.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
};

}  // namespace caas::kafka
