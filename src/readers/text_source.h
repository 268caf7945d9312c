// readers/text_source.h
//
// The text of a file as UTF-8, whatever encoding it is in.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "readers/byte_source.h"

namespace kenko::readers {

/// A stream of UTF-8 text without byte order mark.
///
/// Bytes that the encoding does not allow come out as something that is not UTF-8 (the byte itself, or 0xFF), so that
/// the reader can refuse the row that they stand in.  Lines keep their ends.
class TextSource {
 public:
  /// `encoding` empty: UTF-8, or UTF-16 when a byte order mark or its zero bytes show it.
  /// Errors: "unknown-encoding", and those of the bytes.
  [[nodiscard]] static Result<std::unique_ptr<TextSource>> open(std::unique_ptr<ByteSource> bytes,
                                                                const std::string& encoding, const std::string& path);
  ~TextSource();
  TextSource(const TextSource&) = delete;
  TextSource& operator=(const TextSource&) = delete;

  /// Reads 1 to `size` bytes (size >= 16); 0 = the end.
  [[nodiscard]] Result<size_t> read(char* out, size_t size);
  /// "UTF-8", "UTF-16LE", "shift_jis".
  [[nodiscard]] const std::string& encoding() const { return encoding_; }

 private:
  TextSource() = default;
  [[nodiscard]] Result<size_t> convert(char* out, size_t size);

  std::unique_ptr<ByteSource> bytes_;
  std::string encoding_;
  void* converter_ = nullptr;  // iconv_t; null = no conversion
  std::vector<char> in_;
  size_t at_ = 0, size_ = 0;
  bool ended_ = false;
  size_t unit_ = 1;  // bytes to leave out where the encoding is broken
};

}  // namespace kenko::readers
