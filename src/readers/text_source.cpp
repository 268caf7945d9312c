#include "readers/text_source.h"

#include <fmt/format.h>
#include <iconv.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/text.h"
#include "readers/fault.h"

namespace kenko::readers {
namespace {

constexpr size_t kBlock = 256 * 1024;

bool is_utf8_name(std::string_view name) {
  const std::string low = text::lower(name);
  return low == "utf-8" || low == "utf8" || low == "utf-8-sig" || low == "ascii" || low == "us-ascii";
}

/// UTF-16 without a byte order mark: text in Latin letters has a zero in every second byte.
std::string guess_utf16(std::string_view head) {
  if (head.size() < 4 || head.size() % 2 != 0) head = head.substr(0, head.size() / 2 * 2);
  size_t even = 0, odd = 0;
  for (size_t i = 0; i + 1 < head.size(); i += 2) {
    even += head[i] == '\0' ? 1 : 0;
    odd += head[i + 1] == '\0' ? 1 : 0;
  }
  const size_t pairs = head.size() / 2;
  if (pairs < 8) return "";
  if (odd * 10 > pairs * 4 && even == 0) return "UTF-16LE";
  if (even * 10 > pairs * 4 && odd == 0) return "UTF-16BE";
  return "";
}

}  // namespace

Result<std::unique_ptr<TextSource>> TextSource::open(std::unique_ptr<ByteSource> bytes, const std::string& encoding,
                                                     const std::string& path) {
  std::unique_ptr<TextSource> source(new TextSource);
  source->bytes_ = std::move(bytes);
  source->in_.resize(kBlock);
  KENKO_TRY(source->size_, read_fully(*source->bytes_, source->in_.data(), kBlock));
  const std::string_view head(source->in_.data(), source->size_);
  std::string name = is_utf8_name(encoding) ? "" : encoding;
  if (head.starts_with("\xEF\xBB\xBF")) {
    source->at_ = 3;
    name.clear();
  } else if (head.starts_with("\xFF\xFE")) {
    source->at_ = 2;
    name = "UTF-16LE";
  } else if (head.starts_with("\xFE\xFF")) {
    source->at_ = 2;
    name = "UTF-16BE";
  } else if (encoding.empty()) {
    name = guess_utf16(head.substr(0, 1024));
  }
  source->encoding_ = name.empty() ? "UTF-8" : name;
  if (!name.empty()) {
    const iconv_t converter = iconv_open("UTF-8", name.c_str());
    if (converter == reinterpret_cast<iconv_t>(-1)) {
      return fault(
          "unknown-encoding", path, 0, fmt::format("unknown encoding `{}`", name),
          "known are for instance utf-8, utf-16le, windows-1252, iso-8859-15, shift_jis, euc-jp, gb18030, big5");
    }
    source->converter_ = converter;
    source->unit_ = text::lower(name).starts_with("utf-16") ? 2 : 1;
  }
  return source;
}

TextSource::~TextSource() {
  if (converter_ != nullptr) iconv_close(converter_);
}

Result<size_t> TextSource::read(char* out, size_t size) {
  if (converter_ != nullptr) return convert(out, size);
  if (at_ < size_) {
    const size_t n = std::min(size, size_ - at_);
    std::memcpy(out, in_.data() + at_, n);
    at_ += n;
    return n;
  }
  return bytes_->read(out, size);
}

Result<size_t> TextSource::convert(char* out, size_t size) {
  size_t written = 0;
  while (written == 0) {
    if (at_ == size_ && ended_) return size_t{0};
    char* from = in_.data() + at_;
    size_t left = size_ - at_;
    char* to = out;
    size_t room = size;
    const size_t rc = iconv(converter_, &from, &left, &to, &room);
    at_ = size_ - left;
    written = size - room;
    if (rc != static_cast<size_t>(-1) || errno == E2BIG) {
      if (rc == static_cast<size_t>(-1)) return written;
    } else if (errno == EILSEQ || ended_) {  // a byte that does not belong here, or a character cut off by the end
      if (room == 0) return written;
      at_ += std::min(size_ - at_, unit_);
      out[written++] = '\xFF';
      continue;
    }
    if (!ended_) {  // keep the cut character, read on
      std::memmove(in_.data(), in_.data() + at_, size_ - at_);
      size_ -= at_;
      at_ = 0;
      KENKO_TRY(const size_t n, bytes_->read(in_.data() + size_, in_.size() - size_));
      size_ += n;
      ended_ = n == 0;
    }
  }
  return written;
}

}  // namespace kenko::readers
