#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "support/cluster.hpp"
#include "support/process.hpp"

namespace caas::kafka::test {

/// Runs the binary of this build in a folder of its own, so that no .env of anybody plays in.
class CliTool : public ::testing::Test {
 public:
  CliTool() {
    std::string name = std::filesystem::temp_directory_path() / "caas-cli-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) {
      throw std::runtime_error("cannot make a folder in " + name);
    }
    folder_ = name;
  }
  ~CliTool() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

  ProcessResult run(std::vector<std::string> words, std::string_view input = {},
                    const Environment& environment = {}) const {
    words.insert(words.begin(), caasBinary().string());
    return runProcess(words, environment, input, Milliseconds{120'000}, folder_);
  }
  /// A line for bash.
  ProcessResult shell(const std::string& line) const {
    return runProcess({"bash", "-c", line}, {}, {}, Milliseconds{120'000}, folder_);
  }

  static std::vector<boost::json::object> ndjson(const std::string& text) {
    std::istringstream lines{text};
    std::vector<boost::json::object> objects;
    for (std::string line; std::getline(lines, line);) {
      objects.push_back(boost::json::parse(line).as_object());
    }
    return objects;
  }
  static std::vector<std::string> linesOf(const std::filesystem::path& file) {
    std::ifstream stream{file};
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);) {
      lines.push_back(line);
    }
    return lines;
  }

 private:
  std::filesystem::path folder_;
};

/// A tenant that the tool creates, and deletes at the end.
class CliTenant {
 public:
  CliTenant(const CliTool& tool, std::string_view hint) : tool_(tool), id_(uniqueTenant(hint)) {
    const auto created = tool_.run({"tenants", "create", id_});
    if (created.exitCode != 0) {
      throw std::runtime_error("tenants create " + id_ + ": " + created.err);
    }
  }
  ~CliTenant() {
    const auto deleted = tool_.run({"tenants", "delete", id_, "--yes"});
    EXPECT_EQ(deleted.exitCode, 0) << deleted.err;
  }
  CliTenant(const CliTenant&) = delete;
  CliTenant& operator=(const CliTenant&) = delete;
  [[nodiscard]] const std::string& id() const { return id_; }

 private:
  const CliTool& tool_;
  std::string id_;
};

}  // namespace caas::kafka::test
