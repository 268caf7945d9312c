// app/line_input.h
//
// Lines as they come in: whoever sends one and waits for its answer is not kept waiting for the next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace kenko::app {

/// One line.
struct InputLine {
  int64_t number = 0;     ///< counts from 1, empty ones, too
  std::string text;       ///< without the line's end
  bool too_long = false;  ///< longer than can be taken: `text` is its beginning
};

/// Reads lines from an open file, pipe or socket, which stays open.
class LineInput {
 public:
  static constexpr size_t kMaxLine = size_t{16} * 1024 * 1024;

  explicit LineInput(int file, size_t max_line = kMaxLine) : file_(file), max_line_(max_line) {}

  /// The lines that are there, at most `most`; waits for one only when there is none.  Blank lines are counted and left
  /// out.  Empty = the input has ended.  Problem "input-failed".
  [[nodiscard]] Result<std::vector<InputLine>> read(size_t most);

 private:
  enum class Came : uint8_t { some, nothing, end };
  [[nodiscard]] Result<Came> fill(bool wait);
  void take(size_t most, std::vector<InputLine>& out);
  void end_line(size_t end, std::vector<InputLine>& out);

  int file_;
  size_t max_line_;
  std::string buffer_;
  size_t begin_ = 0;    // of the line at hand in the buffer
  size_t scanned_ = 0;  // no line's end before this
  bool skipping_ = false, ended_ = false;
  int64_t number_ = 0;
};

}  // namespace kenko::app
