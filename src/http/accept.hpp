#pragma once

#include <string_view>

namespace caas::kafka::http {

/// Does an Accept header (RFC 9110, 12.5.1) take this media type? "" takes everything.
[[nodiscard]] bool accepts(std::string_view acceptHeader, std::string_view mediaType);
/// Does an Accept-Encoding header take gzip? "" does not: nobody asked for it.
[[nodiscard]] bool acceptsGzip(std::string_view acceptEncodingHeader);

}  // namespace caas::kafka::http
