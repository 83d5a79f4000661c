#include "caas/kafka/schema_serde.hpp"

#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/errors.hpp"
#include "schema/codec.hpp"
#include "schema/single_flight.hpp"
#include "schema/wire_format.hpp"

namespace caas::kafka {
namespace {

using CodecPtr = std::shared_ptr<const schema::Codec>;

constexpr std::size_t kCodecs = 1'000;

}  // namespace

bool isFramed(std::string_view value) { return schema::looksFramed(value); }

class SchemaSerde::Impl {
 public:
  explicit Impl(std::shared_ptr<SchemaRegistry> registry)
      : registry_(std::move(registry)),
        // The registry's own cache knows how long a failure is believed.
        codecs_(kCodecs, systemClock(), schema::errorsFor(Milliseconds{0})) {}

  Result<DecodedValue> decode(std::string_view value) {
    CAAS_ASSIGN(const auto framed, schema::unframe(value));
    CAAS_ASSIGN(const auto text, registry_->byId(framed.id));
    CAAS_ASSIGN(const auto codec, codecOf(framed.id));
    const auto decoded = codec->decode(framed.payload);
    if (!decoded) {
      return fail(schema::inSchema(framed.id, decoded.error()));
    }
    return DecodedValue{text->type, framed.id, boost::json::serialize(*decoded)};
  }

  Result<void> encode(int id, std::string_view json, std::string& out, std::string_view message) {
    CAAS_ASSIGN(const auto codec, codecOf(id));
    CAAS_ASSIGN(const auto value, schema::parseJson(json, "the value"));
    const std::size_t before = out.size();
    schema::appendFrame(id, out);
    if (auto encoded = codec->encodeAs(message, value, out); !encoded) {
      out.resize(before);
      return fail(schema::inSchema(id, encoded.error()));
    }
    return {};
  }

  Result<CodecPtr> compile(const SchemaText& text) {
    CAAS_ASSIGN(const auto complete, schema::withReferences(text, *registry_));
    return schema::makeCodec(complete);
  }

 private:
  Result<CodecPtr> codecOf(int id) {
    return codecs_.get(id, [&]() -> Result<CodecPtr> {
      CAAS_ASSIGN(const auto text, registry_->byId(id));
      auto codec = compile(*text);
      if (!codec) {
        return fail(schema::inSchema(id, codec.error()));
      }
      return codec;
    });
  }

  const std::shared_ptr<SchemaRegistry> registry_;
  schema::SingleFlightCache<int, CodecPtr> codecs_;
};

SchemaSerde::SchemaSerde(std::shared_ptr<SchemaRegistry> registry)
    : impl_(std::make_unique<Impl>(std::move(registry))) {}
SchemaSerde::~SchemaSerde() = default;

Result<DecodedValue> SchemaSerde::decode(std::string_view value) { return impl_->decode(value); }
Result<void> SchemaSerde::encode(int schemaId, std::string_view json, std::string& out,
                                 std::string_view message) {
  return impl_->encode(schemaId, json, out, message);
}
Result<void> SchemaSerde::validate(const SchemaText& schema) {
  CAAS_TRY(impl_->compile(schema));
  return {};
}

}  // namespace caas::kafka
