#pragma once

#include <string>

#include "caas/kafka/record.hpp"
#include "cli/text.hpp"
#include "http/json/record_json.hpp"

namespace caas::kafka::cli {

/// One line for people; bytes that could harm a terminal are escaped.
[[nodiscard]] std::string recordToText(const ReceivedRecord& record, bool withHeaders,
                                       const Style& style, const ValueView& view = {});

}  // namespace caas::kafka::cli
