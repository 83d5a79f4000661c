// Built-in events out of Protobuf: a writer's fields are ours where their JSON names are.

#include <algorithm>
#include <limits>
#include <map>
#include <mutex>
#include <vector>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/wire_format_lite.h>

#include "core/errors.hpp"
#include "core/utf8.hpp"
#include "produce/event_formats.hpp"
#include "produce/event_json_value.hpp"
#include "produce/event_protobuf_fields.hpp"
#include "schema/protobuf_schema.hpp"

namespace caas::kafka::produce {
namespace {

namespace pb = google::protobuf;
using Wire = pb::internal::WireFormatLite;

/// Of one message type: where its fields go.
struct MessageMap {
  struct Entry {
    int number = 0;
    std::size_t place = 0;  ///< among our fields
    DirectKind kind = DirectKind::kNone;
    bool hasPresence = false;
    std::string name;  ///< in the .proto file
  };
  std::vector<Entry> entries{};
  bool direct = true;
  std::string messageName{};

  [[nodiscard]] const Entry* find(int number) const {
    const auto found = std::ranges::find(entries, number, &Entry::number);
    return found == entries.end() ? nullptr : &*found;
  }
};

MessageMap mapOf(const EventTypeInfo& info, const pb::Descriptor& type) {
  MessageMap map{.messageName = type.full_name()};
  for (int i = 0; i < type.field_count(); ++i) {
    const auto& field = *type.field(i);
    const auto ours = std::ranges::find(info.fields, field.json_name(), &EventField::name);
    if (ours == info.fields.end()) {
      continue;
    }
    const auto kind = directKindOf(field, ours->kind);
    map.direct = map.direct && kind != DirectKind::kNone;
    map.entries.push_back({.number = field.number(),
                           .place = static_cast<std::size_t>(ours - info.fields.begin()),
                           .kind = kind,
                           .hasPresence = field.has_presence(),
                           .name = field.name()});
  }
  return map;
}

/// A message's bytes → fields. Whatever a length claims is held against what is there.
class DirectReader {
 public:
  DirectReader(std::string_view bytes, const MessageMap& map, EventTarget& event)
      : in_(reinterpret_cast<const std::uint8_t*>(bytes.data()), static_cast<int>(bytes.size())),
        map_(map),
        event_(event) {
    in_.PushLimit(static_cast<int>(bytes.size()));
  }

  /// False: the bytes are no such message.
  bool run() {
    return fields([this](std::uint32_t tag) {
      const auto* entry = map_.find(Wire::GetTagFieldNumber(tag));
      const bool ours = entry != nullptr && Wire::GetTagWireType(tag) == wireTypeOf(entry->kind);
      return ours ? read(*entry) : Wire::SkipField(&in_, tag);
    });
  }

 private:
  static constexpr std::uint32_t kKey = Wire::MakeTag(1, Wire::WIRETYPE_LENGTH_DELIMITED);
  static constexpr std::uint32_t kValue = Wire::MakeTag(2, Wire::WIRETYPE_LENGTH_DELIMITED);
  static constexpr std::uint32_t kSeconds = Wire::MakeTag(1, Wire::WIRETYPE_VARINT);
  static constexpr std::uint32_t kNanos = Wire::MakeTag(2, Wire::WIRETYPE_VARINT);

  static Wire::WireType wireTypeOf(DirectKind kind) {
    return kind == DirectKind::kBool || kind == DirectKind::kMillis
               ? Wire::WIRETYPE_VARINT
               : Wire::WIRETYPE_LENGTH_DELIMITED;
  }

  bool read(const MessageMap::Entry& entry) {
    std::uint64_t number = 0;
    switch (entry.kind) {
      case DirectKind::kString: return text(event_.text(entry.place));
      case DirectKind::kBool:
        if (in_.ReadVarint64(&number)) {
          event_.flag(entry.place, number != 0);
          return true;
        }
        return false;
      case DirectKind::kMillis:
        if (in_.ReadVarint64(&number)) {
          event_.time(entry.place,
                      Timestamp(std::chrono::milliseconds(static_cast<std::int64_t>(number))));
          return true;
        }
        return false;
      case DirectKind::kTimestamp: return time(entry.place);
      case DirectKind::kStringMap: return mapEntry(entry.place);
      case DirectKind::kNone: break;
    }
    return false;
  }

  /// All up to the limit.
  template <class Field>
  bool fields(Field&& field) {
    while (const auto tag = in_.ReadTag()) {
      if (!field(tag)) {
        return false;
      }
    }
    return in_.ConsumedEntireMessage() && in_.BytesUntilLimit() == 0;
  }

  /// Of a message within it.
  template <class Field>
  bool nested(Field&& field) {
    int size = 0;
    if (!length(size)) {
      return false;
    }
    const auto limit = in_.PushLimit(size);
    if (!fields(field)) {
      return false;
    }
    in_.PopLimit(limit);
    return true;
  }

  bool length(int& size) { return in_.ReadVarintSizeAsInt(&size) && size <= in_.BytesUntilLimit(); }
  bool text(std::string& out) {
    int size = 0;
    return length(size) && in_.ReadString(&out, size) && isUtf8(out);
  }

  bool time(std::size_t place) {
    if (!event_.has(place)) {
      seconds_ = nanos_ = 0;  // A message that comes in two parts is both.
    }
    const bool done = nested([this](std::uint32_t tag) {
      if (tag != kSeconds && tag != kNanos) {
        return Wire::SkipField(&in_, tag);
      }
      std::uint64_t number = 0;
      const bool there = in_.ReadVarint64(&number);
      (tag == kSeconds ? seconds_ : nanos_) = static_cast<std::int64_t>(number);
      return there;
    });
    constexpr std::int64_t kFirst = -62'135'596'800;  // the year 1, as Protobuf has it
    constexpr std::int64_t kLast = 253'402'300'799;   // and 9999
    if (!done || seconds_ < kFirst || seconds_ > kLast || nanos_ < 0 || nanos_ > 999'999'999) {
      return false;
    }
    event_.time(place,
                Timestamp(std::chrono::seconds(seconds_) +
                          std::chrono::floor<Milliseconds>(std::chrono::nanoseconds(nanos_))));
    return true;
  }

  bool mapEntry(std::size_t place) {
    std::string name;
    std::string value;
    const bool done = nested([&](std::uint32_t tag) {
      return tag == kKey ? text(name) : tag == kValue ? text(value) : Wire::SkipField(&in_, tag);
    });
    if (done) {
      event_.map(place).insert_or_assign(std::move(name), std::move(value));
    }
    return done;
  }

  pb::io::CodedInputStream in_;
  const MessageMap& map_;
  EventTarget& event_;
  std::int64_t seconds_ = 0;
  std::int64_t nanos_ = 0;
};

class ProtobufEventReader final : public EventReader {
 public:
  ProtobufEventReader(const EventTypeInfo& info,
                      std::shared_ptr<const schema::ProtobufSchema> schema,
                      std::shared_ptr<const schema::Codec> codec)
      : info_(info),
        schema_(std::move(schema)),
        codec_(std::move(codec)),
        first_(mapOf(info, *schema_->file().message_type(0))) {}

  Result<void> read(std::string_view payload, EventTarget& event) const override {
    const auto whole = payload;
    CAAS_ASSIGN(const auto* map, mapFor(payload));
    if (payload.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
      return fail(errors::invalidArgument("the value is longer than a Protobuf message may be"));
    }
    if (!map->direct) {
      CAAS_TRY(readShown(*map, whole, event));
    } else if (!DirectReader(payload, *map, event).run()) {
      return fail(errors::invalidArgument(
          fmt::format("{} bytes are no {}", payload.size(), map->messageName)));
    }
    complete(*map, event);
    return checkRequired(event);
  }

 private:
  Result<const MessageMap*> mapFor(std::string_view& payload) const {
    if (payload.starts_with('\0')) {
      payload.remove_prefix(1);
      return &first_;
    }
    CAAS_ASSIGN(const auto indexes, schema::takeMessageIndexes(payload));
    CAAS_ASSIGN(const auto* type, schema_->messageAt(indexes));
    const std::lock_guard lock(mutex_);
    const auto found = others_.find(indexes);
    return found != others_.end() ? &found->second
                                  : &others_.emplace(indexes, mapOf(info_, *type)).first->second;
  }

  /// By way of JSON, which turns numbers, enums and wrapped values into what our fields take.
  Result<void> readShown(const MessageMap& map, std::string_view payload,
                         EventTarget& event) const {
    CAAS_ASSIGN(const auto value, codec_->decode(payload));
    const auto* object = value.if_object();
    for (const auto& entry : map.entries) {
      const auto* found = object == nullptr ? nullptr : object->if_contains(entry.name);
      if (found != nullptr) {
        CAAS_ASSIGN(auto read,
                    readJsonField(info_.type, info_.fields[entry.place], *found, entry.name));
        if (read) {
          event.set(entry.place, *std::move(read));
        }
      }
    }
    return {};
  }

  /// Without presence, what is not on the wire is the empty value, and an empty word or id is none.
  void complete(const MessageMap& map, EventTarget& event) const {
    for (const auto& entry : map.entries) {
      const auto& ours = info_.fields[entry.place];
      if (entry.hasPresence) {
        continue;
      }
      if (ours.kind == FieldKind::kBool && !event.has(entry.place)) {
        event.flag(entry.place, false);
      } else if (ours.kind == FieldKind::kString) {
        const bool there = event.has(entry.place) && !event.text(entry.place).empty();
        if (!there && (ours.required || ours.mayBeEmpty)) {
          event.text(entry.place).clear();
        } else if (!there) {
          event.drop(entry.place);
        }
      }
    }
  }

  const EventTypeInfo& info_;
  const std::shared_ptr<const schema::ProtobufSchema> schema_;
  const std::shared_ptr<const schema::Codec> codec_;
  const MessageMap first_;
  mutable std::mutex mutex_;
  /// By message indexes: no more than the schema has messages.
  mutable std::map<schema::MessageIndexes, MessageMap> others_;
};

}  // namespace

DirectKind directKindOf(const pb::FieldDescriptor& field, FieldKind ours) {
  using Type = pb::FieldDescriptor::Type;
  const bool single = !field.is_repeated();
  switch (ours) {
    case FieldKind::kString:
      return single && field.type() == Type::TYPE_STRING ? DirectKind::kString : DirectKind::kNone;
    case FieldKind::kBool:
      return single && field.type() == Type::TYPE_BOOL ? DirectKind::kBool : DirectKind::kNone;
    case FieldKind::kTimestamp:
      if (single && field.type() == Type::TYPE_MESSAGE &&
          field.message_type()->full_name() == pb::Timestamp::descriptor()->full_name()) {
        return DirectKind::kTimestamp;
      }
      return single && field.type() == Type::TYPE_INT64 && field.has_presence()
                 ? DirectKind::kMillis
                 : DirectKind::kNone;
    case FieldKind::kStringMap:
      return field.is_map() && field.message_type()->map_key()->type() == Type::TYPE_STRING &&
                     field.message_type()->map_value()->type() == Type::TYPE_STRING
                 ? DirectKind::kStringMap
                 : DirectKind::kNone;
  }
  return DirectKind::kNone;
}

DirectKind naturalKind(FieldKind ours) {
  switch (ours) {
    case FieldKind::kString: return DirectKind::kString;
    case FieldKind::kBool: return DirectKind::kBool;
    case FieldKind::kTimestamp: return DirectKind::kTimestamp;
    case FieldKind::kStringMap: return DirectKind::kStringMap;
  }
  return DirectKind::kNone;
}

Result<EventReaderPtr> makeProtobufEventReader(const EventTypeInfo& info,
                                               const schema::CompleteSchema& writer) {
  CAAS_ASSIGN(auto parsed, schema::ProtobufSchema::parse(writer));
  CAAS_ASSIGN(auto codec, schema::makeProtobufCodec(writer));
  return std::make_shared<const ProtobufEventReader>(info, std::move(parsed), std::move(codec));
}

}  // namespace caas::kafka::produce
