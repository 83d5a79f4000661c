// Every build runs every target over its seeds and over what once broke it.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "target.hpp"

namespace caas::kafka::fuzz {
namespace {

std::vector<std::filesystem::path> inputsOf(std::string_view target) {
  std::vector<std::filesystem::path> inputs;
  for (const auto* folder : {"corpus", "regressions"}) {
    const auto path = std::filesystem::path(CAAS_SOURCE_DIR) / "fuzz" / folder / target;
    std::error_code missing;
    for (const auto& entry : std::filesystem::directory_iterator(path, missing)) {
      inputs.push_back(entry.path());
    }
  }
  std::ranges::sort(inputs);
  return inputs;
}

class FuzzReplay : public testing::TestWithParam<Target> {};

TEST_P(FuzzReplay, Inputs) {
  const auto inputs = inputsOf(GetParam().name);
  int read = 0;
  for (const auto& input : inputs) {
    std::ifstream file(input, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    ASSERT_TRUE(file) << input;
    // What it finds wrong ends the process, so say first which one it was.
    std::printf("%s\n", input.c_str());
    std::fflush(stdout);
    read += GetParam().run(bytes) ? 1 : 0;
  }
  EXPECT_GT(read, 0) << "fuzz/corpus/" << GetParam().name << " has no seed that is read";
}

INSTANTIATE_TEST_SUITE_P(All, FuzzReplay, testing::ValuesIn(targets()),
                         [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace caas::kafka::fuzz
