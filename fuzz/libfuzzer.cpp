// One program for all targets: it is the one by whose name it is called.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "target.hpp"

namespace {

using caas::kafka::fuzz::Target;
using caas::kafka::fuzz::targets;

Target::Run run = nullptr;

}  // namespace

extern "C" int LLVMFuzzerInitialize(const int* /*argc*/, char*** argv) {
  std::string_view name = (*argv)[0];
  name = name.substr(name.rfind('/') + 1);
  const auto found = std::ranges::find(targets(), name, &Target::name);
  if (found == targets().end()) {
    std::fprintf(stderr, "no target is called '%.*s'\n", static_cast<int>(name.size()),
                 name.data());
    std::exit(2);
  }
  run = found->run;
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  run({reinterpret_cast<const char*>(data), size});
  return 0;
}
