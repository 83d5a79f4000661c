// Changes of an Avro schema at every level of compatibility: what we say beforehand is what the
// registry does. Whose verdict it is (backward, forward) is the specification's (Avro 1.12, "Schema
// Resolution").
#include <fstream>
#include <memory>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "caas/kafka/schema_serde.hpp"
#include "integration/cli_fixture.hpp"

namespace caas::kafka::test {
namespace {

using ::testing::HasSubstr;

/// `backward`: the new schema reads what the old one wrote; `forward`: the other way round.
struct Change {
  std::string_view what;
  std::string_view before;
  std::string_view after;
  bool backward = false;
  bool forward = false;
};

constexpr std::string_view kOne = R"({"name":"a","type":"int"})";

/// Of the one field of a record.
const std::vector<Change>& typeChanges() {
  static const std::vector<Change> kChanges{
      {"int to long", R"("int")", R"("long")", true, false},
      {"long to int", R"("long")", R"("int")", false, true},
      {"float to double", R"("float")", R"("double")", true, false},
      {"long to float", R"("long")", R"("float")", true, false},
      {"int to string", R"("int")", R"("string")", false, false},
      {"string to bytes", R"("string")", R"("bytes")", true, true},
      {"into a union", R"("string")", R"(["null","string"])", true, false},
      {"out of a union", R"(["null","string"])", R"("string")", false, true},
      {"another branch", R"(["null","int"])", R"(["null","int","string"])", true, false},
      {"a branch less", R"(["null","int","string"])", R"(["null","string"])", false, true},
      {"branches in another order", R"(["null","int"])", R"(["int","null"])", true, true},
      {"a symbol more", R"({"type":"enum","name":"E","symbols":["A"]})",
       R"({"type":"enum","name":"E","symbols":["A","B"]})", true, false},
      {"a symbol more, with a default",
       R"({"type":"enum","name":"E","symbols":["A"],"default":"A"})",
       R"({"type":"enum","name":"E","symbols":["A","B"],"default":"A"})", true, true},
      {"a symbol less", R"({"type":"enum","name":"E","symbols":["A","B"]})",
       R"({"type":"enum","name":"E","symbols":["A"]})", false, true},
      {"a symbol less, with a default", R"({"type":"enum","name":"E","symbols":["A","B"]})",
       R"({"type":"enum","name":"E","symbols":["A"],"default":"A"})", true, true},
      {"an enum's name", R"({"type":"enum","name":"E","symbols":["A"]})",
       R"({"type":"enum","name":"F","symbols":["A"]})", false, false},
      {"a fixed's size", R"({"type":"fixed","name":"H","size":4})",
       R"({"type":"fixed","name":"H","size":5})", false, false},
      {"items of an array", R"({"type":"array","items":"int"})",
       R"({"type":"array","items":"long"})", true, false},
      {"values of a map", R"({"type":"map","values":"double"})",
       R"({"type":"map","values":"float"})", false, true},
      {"a map to an array", R"({"type":"map","values":"int"})", R"({"type":"array","items":"int"})",
       false, false},
      {"a field of a record within",
       R"({"type":"record","name":"I","fields":[{"name":"x","type":"int"}]})",
       R"({"type":"record","name":"I","fields":[{"name":"x","type":"int"},{"name":"y","type":"int"}]})",
       false, true}};
  return kChanges;
}

/// Of the fields of a record.
const std::vector<Change>& fieldChanges() {
  static const std::vector<Change> kChanges{
      {"nothing", kOne, kOne, true, true},
      {"a field with a default", kOne,
       R"({"name":"a","type":"int"},{"name":"b","type":"int","default":0})", true, true},
      {"a field without one", kOne, R"({"name":"a","type":"int"},{"name":"b","type":"int"})", false,
       true},
      {"a field less that had a default",
       R"({"name":"a","type":"int"},{"name":"b","type":"int","default":0})", kOne, true, true},
      {"a field less that had none", R"({"name":"a","type":"int"},{"name":"b","type":"int"})", kOne,
       true, false},
      {"a field's name", kOne, R"({"name":"z","type":"int"})", false, false},
      {"a field's name, with an alias", kOne, R"({"name":"z","aliases":["a"],"type":"int"})", true,
       false},
      {"another default", R"({"name":"a","type":"int","default":1})",
       R"({"name":"a","type":"int","default":2})", true, true},
      {"fields in another order", R"({"name":"a","type":"int"},{"name":"b","type":"int"})",
       R"({"name":"b","type":"int"},{"name":"a","type":"int"})", true, true}};
  return kChanges;
}

std::string recordOf(std::string_view fields) {
  return fmt::format(R"({{"type":"record","name":"R","namespace":"t","fields":[{}]}})", fields);
}

std::vector<std::pair<Change, std::pair<std::string, std::string>>> allChanges() {
  std::vector<std::pair<Change, std::pair<std::string, std::string>>> all;
  for (const auto& change : fieldChanges()) {
    all.emplace_back(change, std::pair{recordOf(change.before), recordOf(change.after)});
  }
  for (const auto& change : typeChanges()) {
    const auto record = [](std::string_view type) {
      return recordOf(fmt::format(R"({{"name":"f","type":{}}})", type));
    };
    all.emplace_back(change, std::pair{record(change.before), record(change.after)});
  }
  return all;
}

bool allowed(Compatibility level, bool backward, bool forward) {
  switch (level) {
    case Compatibility::kNone: return true;
    case Compatibility::kBackward:
    case Compatibility::kBackwardTransitive: return backward;
    case Compatibility::kForward:
    case Compatibility::kForwardTransitive: return forward;
    case Compatibility::kFull:
    case Compatibility::kFullTransitive: return backward && forward;
  }
  return false;
}

constexpr Compatibility kLevels[] = {Compatibility::kNone,
                                     Compatibility::kBackward,
                                     Compatibility::kBackwardTransitive,
                                     Compatibility::kForward,
                                     Compatibility::kForwardTransitive,
                                     Compatibility::kFull,
                                     Compatibility::kFullTransitive};

class Changes : public CliTool {
 protected:
  Changes() : registry_(must(SchemaRegistry::create(testSettings().schemaRegistry))) {}

  /// A subject with these versions, at that level.
  std::string subjectWith(const std::vector<std::string>& versions, Compatibility level) {
    auto subject = uniqueTopic("change");
    must(registry_->setCompatibility(Compatibility::kNone, subject));
    for (const auto& text : versions) {
      must(registry_->registerSchema(subject, {.text = text}));
    }
    must(registry_->setCompatibility(level, subject));
    return subject;
  }

  CompatibilityVerdict ours(Compatibility level, const std::string& subject,
                            const std::string& candidate) {
    std::vector<RegisteredSchema> versions;
    for (const int number : must(registry_->versions(subject))) {
      versions.push_back(must(registry_->version(subject, number)));
    }
    return must(checkCompatibility(level, {.text = candidate}, versions));
  }

  std::shared_ptr<SchemaRegistry> registry_;
};

TEST_F(Changes, OurVerdictIsTheRegistrysAtEveryLevel) {
  for (const auto& [change, texts] : allChanges()) {
    for (const auto level : kLevels) {
      SCOPED_TRACE(fmt::format("{} at {}", change.what, toString(level)));
      const bool expected = allowed(level, change.backward, change.forward);
      const auto subject = subjectWith({texts.first}, level);
      const auto mine = ours(level, subject, texts.second);
      EXPECT_EQ(mine.compatible, expected);
      EXPECT_EQ(mine.reasons.empty(), expected);
      EXPECT_EQ(must(registry_->check(subject, {.text = texts.second})).compatible, expected);
      const auto registered = registry_->registerSchema(subject, {.text = texts.second});
      EXPECT_EQ(registered.has_value(), expected);
      if (!registered) {
        EXPECT_EQ(registered.error().code, ErrorCode::kInvalidArgument);
        EXPECT_THAT(registered.error().message, HasSubstr("not compatible"));
      }
    }
  }
}

TEST_F(Changes, TransitiveLevelsLookAtEveryVersion) {
  const auto v1 = recordOf(kOne);
  const auto v2 = recordOf(R"({"name":"a","type":"int"},{"name":"b","type":"int","default":0})");
  // Reads version 2 and not version 1.
  const auto now = recordOf(R"({"name":"a","type":"int"},{"name":"b","type":"int"})");
  for (const auto level : kLevels) {
    SCOPED_TRACE(toString(level));
    const bool expected =
        level != Compatibility::kBackwardTransitive && level != Compatibility::kFullTransitive;
    const auto subject = subjectWith({v1, v2}, level);
    const auto mine = ours(level, subject, now);
    EXPECT_EQ(mine.compatible, expected);
    if (!expected) {
      EXPECT_THAT(mine.reasons.at(0), HasSubstr("version 1: at b: "));
    }
    EXPECT_EQ(registry_->registerSchema(subject, {.text = now}).has_value(), expected);
  }
}

TEST_F(Changes, SchemasCheckRefusesABreakingOneWithThePlaceAndTheReason) {
  int refused = 0;
  for (const auto& [change, texts] : allChanges()) {
    if (change.backward && change.forward) {
      continue;
    }
    SCOPED_TRACE(change.what);
    const auto subject = subjectWith({texts.first}, Compatibility::kFull);
    const auto file = folder() / "candidate.avsc";
    std::ofstream(file) << texts.second;
    const auto checked = run({"schemas", "check", subject, "--file", file});
    EXPECT_EQ(checked.exitCode, 3) << checked.err;
    EXPECT_THAT(checked.out, HasSubstr(subject + " not compatible"));
    EXPECT_THAT(checked.out, HasSubstr("version 1: at "));
    const auto registered = run({"schemas", "register", subject, "--file", file});
    EXPECT_EQ(registered.exitCode, 2) << registered.out;
    EXPECT_THAT(registered.err, HasSubstr("not compatible"));
    ++refused;
  }
  EXPECT_GE(refused, 15);
}

}  // namespace
}  // namespace caas::kafka::test
