#include "caas/kafka/event_decoder.hpp"

#include <atomic>
#include <cstdint>

#include <fmt/format.h>

#include "consume/invoker.hpp"
#include "core/errors.hpp"
#include "produce/event_formats.hpp"
#include "schema/codec.hpp"
#include "schema/single_flight.hpp"
#include "schema/wire_format.hpp"

namespace caas::kafka {
namespace {

constexpr std::size_t kReaders = 1'000;

}  // namespace

class EventDecoder::Impl {
 public:
  explicit Impl(std::shared_ptr<SchemaRegistry> registry)
      : registry_(std::move(registry)),
        // The registry's own cache knows how long a failure is believed.
        readers_(kReaders, systemClock(), schema::errorsFor(Milliseconds{0})) {}

  Result<Event> decode(std::string_view eventType, std::string_view value) {
    const auto* info = produce::findEventType(eventType);
    if (info == nullptr) {
      return fail(
          errors::invalidArgument(fmt::format("'{}' is no built-in event type", eventType),
                                  fmt::format("There are {}", produce::builtInTypeNames())));
    }
    if (!schema::looksFramed(value)) {
      return eventFromJson(eventType, value);
    }
    produce::FieldValues values;
    CAAS_TRY(read(value, produce::targetOf(*info, values)));
    return produce::toEvent(*info, std::move(values));
  }

  template <class E>
  Result<void> decode(std::string_view value, E& typed) {
    if (!schema::looksFramed(value)) {
      CAAS_ASSIGN(const auto event, eventFromJson(produce::EventTable<E>::kType, value));
      return fromEvent(event, typed);
    }
    return read(value, produce::targetOf(typed));
  }

 private:
  Result<void> read(std::string_view value, produce::EventTarget event) {
    if (!registry_) {
      return fail({.code = ErrorCode::kUnsupported,
                   .message = "the value has a schema, and no schema registry was given",
                   .hint = "Make the EventDecoder with a SchemaRegistry"});
    }
    CAAS_ASSIGN(const auto framed, schema::unframe(value));
    CAAS_ASSIGN(const auto* reader, readerOf(framed.id, event.info()));
    if (auto done = reader->read(framed.payload, event); !done) {
      return fail(schema::inSchema(framed.id, std::move(done).error()));
    }
    return {};
  }

  /// Workers that decode side by side would wait for each other at the cache; each of them mostly
  /// reads what it has just read.
  Result<const produce::EventReader*> readerOf(int id, const produce::EventTypeInfo& info) {
    struct Last {
      std::uint64_t decoder = 0;
      int id = 0;
      const produce::EventTypeInfo* info = nullptr;
      produce::EventReaderPtr reader{};
    };
    thread_local Last last;
    if (last.decoder != number_ || last.id != id || last.info != &info) {
      CAAS_ASSIGN(auto reader, readers_.get({id, &info}, [&] { return makeReader(id, info); }));
      last = {number_, id, &info, std::move(reader)};
    }
    return last.reader.get();
  }

  Result<produce::EventReaderPtr> makeReader(int id, const produce::EventTypeInfo& info) {
    CAAS_ASSIGN(const auto text, registry_->byId(id));
    CAAS_ASSIGN(const auto complete, schema::withReferences(*text, *registry_));
    auto reader = produce::makeEventReader(info, complete);
    if (!reader) {
      return fail(schema::inSchema(id, std::move(reader).error()));
    }
    return reader;
  }

  static inline std::atomic<std::uint64_t> numbers_{0};
  const std::uint64_t number_ = ++numbers_;  ///< no other decoder has it
  const std::shared_ptr<SchemaRegistry> registry_;
  /// By schema id and event type.
  schema::SingleFlightCache<std::pair<int, const produce::EventTypeInfo*>, produce::EventReaderPtr>
      readers_;
};

EventDecoder::EventDecoder(std::shared_ptr<SchemaRegistry> registry)
    : impl_(std::make_unique<Impl>(std::move(registry))) {}
EventDecoder::~EventDecoder() = default;

Result<Event> EventDecoder::decode(std::string_view eventType, std::string_view value) const {
  return impl_->decode(eventType, value);
}
Result<void> EventDecoder::decodeInto(std::string_view value, MutableEventRef typed) const {
  return std::visit([&](auto* event) { return impl_->decode(value, *event); }, typed);
}

HandlerResult notDecoded(const Error& error) {
  // A registry that refuses us, or is not there, is repaired; the record is not to blame.
  const bool registrys = error.retriable || error.code == ErrorCode::kAuthentication ||
                         error.code == ErrorCode::kAuthorization ||
                         error.code == ErrorCode::kUnsupported;
  return registrys ? HandlerResult::retry(error.describe(), "schema_registry")
                   : HandlerResult::undecodable(error.describe());
}

HandlerResult notAnEvent() {
  return HandlerResult::undecodable("a tombstone is no event", "tombstone");
}

void placeResults(std::vector<HandlerResult>& results, std::span<const std::size_t> places,
                  std::vector<HandlerResult> answers) {
  if (answers.size() != places.size() && answers.size() != 1) {
    answers = {consume::badBatchResult(answers.size(), places.size())};
  }
  for (std::size_t i = 0; i < places.size(); ++i) {
    results[places[i]] = answers.size() == 1 ? answers.front() : std::move(answers[i]);
  }
}

}  // namespace caas::kafka
