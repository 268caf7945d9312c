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

Status EncodingCount::verdict(const std::string& path, const std::string& encoding) const {
  if (bad_ * 50 <= rows_) return Done{};
  return wrong_encoding(
      path, first_line_, encoding,
      fmt::format("the text of {} of {} rows, the first here,", text::grouped(bad_), text::grouped(rows_)));
}

}  // namespace kenko::readers
