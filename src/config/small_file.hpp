#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "caas/kafka/result.hpp"

namespace caas::kafka::config {

/// The content of a file of at most `mostBytes`; kIo beginning with `what` ("cannot read") and the
/// path, if it is missing, a folder, larger or unreadable.
[[nodiscard]] Result<std::string> readSmallFile(std::string_view what,
                                                const std::filesystem::path& file,
                                                std::size_t mostBytes);

}  // namespace caas::kafka::config
