// needs: core/*.cpp cli/line_reader.cpp
// One byte: how much is read at once. One: the longest line. Then the input.
#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "cli/line_reader.hpp"
#include "target.hpp"

namespace caas::kafka::fuzz {
namespace {

class InPieces : public cli::ByteSource {
 public:
  InPieces(std::string_view bytes, std::size_t atOnce) : bytes_(bytes), atOnce_(atOnce) {}
  Result<std::size_t> read(std::span<char> space) override {
    const auto count = std::min({bytes_.size(), space.size(), atOnce_});
    std::memcpy(space.data(), bytes_.data(), count);
    bytes_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view bytes_;
  std::size_t atOnce_;
};

/// The lines as they are meant; nullopt is one that is too long.
std::vector<std::optional<std::string>> split(std::string_view input, std::size_t longest) {
  if (input.starts_with("\xef\xbb\xbf")) {
    input.remove_prefix(3);
  }
  std::vector<std::optional<std::string>> lines;
  while (!input.empty()) {
    const auto end = std::min(input.find('\n'), input.size());
    auto line = input.substr(0, end);
    input.remove_prefix(std::min(end + 1, input.size()));
    const bool fits = line.size() <= longest;
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    lines.push_back(fits ? std::optional(std::string(line)) : std::nullopt);
  }
  return lines;
}

bool run(std::string_view input) {
  if (input.size() < 2) {
    return false;
  }
  const std::size_t atOnce = 1 + static_cast<unsigned char>(input[0]);
  const auto longest = static_cast<unsigned char>(input[1]);
  input.remove_prefix(2);
  InPieces source(input, atOnce);
  cli::LineReader reader(source, longest);
  std::int64_t number = 0;
  for (const auto& expected : split(input, longest)) {
    const auto line = reader.next();
    check(line.has_value() && line->has_value(), "no line is missing");
    check((*line)->number == ++number, "lines are counted");
    check((*line)->tooLong == !expected.has_value(), "a line is too long, or it is not");
    check((*line)->text == expected.value_or(""), "a line is what stands in it");
  }
  const auto end = reader.next();
  check(end.has_value() && !end->has_value(), "no line is added");
  check(reader.bytesRead() == static_cast<std::int64_t>(input.size()), "bytes are counted");
  return true;
}

const Target kTarget{"import_lines", run};

}  // namespace
}  // namespace caas::kafka::fuzz
