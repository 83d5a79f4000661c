#include "schema/protobuf_file.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <google/protobuf/compiler/parser.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <openssl/evp.h>

#include "core/errors.hpp"

namespace caas::kafka::schema {
namespace {

namespace pb = google::protobuf;

class TextErrors final : public pb::io::ErrorCollector {
 public:
  void AddError(int line, pb::io::ColumnNumber column, const std::string& message) override {
    if (first.empty()) {
      first = fmt::format("line {}, column {}: {}", line + 1, column + 1, message);
    }
  }
  std::string first{};
};

std::unexpected<Error> wrong(std::string_view name, std::string_view what) {
  return fail(
      errors::invalidArgument(fmt::format("the Protobuf schema {} is wrong: {}", name, what)));
}

/// Of a text that could be none of a .proto file, which has spaces and semicolons.
std::optional<std::string> fromBase64(std::string_view text) {
  const auto digit = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
  };
  const auto digits = text.substr(0, text.find('='));
  const auto padding = text.size() - digits.size();
  if (text.empty() || text.size() % 4 != 0 || padding > 2 || !std::ranges::all_of(digits, digit) ||
      text.find_first_not_of('=', digits.size()) != std::string_view::npos) {
    return std::nullopt;
  }
  std::string bytes(text.size() / 4 * 3, '\0');
  // It counts the padding as bytes.
  if (EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      reinterpret_cast<const unsigned char*>(text.data()),
                      static_cast<int>(text.size())) < 0) {
    return std::nullopt;
  }
  bytes.resize(bytes.size() - padding);
  return bytes;
}

}  // namespace

Result<pb::FileDescriptorProto> parseProtobufFile(std::string_view name, std::string_view text) {
  if (text.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    return wrong(name, "it is too long");
  }
  pb::FileDescriptorProto file;
  if (const auto bytes = fromBase64(text); bytes && file.ParseFromString(*bytes)) {
    file.set_name(std::string(name));
    return file;
  }
  file.Clear();
  pb::io::ArrayInputStream stream(text.data(), static_cast<int>(text.size()));
  TextErrors problems;
  pb::io::Tokenizer tokenizer(&stream, &problems);
  pb::compiler::Parser parser;
  parser.RecordErrorsTo(&problems);
  if (!parser.Parse(&tokenizer, &file) || !problems.first.empty()) {
    return wrong(name, problems.first);
  }
  file.set_name(std::string(name));
  return file;
}

}  // namespace caas::kafka::schema
