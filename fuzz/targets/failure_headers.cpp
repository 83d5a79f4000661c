// needs: core/*.cpp retry/failure_headers.cpp retry/fingerprint.cpp retry/dlq_entry.cpp
// needs: retry/dlq_ledger.cpp retry/retry_policy.cpp catalog/*.cpp config/*.cpp
// Headers, one a line: "name=value", or "name" for one without a value.
#include "retry/failure_headers.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "core/utf8.hpp"
#include "retry/dlq_entry.hpp"
#include "target.hpp"

namespace caas::kafka::fuzz {
namespace {

using retry::FailureHeadersState;

std::vector<Header> headersIn(std::string_view input) {
  std::vector<Header> headers;
  while (!input.empty()) {
    const auto line = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(line.size() + 1, input.size()));
    const auto equals = line.find('=');
    Header header{.name = std::string(line.substr(0, equals)), .value = std::nullopt};
    if (equals != std::string_view::npos) {
      header.value = line.substr(equals + 1);
    }
    headers.push_back(std::move(header));
  }
  return headers;
}

void copy(std::span<const HeaderView> own, const retry::FailureHeaders& failure) {
  const retry::CopyHeaders written(own, failure);
  std::size_t bytes = 0;
  for (const auto& header : written.views()) {
    if (retry::isFailureHeader(header.name)) {
      bytes += header.name.size() + header.value->size();
      check(isUtf8(*header.value), "failure headers are UTF-8");
    }
  }
  check(bytes <= retry::kFailureHeadersMaxBytes, "failure headers keep to their limit");
  const auto read = retry::parseFailureHeaders(written.views());
  check(read.state == FailureHeadersState::kCurrent, "what was written is read");
  const retry::CopyHeaders again(own, read.headers);
  check(std::ranges::equal(
            written.views(), again.views(), {},
            [](const HeaderView& view) { return std::pair(view.name, view.value); },
            [](const HeaderView& view) { return std::pair(view.name, view.value); }),
        "and written again as it was");
}

bool run(std::string_view input) {
  static const auto kCatalog = Catalog::parse(Catalog::embeddedYaml(), Settings{});
  ReceivedRecord record;
  record.topic = "internal.dlq";
  record.headers = headersIn(input);
  const auto views = retry::viewsOf(record.headers);
  const auto parsed = retry::parseFailureHeaders(views);
  const bool named =
      parsed.state == FailureHeadersState::kBroken || parsed.state == FailureHeadersState::kFuture;
  check(parsed.problem.empty() != named, "what is not ours says why");
  check(isUtf8(parsed.problem), "in UTF-8");
  if (parsed.state == FailureHeadersState::kCurrent) {
    copy(views, parsed.headers);
  }
  const auto entry = retry::readEntry(record, *kCatalog, nullptr);
  check(entry.entry.problem.empty() == (parsed.state == FailureHeadersState::kCurrent),
        "an entry knows whether it can be redriven");
  for (const auto* text : {&entry.entry.code, &entry.entry.message, &entry.entry.stage,
                           &entry.entry.group, &entry.entry.topic, &entry.entry.failureId}) {
    check(isUtf8(*text), "an entry can be shown");
  }
  check(retry::fingerprintOf("code", "stage", input).size() == 16, "a fingerprint is 16 digits");
  return parsed.state == FailureHeadersState::kCurrent;
}

const Target kTarget{"failure_headers", run};

}  // namespace
}  // namespace caas::kafka::fuzz
