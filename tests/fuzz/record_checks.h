// What holds of the records of any file.
#pragma once

#include <string>

#include "mapping/file_format.h"

namespace kenko::fuzz {

/// Reads the file twice and checks every record: names are unique, not empty and UTF-8, each has a value; bad rows say
/// why; both readings give the same.
void check_records(const std::string& path, mapping::FileType type);

}  // namespace kenko::fuzz
