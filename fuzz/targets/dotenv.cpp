// needs: core/*.cpp config/dotenv.cpp config/small_file.cpp config/values.cpp config/enum_names.cpp
#include "config/dotenv.hpp"

#include <string>

#include "target.hpp"

namespace caas::kafka::fuzz {
namespace {

std::string inQuotes(std::string_view value) {
  std::string text = "\"";
  for (const char c : value) {
    switch (c) {
      case '\n': text += "\\n"; break;
      case '\r': text += "\\r"; break;
      case '"':
      case '\\': text += '\\'; [[fallthrough]];
      default: text += c;
    }
  }
  return text + '"';
}

bool run(std::string_view input) {
  const auto read = config::parseDotEnv(input, ".env");
  if (!accepted(read)) {
    return false;
  }
  std::string written;
  for (const auto& [name, value] : read->values) {
    written += name + '=' + inQuotes(value) + '\n';
  }
  const auto again = config::parseDotEnv(written, ".env");
  check(again.has_value() && again->values == read->values, "quoted values are read as they were");
  check(again->warnings.empty(), "each name once is no warning");
  return true;
}

const Target kTarget{"dotenv", run};

}  // namespace
}  // namespace caas::kafka::fuzz
