#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "caas/kafka/producer.hpp"
#include "caas/kafka/record_reader.hpp"
#include "support/cluster.hpp"

namespace caas::kafka::test {

/// Sends to topics of its own and reads them back.
class Reader : public ::testing::Test {
 protected:
  static constexpr Milliseconds kPatience{30'000};

  Reader() : producer_(must(Producer::create(testSettings()))) {}

  Delivery send(const std::string& topic, std::string_view key, std::string_view value,
                std::optional<int> partition = std::nullopt,
                std::optional<Timestamp> timestamp = std::nullopt) {
    Record record;
    record.topic = topic;
    record.key = key;
    record.value = value;
    record.partition = partition;
    record.timestamp = timestamp;
    return must(producer_->sendAndWait(record), "sending");
  }

  static std::unique_ptr<RecordReader> open(ReadOptions options) {
    return must(RecordReader::open(testSettings(), std::move(options)), "opening");
  }

  /// Values in the order in which they came, until the reader is finished.
  static std::vector<std::string> readToTheEnd(RecordReader& reader) {
    std::vector<std::string> values;
    const bool ended = eventually(
        kPatience,
        [&] {
          if (auto record = must(reader.poll(Milliseconds{200}), "polling")) {
            values.push_back(record->value.value_or("<null>"));
          }
          return reader.finished();
        },
        Milliseconds{0});
    EXPECT_TRUE(ended) << "the reader did not finish";
    return values;
  }

  /// The next `count` values; fewer if they don't come.
  static std::vector<std::string> take(RecordReader& reader, std::size_t count) {
    std::vector<std::string> values;
    (void)eventually(
        kPatience,
        [&] {
          if (auto record = must(reader.poll(Milliseconds{200}), "polling")) {
            values.push_back(record->value.value_or("<null>"));
          }
          return values.size() >= count;
        },
        Milliseconds{0});
    return values;
  }

  static ReadOptions of(const std::string& topic) {
    ReadOptions options;
    options.topics = {topic};
    return options;
  }

  std::unique_ptr<Producer> producer_;
};

}  // namespace caas::kafka::test
