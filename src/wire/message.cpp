#include "wire/message.hpp"

#include <fmt/format.h>

#include "core/errors.hpp"

namespace caas::kafka::wire::detail {

Error cannotEncode(std::string_view message, int version, std::string_view problem) {
  return errors::invalidArgument(
      fmt::format("{} v{} cannot be written: {}", message, version, problem));
}

Error cannotDecode(std::string_view message, int version, std::string_view problem) {
  return errors::internal(fmt::format("{} v{} cannot be read: {}", message, version, problem));
}

Result<void> finish(Decoder& decoder, std::string_view message, int version) {
  if (decoder.ok() && decoder.left() > 0) {
    decoder.refuse("the message", fmt::format("has {} bytes behind its end", decoder.left()));
  }
  if (!decoder.ok()) {
    return fail(cannotDecode(message, version, decoder.problem()));
  }
  return {};
}

}  // namespace caas::kafka::wire::detail
