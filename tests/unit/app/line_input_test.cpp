// Lines come as they are there: none waits for the next, none is lost at a border.
#include "app/line_input.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fcntl.h>
#include <array>
#include <string>
#include <thread>

namespace kenko::app {
namespace {

class Pipe {
 public:
  Pipe() { EXPECT_EQ(::pipe(ends_.data()), 0); }
  ~Pipe() {
    ::close(ends_[0]);
    close();
  }
  void send(const std::string& bytes) const {
    ASSERT_EQ(::write(ends_[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
  void close() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }
  [[nodiscard]] int out() const { return ends_[0]; }

 private:
  std::array<int, 2> ends_{};
};

/// "1:text 2:text", a line that is too long as "3!text".
std::string read(LineInput& input, size_t most) {
  const auto lines = input.read(most);
  EXPECT_TRUE(lines.ok());
  std::string out;
  for (const InputLine& line : *lines) {
    if (!out.empty()) out += ' ';
    out += std::to_string(line.number) + (line.too_long ? "!" : ":") + line.text;
  }
  return out;
}

TEST(LineInputTest, GivesWhatIsThere) {
  Pipe pipe;
  LineInput input(pipe.out());
  pipe.send("a\n");
  EXPECT_EQ(read(input, 10), "1:a") << "it did not wait for more";
  pipe.send("b\n\n  \r\nc\r\nd");
  EXPECT_EQ(read(input, 10), "2:b 5:c");
  pipe.send("e\nf\ng\nh\n");
  EXPECT_EQ(read(input, 2), "6:de 7:f");
  EXPECT_EQ(read(input, 2), "8:g 9:h");
  pipe.send("last");
  pipe.close();
  EXPECT_EQ(read(input, 2), "10:last") << "the last line needs no end";
  EXPECT_EQ(read(input, 2), "");
  EXPECT_EQ(read(input, 2), "");
}

TEST(LineInputTest, OfALineThatIsTooLongTheBeginningIsKept) {
  Pipe pipe;
  LineInput input(pipe.out(), 10);
  pipe.send("12345\n" + std::string(11, 'x') + "\n1234567890\n");
  EXPECT_EQ(read(input, 10), "1:12345 2!xxxxxxxxxxx 3:1234567890");
  pipe.send(std::string(20, 'y'));
  EXPECT_EQ(read(input, 10), "4!" + std::string(20, 'y')) << "said before its end has come";
  pipe.send(std::string(20, 'y') + "\nnext\n");
  EXPECT_EQ(read(input, 10), "5:next");
  pipe.send(std::string(20, 'z'));
  EXPECT_EQ(read(input, 10), "6!" + std::string(20, 'z'));
  pipe.close();
  EXPECT_EQ(read(input, 10), "");
}

TEST(LineInputTest, ManyLinesInPieces) {
  Pipe pipe;
  LineInput input(pipe.out());
  std::string bytes, expected, got;
  for (int64_t number = 1; number <= 30'000; ++number) {
    const std::string text(static_cast<size_t>(number * 7 % 113) + 1, static_cast<char>('a' + number % 26));
    bytes += text + "\n";
    expected += std::to_string(number) + ":" + text + " ";
  }
  std::thread sender([&] {
    for (size_t at = 0; at < bytes.size(); at += 4001) pipe.send(bytes.substr(at, 4001));
    pipe.close();
  });
  for (std::string some = read(input, 7); !some.empty(); some = read(input, 7)) got += some + " ";
  sender.join();
  EXPECT_EQ(got, expected);
}

TEST(LineInputTest, AnInputThatCannotBeReadIsSaid) {
  LineInput input(::open("/", 0));
  EXPECT_EQ(input.read(1).problems()[0].code, "input-failed");
}

}  // namespace
}  // namespace kenko::app
