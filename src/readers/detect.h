// readers/detect.h
//
// Finds out what kind of file it is.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "mapping/file_format.h"

namespace kenko::readers {

/// The type of a file from its first bytes and its name (endings .gz and .zst do not count).  `first` are bytes of a
/// packed file, `head` the first ones of its UTF-8 text.  Errors: "old-excel", "wrong-file-type".
[[nodiscard]] Result<mapping::FileType> detect_type(std::string_view first, std::string_view head,
                                                    const std::string& path);

/// The lower-case ending without packing: "csv", "" when there is none.
[[nodiscard]] std::string ending_of(const std::string& path);

}  // namespace kenko::readers
