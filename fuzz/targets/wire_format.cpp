// needs: core/*.cpp schema/wire_format.cpp
#include "schema/wire_format.hpp"

#include <string>

#include "target.hpp"

namespace caas::kafka::fuzz {
namespace {

bool run(std::string_view input) {
  const auto framed = schema::unframe(input);
  if (!accepted(framed)) {
    return false;
  }
  std::string again;
  schema::appendFrame(framed->id, again);
  again += framed->payload;
  check(again == input, "a frame is written as it was read");

  auto payload = framed->payload;
  const auto indexes = schema::takeMessageIndexes(payload);
  if (!accepted(indexes)) {
    return false;
  }
  check(!indexes->empty() && indexes->size() <= schema::kMostMessageIndexes,
        "message indexes are one to kMostMessageIndexes");
  std::string written;
  schema::appendMessageIndexes(*indexes, written);
  // [0] may be written at length, and a varint with zeros behind it.
  check(written.size() <= framed->payload.size() - payload.size(), "ours is the shortest form");
  std::string_view rest = written;
  check(schema::takeMessageIndexes(rest) == *indexes && rest.empty(),
        "message indexes are read as they were written");
  return true;
}

const Target kTarget{"wire_format", run};

}  // namespace
}  // namespace caas::kafka::fuzz
