#include "app/line_input.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/text.h"

namespace kenko::app {
namespace {

constexpr size_t kPiece = size_t{256} * 1024;
constexpr size_t kShown = 2000;

Problem failed(int error) {
  Problem problem;
  problem.code = "input-failed";
  problem.message = fmt::format("the input cannot be read: {}", std::strerror(error));
  problem.hint = "what was acknowledged is stored; send the rest again";
  return problem;
}

}  // namespace

Result<LineInput::Came> LineInput::fill(bool wait) {
  pollfd ready{file_, POLLIN, 0};
  while (true) {
    const int polled = ::poll(&ready, 1, wait ? -1 : 0);
    if (polled == 0) return Came::nothing;
    if (polled < 0 && errno != EINTR) return failed(errno);
    if (polled < 0) continue;
    const size_t before = buffer_.size();
    buffer_.resize(before + kPiece);
    const ssize_t got = ::read(file_, buffer_.data() + before, kPiece);
    const int error = errno;
    buffer_.resize(before + static_cast<size_t>(got > 0 ? got : 0));
    if (got > 0) return Came::some;
    if (got == 0) return Came::end;
    if (error == EAGAIN && !wait) return Came::nothing;
    if (error != EINTR && error != EAGAIN) return failed(error);
  }
}

void LineInput::end_line(size_t end, std::vector<InputLine>& out) {
  const std::string_view text = std::string_view(buffer_).substr(begin_, end - begin_);
  ++number_;
  if (!std::exchange(skipping_, false)) {
    if (text.size() > max_line_) {
      out.push_back({number_, std::string(text.substr(0, kShown)), true});
    } else if (const std::string_view trimmed = text::trim(text); !trimmed.empty()) {
      out.push_back({number_, std::string(trimmed), false});
    }
  }
  begin_ = scanned_ = end + 1;
}

void LineInput::take(size_t most, std::vector<InputLine>& out) {
  while (out.size() < most) {
    const size_t end = buffer_.find('\n', scanned_);
    if (end == std::string::npos) break;
    end_line(end, out);
  }
  if (out.size() < most) scanned_ = buffer_.size();
  if (begin_ == buffer_.size() || begin_ >= kPiece) {
    buffer_.erase(0, begin_);
    scanned_ -= begin_;
    begin_ = 0;
  }
  // What is too long is said when its end has come; until then nothing of it is kept but its beginning.
  if (scanned_ == buffer_.size() && buffer_.size() - begin_ > max_line_) {
    if (!skipping_) out.push_back({number_ + 1, buffer_.substr(begin_, kShown), true});
    skipping_ = true;
    buffer_.clear();
    begin_ = scanned_ = 0;
  }
}

Result<std::vector<InputLine>> LineInput::read(size_t most) {
  std::vector<InputLine> lines;
  while (true) {
    take(most, lines);
    if (lines.size() >= most || ended_) return lines;
    KENKO_TRY(const Came came, fill(lines.empty()));
    if (came == Came::nothing) return lines;
    if (came == Came::some) continue;
    ended_ = true;
    if (begin_ < buffer_.size() || skipping_) end_line(buffer_.size(), lines);
    buffer_.clear();
    begin_ = scanned_ = 0;
  }
}

}  // namespace kenko::app
