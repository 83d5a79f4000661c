#include <set>
#include <utility>

#include <fmt/format.h>
#include <google/protobuf/descriptor.pb.h>

#include "core/errors.hpp"
#include "schema/compatibility.hpp"
#include "schema/protobuf_schema.hpp"

namespace caas::kafka::schema {
namespace {

namespace pb = google::protobuf;
using Field = pb::FieldDescriptor;

/// Types of one group are written alike (protobuf.dev, "Updating A Message Type").
int groupOf(const Field& field) {
  switch (field.type()) {
    case Field::TYPE_INT32:
    case Field::TYPE_UINT32:
    case Field::TYPE_INT64:
    case Field::TYPE_UINT64:
    case Field::TYPE_BOOL:
    case Field::TYPE_ENUM: return 1;
    case Field::TYPE_SINT32:
    case Field::TYPE_SINT64: return 2;
    case Field::TYPE_FIXED32:
    case Field::TYPE_SFIXED32: return 3;
    case Field::TYPE_FIXED64:
    case Field::TYPE_SFIXED64: return 4;
    case Field::TYPE_STRING:
    case Field::TYPE_BYTES: return 5;
    default: return 100 + field.type();
  }
}

/// The name within the file's package: a package that changed is told once.
std::string localName(const pb::Descriptor& type) {
  const auto& package = type.file()->package();
  return package.empty() ? type.full_name() : type.full_name().substr(package.size() + 1);
}

std::string nameOf(const Field& field) {
  std::string name = field.type() == Field::TYPE_MESSAGE ? field.message_type()->full_name()
                                                         : std::string(field.type_name());
  return field.is_repeated() ? "repeated " + name : name;
}

class Comparison {
 public:
  Breaks run(const pb::FileDescriptor& writer, const pb::FileDescriptor& reader) {
    if (writer.package() != reader.package()) {
      breaks_.push_back(
          fmt::format("package '{}' became '{}'", writer.package(), reader.package()));
    }
    for (int i = 0; i < writer.message_type_count(); ++i) {
      const auto& written = *writer.message_type(i);
      pair(written, reader.FindMessageTypeByName(written.name()));
    }
    return std::move(breaks_);
  }

 private:
  void pair(const pb::Descriptor& writer, const pb::Descriptor* reader) {
    if (reader == nullptr) {
      breaks_.push_back(fmt::format("message {} is gone", localName(writer)));
      return;
    }
    compare(writer, *reader);
    for (int i = 0; i < writer.nested_type_count(); ++i) {
      const auto& nested = *writer.nested_type(i);
      // A map's entry goes with its field.
      if (!nested.options().map_entry()) {
        pair(nested, reader->FindNestedTypeByName(nested.name()));
      }
    }
  }

  void compare(const pb::Descriptor& writer, const pb::Descriptor& reader) {
    if (!done_.insert({&writer, &reader}).second) {
      return;
    }
    for (int i = 0; i < writer.field_count(); ++i) {
      const auto& written = *writer.field(i);
      if (const auto* read = reader.FindFieldByNumber(written.number())) {
        compare(written, *read);
      }
    }
    for (int i = 0; i < reader.field_count(); ++i) {
      const auto& read = *reader.field(i);
      const auto* written = writer.FindFieldByNumber(read.number());
      if (read.is_required() && (written == nullptr || !written->is_required())) {
        add(read, "required, and may have been written without it");
      }
    }
  }

  void compare(const Field& written, const Field& read) {
    const bool messages =
        written.type() == Field::TYPE_MESSAGE && read.type() == Field::TYPE_MESSAGE;
    const bool otherMessage =
        messages && localName(*written.message_type()) != localName(*read.message_type()) &&
        !(written.is_map() && read.is_map());
    // Of many texts or messages the last, or all, can be read; numbers may be packed.
    const bool otherCount = written.is_repeated() != read.is_repeated() && groupOf(read) < 5;
    if (groupOf(written) != groupOf(read) || otherMessage || otherCount ||
        written.is_map() != read.is_map()) {
      add(read, fmt::format("written as {}, read as {}", nameOf(written), nameOf(read)));
    } else if (messages) {
      compare(*written.message_type(), *read.message_type());
    }
  }

  void add(const Field& field, std::string_view what) {
    breaks_.push_back(fmt::format("at {}.{} (field {}): {}", localName(*field.containing_type()),
                                  field.name(), field.number(), what));
  }

  Breaks breaks_;
  std::set<std::pair<const pb::Descriptor*, const pb::Descriptor*>> done_;
};

}  // namespace

Result<Breaks> protobufBreaks(const CompleteSchema& writer, const CompleteSchema& reader) {
  CAAS_ASSIGN(const auto written, ProtobufSchema::parse(writer));
  CAAS_ASSIGN(const auto read, ProtobufSchema::parse(reader));
  return Comparison().run(written->file(), read->file());
}

}  // namespace caas::kafka::schema
