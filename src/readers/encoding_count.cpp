#include "readers/encoding_count.h"

#include <fmt/format.h>

#include "base/text.h"
#include "readers/fault.h"

namespace kenko::readers {

Problem wrong_encoding(const std::string& path, int64_t line, const std::string& encoding, const std::string& what) {
  return fault("wrong-encoding", path, line, fmt::format("{} is not {}", what, encoding),
               "name the encoding in the mapping, for instance `format: {encoding: windows-1252}` (Western Europe), "
               "shift_jis or gb18030");
}

std::string garbled_row(const std::string& encoding) {
  return fmt::format("the text is not {}; if the whole file is in another encoding, name it in the mapping", encoding);
}

Status EncodingCount::verdict(const std::string& path, const std::string& encoding) const {
  if (bad_ * 20 <= rows_ || bad_ <= other_letters_) return Done{};
  return wrong_encoding(
      path, first_line_, encoding,
      fmt::format("the text of {} of {} rows, the first here,", text::grouped(bad_), text::grouped(rows_)));
}

}  // namespace kenko::readers
