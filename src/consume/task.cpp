#include "consume/task.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace caas::kafka {

std::optional<std::string_view> ConsumedRecord::header(std::string_view name) const {
  for (auto at = headers.rbegin(); at != headers.rend(); ++at) {
    if (at->name == name) {
      return at->value;
    }
  }
  return std::nullopt;
}

}  // namespace caas::kafka

namespace caas::kafka::consume {
namespace {

constexpr std::string_view kTypeHeader = "caas.type";

std::size_t bytesOf(const client::FetchedRecord& fetched) {
  std::size_t bytes =
      (fetched.key ? fetched.key->size() : 0) + (fetched.value ? fetched.value->size() : 0);
  for (const auto& header : fetched.headers) {
    bytes += header.name.size() + (header.value ? header.value->size() : 0);
  }
  return bytes;
}

/// Copies texts one behind the other.
class Packer {
 public:
  explicit Packer(char* at) : at_(at) {}
  std::string_view pack(std::string_view text) {
    // An empty view may have no address, and memcpy must not be given none.
    if (!text.empty()) {
      std::memcpy(at_, text.data(), text.size());
    }
    const std::string_view packed(at_, text.size());
    at_ += text.size();
    return packed;
  }
  std::optional<std::string_view> pack(std::optional<std::string_view> text) {
    return text ? std::optional(pack(*text)) : std::nullopt;
  }

 private:
  char* at_;
};

}  // namespace

Task* makeTask(const client::FetchedRecord& fetched) {
  static_assert(alignof(HeaderView) <= alignof(Task));
  static_assert(sizeof(Task) % alignof(HeaderView) == 0);
  const std::size_t headerBytes = fetched.headers.size() * sizeof(HeaderView);
  const std::size_t bytes = bytesOf(fetched);
  auto* const memory = static_cast<char*>(::operator new(sizeof(Task) + headerBytes + bytes));
  auto* const task = new (memory) Task;
  auto* const headers = reinterpret_cast<HeaderView*>(memory + sizeof(Task));
  Packer packer(memory + sizeof(Task) + headerBytes);
  task->bytes = sizeof(Task) + headerBytes + bytes;
  task->record.offset = fetched.offset;
  task->record.timestamp = fetched.timestamp;
  task->record.key = packer.pack(fetched.key);
  task->record.value = packer.pack(fetched.value);
  for (std::size_t i = 0; i < fetched.headers.size(); ++i) {
    const auto& header = fetched.headers[i];
    new (&headers[i]) HeaderView{packer.pack(header.name), packer.pack(header.value)};
    if (header.name == kTypeHeader) {
      task->record.type = headers[i].value.value_or(std::string_view{});
    }
  }
  task->record.headers = {headers, fetched.headers.size()};
  return task;
}

void destroyTask(Task* task) {
  task->~Task();
  ::operator delete(task);
}

}  // namespace caas::kafka::consume
