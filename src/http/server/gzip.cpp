#include "http/server/gzip.hpp"

#include <limits>
#include <zlib.h>

namespace caas::kafka::http {

std::optional<std::string> gzipped(std::string_view text) {
  constexpr int kGzipWrapper = 16 + MAX_WBITS;
  constexpr int kDefaultMemory = 8;
  if (text.size() > std::numeric_limits<uInt>::max()) {
    return std::nullopt;
  }
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzipWrapper, kDefaultMemory,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    return std::nullopt;
  }
  std::string out(text.size(), '\0');
  // zlib's own type: it does not write there.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));  // NOLINT
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const bool smaller = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return smaller ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace caas::kafka::http
