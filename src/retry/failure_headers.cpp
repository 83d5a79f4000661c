#include "retry/failure_headers.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include <fmt/format.h>

#include "core/utf8.hpp"

namespace caas::kafka::retry {
namespace {

constexpr std::size_t kCodeBytes = 128;
constexpr std::size_t kStageBytes = 64;
constexpr std::size_t kMessageBytes = 2048;
constexpr std::size_t kByBytes = 128;
constexpr std::size_t kIdBytes = 64;
constexpr std::size_t kTopicBytes = 249;  // Kafka's own limit of a topic's name

constexpr std::string_view kVersion = "caas.v";
constexpr std::string_view kId = "caas.id";
constexpr std::string_view kOriginTopic = "caas.origin.topic";
constexpr std::string_view kOriginTopicId = "caas.origin.topic-id";
constexpr std::string_view kOriginPartition = "caas.origin.partition";
constexpr std::string_view kOriginOffset = "caas.origin.offset";
constexpr std::string_view kOriginTimestamp = "caas.origin.timestamp";
constexpr std::string_view kOriginGroup = "caas.origin.group";
constexpr std::string_view kOriginBytes = "caas.origin.bytes";
constexpr std::string_view kFirstFailedAt = "caas.first-failed-at";
constexpr std::string_view kAttempt = "caas.attempt";
constexpr std::string_view kTier = "caas.tier";
constexpr std::string_view kNotBefore = "caas.not-before";
constexpr std::string_view kLastFailedAt = "caas.last-failed-at";
constexpr std::string_view kErrorCode = "caas.error.code";
constexpr std::string_view kErrorMessage = "caas.error.message";
constexpr std::string_view kErrorStage = "caas.error.stage";
constexpr std::string_view kErrorFingerprint = "caas.error.fingerprint";
constexpr std::string_view kDlqReason = "caas.dlq.reason";
constexpr std::string_view kRedriveId = "caas.redrive.id";
constexpr std::string_view kRedriveCount = "caas.redrive.count";
constexpr std::string_view kRedriveBy = "caas.redrive.by";
constexpr std::string_view kRedriveAt = "caas.redrive.at";

constexpr std::array kNames{kVersion,         kId,
                            kOriginTopic,     kOriginTopicId,
                            kOriginPartition, kOriginOffset,
                            kOriginTimestamp, kOriginGroup,
                            kOriginBytes,     kFirstFailedAt,
                            kAttempt,         kTier,
                            kNotBefore,       kLastFailedAt,
                            kErrorCode,       kErrorMessage,
                            kErrorStage,      kErrorFingerprint,
                            kDlqReason,       kRedriveId,
                            kRedriveCount,    kRedriveBy,
                            kRedriveAt};

/// At most `most` bytes, no character cut in two; what is not UTF-8 becomes '?'.
std::string textOf(std::string_view text, std::size_t most) {
  std::string out;
  while (!text.empty() && out.size() < most) {
    const std::size_t good = validUtf8Prefix(text);
    const auto room = most - out.size();
    if (good > room) {
      const auto part = text.substr(0, room);
      return out.append(part.substr(0, validUtf8Prefix(part)));
    }
    out.append(text.substr(0, good));
    text.remove_prefix(good);
    if (!text.empty() && out.size() < most) {
      out += '?';
      text.remove_prefix(1);
    }
  }
  return out;
}

std::int64_t millis(Timestamp time) { return time.time_since_epoch().count(); }

/// Reads values by name and remembers the first that is missing or wrong.
class Fields {
 public:
  explicit Fields(std::span<const HeaderView> headers) {
    for (const auto& header : headers) {
      if (isFailureHeader(header.name)) {
        values_[header.name] = header.value;
      }
    }
  }

  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::nullopt : found->second;
  }
  std::string text(std::string_view name, bool needed) {
    const auto value = find(name);
    if (needed && (!value || value->empty())) {
      complain(name, "is missing");
    } else if (value && !isUtf8(*value)) {
      complain(name, "is not UTF-8");
      return textOf(*value, value->size());
    }
    return std::string(value.value_or(""));
  }
  template <class Number>
  Number number(std::string_view name, Number least, Number fallback, bool needed) {
    const auto value = find(name);
    if (!value) {
      if (needed) {
        complain(name, "is missing");
      }
      return fallback;
    }
    Number number{};
    const auto* end = value->data() + value->size();
    const auto [stop, error] = std::from_chars(value->data(), end, number);
    if (error != std::errc{} || stop != end || number < least) {
      complain(name, "is no number that can be");
      return fallback;
    }
    return number;
  }
  Timestamp time(std::string_view name, bool needed) {
    return Timestamp{Milliseconds{number<std::int64_t>(name, 0, 0, needed)}};
  }
  void complain(std::string_view name, std::string_view what) {
    if (problem_.empty()) {
      problem_ = fmt::format("{} {}", name, what);
    }
  }
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  std::map<std::string_view, std::optional<std::string_view>> values_;
  std::string problem_;
};

FailureHeaders read(Fields& fields) {
  FailureHeaders read;
  read.id = fields.text(kId, true);
  read.origin.topic = fields.text(kOriginTopic, true);
  read.origin.topicId = fields.text(kOriginTopicId, false);
  read.origin.partition = fields.number<int>(kOriginPartition, 0, -1, true);
  read.origin.offset = fields.number<std::int64_t>(kOriginOffset, 0, -1, true);
  // A record written without a timestamp has -1.
  read.origin.timestamp =
      Timestamp{Milliseconds{fields.number<std::int64_t>(kOriginTimestamp, -1, -1, true)}};
  read.origin.group = fields.text(kOriginGroup, true);
  read.firstFailedAt = fields.time(kFirstFailedAt, true);
  read.attempt = fields.number<int>(kAttempt, 1, 1, true);
  read.tier = fields.number<int>(kTier, 0, 0, true);
  read.notBefore = fields.time(kNotBefore, false);
  read.lastFailedAt = fields.time(kLastFailedAt, true);
  read.error = {.code = fields.text(kErrorCode, false),
                .message = fields.text(kErrorMessage, false),
                .stage = fields.text(kErrorStage, false),
                .fingerprint = fields.text(kErrorFingerprint, false)};
  if (const auto reason = fields.find(kDlqReason)) {
    if (auto known = parseDlqReason(*reason)) {
      read.reason = *known;
    } else {
      fields.complain(kDlqReason, "is no reason that we know");
    }
  }
  if (fields.find(kOriginBytes)) {
    read.originBytes = fields.number<std::int64_t>(kOriginBytes, 0, 0, true);
  }
  read.redrive = {.id = fields.text(kRedriveId, false),
                  .count = fields.number<int>(kRedriveCount, 0, 0, false),
                  .by = fields.text(kRedriveBy, false),
                  .at = fields.time(kRedriveAt, false)};
  return read;
}

/// Names and values in the order in which they are written.
class Writer {
 public:
  void add(std::string_view name, std::string value) {
    bytes_ += name.size() + value.size();
    names_.push_back(name);
    values_.push_back(std::move(value));
  }
  void add(std::string_view name, std::int64_t number) { add(name, std::to_string(number)); }
  void addUnlessEmpty(std::string_view name, std::string_view text, std::size_t most) {
    if (!text.empty()) {
      add(name, textOf(text, most));
    }
  }
  [[nodiscard]] std::size_t room() const {
    return kFailureHeadersMaxBytes - std::min(bytes_, kFailureHeadersMaxBytes);
  }
  [[nodiscard]] const std::vector<std::string_view>& names() const { return names_; }
  [[nodiscard]] std::vector<std::string> takeValues() { return std::move(values_); }

 private:
  std::size_t bytes_ = 0;
  std::vector<std::string_view> names_;
  std::vector<std::string> values_;
};

void write(const FailureHeaders& failure, Writer& writer) {
  writer.add(kVersion, kFailureHeadersVersion);
  writer.add(kId, textOf(failure.id, kIdBytes));
  writer.add(kOriginTopic, textOf(failure.origin.topic, kTopicBytes));
  writer.addUnlessEmpty(kOriginTopicId, failure.origin.topicId, kIdBytes);
  writer.add(kOriginPartition, failure.origin.partition);
  writer.add(kOriginOffset, failure.origin.offset);
  writer.add(kOriginTimestamp, std::max<std::int64_t>(millis(failure.origin.timestamp), -1));
  writer.add(kOriginGroup, textOf(failure.origin.group, kMaxGroupBytes));
  writer.add(kFirstFailedAt, millis(failure.firstFailedAt));
  writer.add(kAttempt, failure.attempt);
  writer.add(kTier, failure.tier);
  if (!failure.reason) {
    writer.add(kNotBefore, millis(failure.notBefore));
  }
  writer.add(kLastFailedAt, millis(failure.lastFailedAt));
  if (failure.reason) {
    writer.add(kDlqReason, std::string(toString(*failure.reason)));
  }
  if (failure.originBytes) {
    writer.add(kOriginBytes, *failure.originBytes);
  }
  if (failure.redrive.count > 0) {
    writer.add(kRedriveId, textOf(failure.redrive.id, kIdBytes));
    writer.add(kRedriveCount, failure.redrive.count);
    writer.addUnlessEmpty(kRedriveBy, failure.redrive.by, kByBytes);
    writer.add(kRedriveAt, millis(failure.redrive.at));
  }
  writer.addUnlessEmpty(kErrorCode, failure.error.code, kCodeBytes);
  writer.addUnlessEmpty(kErrorStage, failure.error.stage, kStageBytes);
  writer.addUnlessEmpty(kErrorFingerprint, failure.error.fingerprint, kIdBytes);
  // Last: it gets the room that the others leave.
  if (const auto room = writer.room(); room > kErrorMessage.size()) {
    writer.addUnlessEmpty(kErrorMessage, failure.error.message,
                          std::min(kMessageBytes, room - kErrorMessage.size()));
  }
}

}  // namespace

bool isFailureHeader(std::string_view name) {
  return name.starts_with("caas.") && std::ranges::find(kNames, name) != kNames.end();
}

ParsedFailureHeaders parseFailureHeaders(std::span<const HeaderView> headers) {
  Fields fields(headers);
  ParsedFailureHeaders parsed;
  if (!fields.find(kVersion)) {
    return parsed;
  }
  const int version = fields.number<int>(kVersion, 1, 0, true);
  if (version > kFailureHeadersVersion) {
    parsed.state = FailureHeadersState::kFuture;
    parsed.problem =
        fmt::format("{} is {}, this program knows {}", kVersion, version, kFailureHeadersVersion);
    return parsed;
  }
  parsed.headers = read(fields);
  parsed.problem = fields.problem();
  parsed.state =
      parsed.problem.empty() ? FailureHeadersState::kCurrent : FailureHeadersState::kBroken;
  return parsed;
}

CopyHeaders::CopyHeaders(std::span<const HeaderView> own, const FailureHeaders& failure) {
  Writer writer;
  write(failure, writer);
  const auto names = writer.names();
  values_ = writer.takeValues();
  views_.reserve(own.size() + names.size());
  for (const auto& header : own) {
    if (!isFailureHeader(header.name)) {
      views_.push_back(header);
    }
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    views_.push_back({names[i], values_[i]});
  }
}

std::vector<HeaderView> viewsOf(const std::vector<Header>& headers) {
  std::vector<HeaderView> views;
  views.reserve(headers.size());
  for (const auto& header : headers) {
    views.push_back({header.name,
                     header.value ? std::optional<std::string_view>(*header.value) : std::nullopt});
  }
  return views;
}

}  // namespace caas::kafka::retry
