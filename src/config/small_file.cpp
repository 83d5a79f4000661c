#include "config/small_file.hpp"

#include <cerrno>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

#include "core/errors.hpp"

namespace caas::kafka::config {

Result<std::string> readSmallFile(std::string_view what, const std::filesystem::path& file,
                                  std::size_t mostBytes) {
  const auto problem = [&](std::string_view reason) {
    return fail(errors::io(what, file.string(), reason));
  };
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  if (error) {
    return problem(error.message());
  }
  if (std::filesystem::is_directory(status)) {
    return problem("it is a directory");
  }
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    return problem(std::generic_category().message(errno));
  }
  // One byte more than allowed shows that there is more, without reading all of it.
  std::string text(mostBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad()) {
    return problem("reading failed");
  }
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > mostBytes) {
    return problem(fmt::format("it has more than {} bytes", mostBytes));
  }
  return text;
}

}  // namespace caas::kafka::config
