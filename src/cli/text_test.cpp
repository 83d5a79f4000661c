#include "cli/text.hpp"

#include <sstream>

#include <gtest/gtest.h>

namespace caas::kafka::cli {
namespace {

TEST(CliText, ControlCharactersAreEscaped) {
  EXPECT_EQ(escapeForTerminal("a\x1b[31mred\x07\x7f"), "a\\x1b[31mred\\x07\\x7f");
  EXPECT_EQ(escapeForTerminal("one\ntwo\tthree\r"), "one\\ntwo\\tthree\\r");
  EXPECT_EQ(escapeForTerminal("one\ntwo", true), "one\ntwo");
}

TEST(CliText, C1AndBidirectionalControlsAreEscaped) {
  // U+009B starts an escape sequence in xterm, U+202E turns the line around.
  EXPECT_EQ(escapeForTerminal("\xc2\x9b"), "\\u{9b}");
  EXPECT_EQ(escapeForTerminal("\xe2\x80\xae"), "\\u{202e}");
}

TEST(CliText, BytesThatAreNotUtf8AreShown) {
  EXPECT_EQ(escapeForTerminal("a\xff\xc3(b"), "a\\xff\\xc3(b");
  EXPECT_EQ(escapeForTerminal("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // a surrogate
}

TEST(CliText, PeoplesTextStaysAsItIs) {
  EXPECT_EQ(escapeForTerminal("Grüße, 世界 👋 \\n"), "Grüße, 世界 👋 \\n");
}

TEST(CliText, TableLinesUp) {
  Table table{{"NAME", ">COUNT", "NOTE"}};
  table.add({"a", "7", ""});
  table.add({"längst", "1,234", "x\ny"});
  EXPECT_EQ(table.render(),
            "NAME    COUNT  NOTE\n"
            "a           7\n"
            "längst  1,234  x\\ny\n");
}

TEST(CliText, ColourDoesNotMoveColumns) {
  Table table{{"A", "B"}};
  table.add({Cell{"up", Tone::kGood}, Cell{"x"}});
  EXPECT_EQ(table.render(Style{true}), "\x1b[1mA\x1b[0m   \x1b[1mB\x1b[0m\n\x1b[32mup\x1b[0m  x\n");
}

TEST(CliText, NoColorAndDumbTerminalsGetNone) {
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  CliContext context{.in = in, .out = out, .err = err};
  EXPECT_EQ(Style::forStream(context, true).paint(Tone::kBad, "x"), "\x1b[31mx\x1b[0m");
  EXPECT_EQ(Style::forStream(context, false).paint(Tone::kBad, "x"), "x");
  context.environment["NO_COLOR"] = "1";
  EXPECT_EQ(Style::forStream(context, true).paint(Tone::kBad, "x"), "x");
  context.environment = {{"TERM", "dumb"}};
  EXPECT_EQ(Style::forStream(context, true).paint(Tone::kBad, "x"), "x");
}

TEST(CliText, Numbers) {
  EXPECT_EQ(formatCount(0), "0");
  EXPECT_EQ(formatCount(999), "999");
  EXPECT_EQ(formatCount(1'000), "1,000");
  EXPECT_EQ(formatCount(-1'234'567), "-1,234,567");
  EXPECT_EQ(plural(1, "topic"), "1 topic");
  EXPECT_EQ(plural(0, "topic"), "0 topics");
}

TEST(CliText, Durations) {
  EXPECT_EQ(formatDuration(Milliseconds{7}), "7 ms");
  EXPECT_EQ(formatDuration(Milliseconds{1'250}), "1.2 s");
  EXPECT_EQ(formatDuration(Milliseconds{125'000}), "2 min 5 s");
}

TEST(CliText, WrapsAtSpaces) {
  EXPECT_EQ(wrap("one two three", 9, 2), "one two\n  three");
  EXPECT_EQ(wrap("averylongword b", 5, 0), "averylongword\nb");
}

TEST(CliText, NearestTakesTypingErrorsOnly) {
  EXPECT_EQ(nearest("topcis", {"topics", "tenants"}), "topics");
  EXPECT_EQ(nearest("frobnicate", {"topics", "tenants"}), "");
}

}  // namespace
}  // namespace caas::kafka::cli
