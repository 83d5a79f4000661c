// Built-in events as Protobuf: written by their schema's field numbers.

#include <fmt/format.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/wire_format_lite.h>

#include "core/errors.hpp"
#include "produce/event_formats.hpp"
#include "produce/event_protobuf_fields.hpp"
#include "schema/protobuf_schema.hpp"

namespace caas::kafka::produce {
namespace {

namespace pb = google::protobuf;
using Wire = pb::internal::WireFormatLite;

void appendVarint(std::uint64_t value, std::string& out) {
  while (value >= 0x80) {
    out += static_cast<char>(value | 0x80U);
    value >>= 7U;
  }
  out += static_cast<char>(value);
}
void appendTag(int number, Wire::WireType type, std::string& out) {
  appendVarint(Wire::MakeTag(number, type), out);
}
void appendBytes(int number, std::string_view bytes, std::string& out) {
  appendTag(number, Wire::WIRETYPE_LENGTH_DELIMITED, out);
  appendVarint(bytes.size(), out);
  out += bytes;
}
std::size_t sizeOfText(std::string_view text) {
  return 1 + pb::io::CodedOutputStream::VarintSize64(text.size()) + text.size();
}

/// One field, as Protobuf's own serializer has it in its deterministic form.
struct ValueWriter {
  int number;
  bool hasPresence;
  std::string& out;

  void operator()(std::monostate) const {}
  void operator()(std::string_view text) const {
    if (hasPresence || !text.empty()) {
      appendBytes(number, text, out);
    }
  }
  void operator()(bool value) const {
    if (hasPresence || value) {
      appendTag(number, Wire::WIRETYPE_VARINT, out);
      out += value ? '\1' : '\0';
    }
  }
  void operator()(Timestamp time) const {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    const auto nanos = std::chrono::nanoseconds(time - seconds).count();
    std::array<char, 24> bytes;
    auto* end = reinterpret_cast<std::uint8_t*>(bytes.data());
    const auto add = [&](int field, std::int64_t value) {
      if (value != 0) {
        end = Wire::WriteInt64ToArray(field, value, end);
      }
    };
    add(pb::Timestamp::kSecondsFieldNumber, seconds.time_since_epoch().count());
    add(pb::Timestamp::kNanosFieldNumber, nanos);
    const auto size = static_cast<std::size_t>(reinterpret_cast<char*>(end) - bytes.data());
    appendBytes(number, {bytes.data(), size}, out);
  }
  void operator()(const StringMap* map) const {
    for (const auto& [name, text] : *map) {
      appendTag(number, Wire::WIRETYPE_LENGTH_DELIMITED, out);
      appendVarint(sizeOfText(name) + sizeOfText(text), out);
      appendBytes(1, name, out);
      appendBytes(2, text, out);
    }
  }
};

class ProtobufEventWriter final : public EventWriter {
 public:
  struct Step {
    int number = 0;
    bool hasPresence = false;
  };

  ProtobufEventWriter(std::string indexes, std::vector<Step> steps)
      : indexes_(std::move(indexes)), steps_(std::move(steps)) {}

  Result<void> write(const EventView& event, std::string& out) const override {
    out += indexes_;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      std::visit(ValueWriter{steps_[i].number, steps_[i].hasPresence, out}, event.fields[i]);
    }
    return {};
  }

 private:
  const std::string indexes_;
  const std::vector<Step> steps_;  ///< for each field, ascending by number
};

}  // namespace

Result<EventWriterPtr> makeProtobufEventWriter(const EventTypeInfo& info,
                                               const SchemaText& schema) {
  CAAS_ASSIGN(const auto parsed, schema::ProtobufSchema::parse({.schema = schema}));
  const auto& type = *parsed->file().message_type(0);
  if (static_cast<std::size_t>(type.field_count()) != info.fields.size()) {
    return fail(
        schemaMisfit(info, fmt::format("a message of {} fields is needed", info.fields.size())));
  }
  std::vector<ProtobufEventWriter::Step> steps;
  for (int i = 0; i < type.field_count(); ++i) {
    const auto& field = *type.field(i);
    const auto& ours = info.fields[static_cast<std::size_t>(i)];
    const bool ascending = steps.empty() || field.number() > steps.back().number;
    if (field.json_name() != ours.name || !ascending ||
        directKindOf(field, ours.kind) != naturalKind(ours.kind)) {
      return fail(schemaMisfit(
          info, fmt::format("field {} is not '{}' as it should be", field.name(), ours.name)));
    }
    // A word that is missing would come back as an empty one.
    const bool mayBeMissing = !ours.required && !ours.generatedId && !ours.mayBeEmpty;
    if (ours.kind == FieldKind::kString && mayBeMissing && !field.has_presence()) {
      return fail(schemaMisfit(info, fmt::format("field {} is not optional", field.name())));
    }
    steps.push_back({field.number(), field.has_presence()});
  }
  std::string indexes;
  schema::appendMessageIndexes(schema::indexesOf(type), indexes);
  return std::make_unique<const ProtobufEventWriter>(std::move(indexes), std::move(steps));
}

}  // namespace caas::kafka::produce
