// Batches of ours are read, checked and written again by Kafka's own classes, and theirs are read
// by us (tests/integration/java/WireBatches.java): each codec, keys, headers, nulls, large values.
#include <array>
#include <map>
#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/cluster.hpp"
#include "wire/batch_reader.hpp"
#include "wire/hex.hpp"
#include "wire/record_batch.hpp"

namespace caas::kafka::wire::test {
namespace {

using kafka::test::must;

constexpr std::size_t kNoLimit = 64U * 1024 * 1024;
constexpr std::array kCodecs{Compression::kNone, Compression::kGzip, Compression::kSnappy,
                             Compression::kLz4, Compression::kZstd};

struct Sent {
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<Header> headers;
  std::int64_t timestamp = 0;
};

struct Case {
  std::vector<Sent> records;
  Compression codec = Compression::kNone;
  ProducerStamp stamp;
  Buffer bytes;
};

class Maker {
 public:
  explicit Maker(std::uint64_t seed) : random_(seed) {}

  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  std::string text(std::size_t size, bool repetitive) {
    std::string text(size, '\0');
    for (char& c : text) {
      c = static_cast<char>(repetitive ? 'a' + below(3) : below(256));
    }
    return text;
  }
  std::optional<std::string> maybe(std::size_t most) {
    return below(4) == 0 ? std::nullopt : std::optional(text(below(most), below(2) == 0));
  }
  std::vector<Sent> records() {
    std::vector<Sent> records(1 + below(below(4) == 0 ? 400 : 6));
    for (auto& record : records) {
      record = {.key = maybe(30),
                .value = maybe(below(10) == 0 ? 5'000 : 200),
                .headers = {},
                .timestamp = static_cast<std::int64_t>(1'700'000'000'000 + below(100'000))};
      for (auto left = below(4); left > 0; --left) {
        record.headers.push_back(
            {.name = below(5) == 0 ? "" : fmt::format("ü{}", below(9)), .value = maybe(20)});
      }
    }
    return records;
  }

 private:
  std::mt19937_64 random_;
};

Buffer sealed(const Case& one) {
  RecordBatch batch(kNoLimit);
  for (const auto& sent : one.records) {
    std::vector<HeaderView> headers;
    for (const auto& header : sent.headers) {
      headers.push_back({.name = header.name, .value = header.value});
    }
    Record record;
    record.key = sent.key;
    record.value = sent.value;
    record.headers = headers;
    EXPECT_TRUE(batch.append(record, Timestamp{Milliseconds{sent.timestamp}}));
  }
  Compressor compressor;
  Buffer scratch;
  batch.seal(one.codec, compressor, scratch, one.stamp);
  return std::move(batch).release();
}

std::string hexOf(const std::optional<std::string>& text) { return text ? toHex(*text) : "null"; }

/// As WireBatches.java writes it.
std::string described(const Case& one, const ReadBatch& read) {
  std::int64_t newest = 0;
  for (const auto& record : one.records) {
    newest = std::max(newest, record.timestamp);
  }
  auto text =
      fmt::format("2,{},{},{},{},{},0,{},{},{}|", toString(read.codec), one.stamp.producerId,
                  one.stamp.epoch, one.stamp.baseSequence, one.stamp.transactional,
                  one.records.size() - 1, newest, one.records.size());
  for (std::size_t i = 0; i < one.records.size(); ++i) {
    const auto& record = one.records[i];
    text += fmt::format("{},{},{},{}", i, record.timestamp, hexOf(record.key), hexOf(record.value));
    for (const auto& header : record.headers) {
      text += fmt::format(",{}={}", toHex(header.name), hexOf(header.value));
    }
    text += '|';
  }
  return text;
}

void expectRead(const Case& one, Bytes bytes, std::string_view whose) {
  const auto batch = must(readBatch(bytes), whose);
  EXPECT_TRUE(bytes.empty());
  EXPECT_EQ(batch.producerId, one.stamp.producerId);
  EXPECT_EQ(batch.producerEpoch, one.stamp.epoch);
  EXPECT_EQ(batch.baseSequence, one.stamp.baseSequence);
  EXPECT_EQ(batch.transactional, one.stamp.transactional);
  ASSERT_EQ(batch.records.size(), one.records.size());
  for (std::size_t i = 0; i < one.records.size(); ++i) {
    EXPECT_EQ(batch.records[i].offset, static_cast<std::int64_t>(i));
    EXPECT_EQ(batch.records[i].timestamp, one.records[i].timestamp);
    ASSERT_EQ(batch.records[i].key, one.records[i].key);
    ASSERT_EQ(batch.records[i].value, one.records[i].value);
    ASSERT_EQ(batch.records[i].headers, one.records[i].headers);
  }
}

std::vector<Case> makeCases() {
  Maker maker(20'261'127);
  std::vector<Case> cases;
  for (const auto codec : kCodecs) {
    for (int i = 0; i < 30; ++i) {
      cases.push_back({.records = maker.records(), .codec = codec, .stamp = {}, .bytes = {}});
      if (i % 2 == 1) {
        cases.back().stamp = {.producerId = static_cast<std::int64_t>(maker.below(1'000'000)),
                              .epoch = static_cast<std::int16_t>(maker.below(1'000)),
                              .baseSequence = static_cast<std::int32_t>(maker.below(1U << 31)),
                              .transactional = i % 4 == 3};
      }
    }
    for (const bool repetitive : {true, false}) {
      Sent large{.key = "large", .value = maker.text(1'000'000, repetitive), .headers = {}};
      large.timestamp = 1'700'000'000'000;
      cases.push_back({.records = {large, large}, .codec = codec, .stamp = {}, .bytes = {}});
    }
  }
  for (auto& one : cases) {
    one.bytes = sealed(one);
  }
  return cases;
}

TEST(WireBatches, AreReadAndWrittenAlikeByKafkasOwnClasses) {
  const auto cases = makeCases();
  std::string input;
  for (const auto& one : cases) {
    expectRead(one, one.bytes, "our own batch");
    input += toHex(one.bytes) + '\n';
  }
  const auto answers = askJava("WireBatches", input);
  ASSERT_EQ(answers.size(), cases.size());
  std::map<Compression, int> compressed;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    Bytes bytes = cases[i].bytes;
    const auto read = must(readBatch(bytes));
    ++compressed[read.codec];
    const auto& answer = answers[i];
    ASSERT_TRUE(answer.starts_with("OK ")) << answer.substr(0, 300);
    const auto space = answer.find(' ', 3);
    ASSERT_EQ(answer.substr(3, space - 3), described(cases[i], read)) << "batch " << i;
    const Buffer theirs = fromHex(std::string_view(answer).substr(space + 1));
    expectRead(cases[i], theirs, "Java's batch");
    if (read.codec == Compression::kNone) {
      EXPECT_EQ(theirs, cases[i].bytes) << "plain batches are to be the same bytes";
    }
  }
  // Each codec was at work, and what does not shrink went plain.
  for (const auto codec : kCodecs) {
    EXPECT_GT(compressed[codec], codec == Compression::kNone ? 30 : 5) << toString(codec);
  }
}

}  // namespace
}  // namespace caas::kafka::wire::test
