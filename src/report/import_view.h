// report/import_view.h
//
// The table of an import: every row accounted for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "report/table.h"

namespace kenko::report {

/// What one file (or source) came to; read = added + already + corrected + rejected + filtered.
struct ImportLine {
  std::string name;
  int64_t read = 0, added = 0, already = 0, corrected = 0, rejected = 0, filtered = 0, deleted = 0;
};

/// One row per line.
[[nodiscard]] Table import_table(const std::vector<ImportLine>& lines);

}  // namespace kenko::report
