// app/suggest.h
//
// kenko import --suggest FILE: a mapping to start from.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace kenko::app {

struct Suggestion {
  std::string mapping;               ///< YAML; empty when the file needs none
  bool own_columns = false;          ///< its columns are Kenko's own: it can be imported as it is
  std::vector<std::string> columns;  ///< as found
};

/// Looks at the first rows of a file.  `event_name`: what its rows are; empty = guess.
[[nodiscard]] Result<Suggestion> suggest(const std::string& file, const std::string& event_name = {});

}  // namespace kenko::app
