#include "cli/line_reader.hpp"

#include <array>
#include <sstream>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "cli/tenant_list.hpp"

namespace caas::kafka::cli {
namespace {

/// Gives its bytes in pieces of one size.
class Pieces : public ByteSource {
 public:
  Pieces(std::string text, std::size_t piece) : text_(std::move(text)), piece_(piece) {}
  Result<std::size_t> read(std::span<char> space) override {
    const auto count = std::min({piece_, space.size(), text_.size() - at_});
    text_.copy(space.data(), count, at_);
    at_ += count;
    return count;
  }

 private:
  std::string text_;
  std::size_t piece_;
  std::size_t at_ = 0;
};

struct Seen {
  std::int64_t number;
  std::string text;
  bool tooLong;
  bool operator==(const Seen&) const = default;
};

std::vector<Seen> readAll(std::string text, std::size_t maxLineBytes = 100, std::size_t piece = 7) {
  Pieces source{std::move(text), piece};
  LineReader reader{source, maxLineBytes};
  std::vector<Seen> seen;
  while (true) {
    const auto line = reader.next();
    EXPECT_TRUE(line);
    if (!line || !*line) {
      return seen;
    }
    seen.push_back({(*line)->number, std::string{(*line)->text}, (*line)->tooLong});
  }
}

TEST(CliLineReader, LinesWithAndWithoutEnd) {
  const std::vector<Seen> expected{{1, "one", false}, {2, "", false}, {3, "three", false}};
  for (const std::size_t piece : {1, 2, 3, 100}) {
    EXPECT_EQ(readAll("one\n\nthree\n", 100, piece), expected);
    EXPECT_EQ(readAll("one\r\n\r\nthree", 100, piece), expected);
  }
  EXPECT_TRUE(readAll("").empty());
}

TEST(CliLineReader, ByteOrderMarkIsDropped) {
  EXPECT_EQ(readAll("\xef\xbb\xbfx\n\xef\xbb\xbfy\n"),
            (std::vector<Seen>{{1, "x", false}, {2, "\xef\xbb\xbfy", false}}));
}

TEST(CliLineReader, ByteOrderMarkThatComesInPiecesIsDropped) {
  for (const std::size_t piece : {1, 2}) {
    EXPECT_EQ(readAll("\xef\xbb\xbfx\n", 100, piece), (std::vector<Seen>{{1, "x", false}}));
    EXPECT_EQ(readAll("\n\xef\xbb\xbf\n", 100, piece),
              (std::vector<Seen>{{1, "", false}, {2, "\xef\xbb\xbf", false}}));
    EXPECT_EQ(readAll("\xef\xbb", 100, piece), (std::vector<Seen>{{1, "\xef\xbb", false}}));
  }
  EXPECT_EQ(readAll("\xef\xbb\xbf\n", 0, 1), (std::vector<Seen>{{1, "", false}}));
}

TEST(CliLineReader, LongLineIsSkippedAndTheNextIsRead) {
  const std::string longLine(1'000, 'x');
  EXPECT_EQ(readAll("a\n" + longLine + "\nb\n"),
            (std::vector<Seen>{{1, "a", false}, {2, "", true}, {3, "b", false}}));
  EXPECT_EQ(readAll(longLine), (std::vector<Seen>{{1, "", true}}));
}

TEST(CliLineReader, TheLimitItselfIsAllowed) {
  const std::string full(100, 'x');
  EXPECT_EQ(readAll(full + "\n" + full + "y\n"),
            (std::vector<Seen>{{1, full, false}, {2, "", true}}));
}

TEST(CliLineReader, BinaryBytesPass) {
  const std::string bytes{"\0\xff\x01", 3};
  EXPECT_EQ(readAll(bytes + "\n"), (std::vector<Seen>{{1, bytes, false}}));
}

TEST(CliLineReader, MissingFileIsNamed) {
  const NoInterrupt nobody;
  const auto source = FdSource::open("/nonexistent/input", nobody);
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().code, ErrorCode::kIo);
  EXPECT_NE(source.error().message.find("/nonexistent/input"), std::string::npos);
}

TEST(CliLineReader, AFolderIsNoInput) {
  const NoInterrupt nobody;
  const auto source = FdSource::open("/", nobody);
  ASSERT_TRUE(source);
  std::array<char, 16> space{};
  const auto count = (*source)->read(space);
  ASSERT_FALSE(count);
  EXPECT_EQ(count.error().code, ErrorCode::kIo);
}

/// Asked already.
class Asked : public NoInterrupt {
 public:
  [[nodiscard]] int count() const override { return 1; }
};

TEST(CliLineReader, InterruptEndsAReadThatWouldWaitForEver) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const Asked asked;
  FdSource source{pipe[0], "a pipe", asked};
  std::array<char, 16> space{};
  EXPECT_EQ(source.read(space), 0U);
  ::close(pipe[0]);
  ::close(pipe[1]);
}

TEST(CliTenantList, CommentsBlanksAndRepeats) {
  std::istringstream in{"# all of them\nacme\n  globex \t# the other\r\n\nacme\na.b\n"};
  std::ostringstream out;
  const CliContext context{.in = in, .out = out, .err = out};
  const auto list = TenantList::read(context, "-");
  ASSERT_TRUE(list);
  EXPECT_EQ(list->ids, (std::vector<std::string>{"acme", "globex", "a.b"}));
  EXPECT_EQ(list->repeated, 1);
  EXPECT_EQ(list->lineOf("globex"), 3);
  EXPECT_EQ(list->lineOf("a.b"), 6);
  EXPECT_EQ(TenantList::ofArguments({"x", "x"}).lineOf("x"), std::nullopt);
}

TEST(CliTenantList, ABinaryFileIsRefused) {
  std::istringstream in{std::string(10'000, 'x')};
  std::ostringstream out;
  const CliContext context{.in = in, .out = out, .err = out};
  const auto list = TenantList::read(context, "-");
  ASSERT_FALSE(list);
  EXPECT_NE(list.error().message.find("line 1"), std::string::npos);
}

}  // namespace
}  // namespace caas::kafka::cli
