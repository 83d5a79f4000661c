#include "cli/record_text.hpp"

#include <fmt/format.h>

namespace caas::kafka::cli {

std::string recordToText(const ReceivedRecord& record, bool withHeaders, const Style& style,
                         const ValueView& view) {
  auto out = fmt::format(
      "{}  {}  {}  {}", style.paint(Tone::kDim, formatTimestamp(record.timestamp)),
      style.paint(Tone::kDim, fmt::format("{}/{}@{}", escapeForTerminal(record.topic),
                                          record.partition, record.offset)),
      style.paint(Tone::kBold, record.key ? escapeForTerminal(*record.key) : "(no key)"),
      view.decoded   ? escapeForTerminal(view.decoded->json)
      : record.value ? escapeForTerminal(*record.value)
                     : "(tombstone)");
  if (!view.problem.empty()) {
    out += "  " + style.paint(Tone::kWarn, "(" + escapeForTerminal(view.problem) + ")");
  }
  if (withHeaders) {
    for (const auto& header : record.headers) {
      out += "  " + style.paint(Tone::kDim,
                                escapeForTerminal(header.name) + "=" +
                                    (header.value ? escapeForTerminal(*header.value) : "(null)"));
    }
  }
  return out;
}

}  // namespace caas::kafka::cli
