#include "http/reason.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace caas::kafka::http {
namespace {

constexpr std::array kReasons{std::pair{200, std::string_view{"OK"}},
                              std::pair{201, std::string_view{"Created"}},
                              std::pair{202, std::string_view{"Accepted"}},
                              std::pair{204, std::string_view{"No Content"}},
                              std::pair{207, std::string_view{"Multi-Status"}},
                              std::pair{304, std::string_view{"Not Modified"}},
                              std::pair{400, std::string_view{"Bad Request"}},
                              std::pair{401, std::string_view{"Unauthorized"}},
                              std::pair{403, std::string_view{"Forbidden"}},
                              std::pair{404, std::string_view{"Not Found"}},
                              std::pair{405, std::string_view{"Method Not Allowed"}},
                              std::pair{406, std::string_view{"Not Acceptable"}},
                              std::pair{408, std::string_view{"Request Timeout"}},
                              std::pair{409, std::string_view{"Conflict"}},
                              std::pair{411, std::string_view{"Length Required"}},
                              std::pair{412, std::string_view{"Precondition Failed"}},
                              std::pair{413, std::string_view{"Content Too Large"}},
                              std::pair{414, std::string_view{"URI Too Long"}},
                              std::pair{415, std::string_view{"Unsupported Media Type"}},
                              std::pair{417, std::string_view{"Expectation Failed"}},
                              std::pair{421, std::string_view{"Misdirected Request"}},
                              std::pair{422, std::string_view{"Unprocessable Content"}},
                              std::pair{429, std::string_view{"Too Many Requests"}},
                              std::pair{431, std::string_view{"Request Header Fields Too Large"}},
                              std::pair{500, std::string_view{"Internal Server Error"}},
                              std::pair{501, std::string_view{"Not Implemented"}},
                              std::pair{502, std::string_view{"Bad Gateway"}},
                              std::pair{503, std::string_view{"Service Unavailable"}},
                              std::pair{504, std::string_view{"Gateway Timeout"}},
                              std::pair{505, std::string_view{"HTTP Version Not Supported"}}};

}  // namespace

std::string_view reasonOf(int status) {
  const auto* found = std::ranges::find(kReasons, status, &std::pair<int, std::string_view>::first);
  return found == kReasons.end() ? "Unknown" : found->second;
}

}  // namespace caas::kafka::http
