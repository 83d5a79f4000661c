#pragma once

#include <cstddef>
#include <string_view>

#include <fmt/format.h>

#include "core/errors.hpp"

namespace caas::kafka::wire {

[[nodiscard]] inline Error notCompressed(std::string_view codec) {
  return errors::internal(fmt::format("the batch says {}, and its records are not that", codec));
}

[[nodiscard]] inline Error growsTooLarge(std::string_view codec, std::size_t limitBytes) {
  return {.code = ErrorCode::kRecordTooLarge,
          .message = fmt::format("a batch of {} grows beyond {} bytes", codec, limitBytes),
          .hint = "Read it with a larger limit, if it is trusted"};
}

}  // namespace caas::kafka::wire
