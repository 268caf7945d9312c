// app/start.h
//
// kenko start: from somebody's files to scores without reading any docs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/import.h"
#include "base/result.h"
#include "ports/clock.h"

namespace kenko::app {

struct StartRequest {
  std::string dir;                  ///< made when it is not there
  std::vector<std::string> inputs;  ///< files, folders, patterns
  std::string time_zone, currency;  ///< empty = the defaults
  std::optional<Day> as_of;         ///< the day of tables without dates; none = the clock's last closed day
};

/// One kind of file: files with the same columns.
struct StartGroup {
  std::string source;
  std::vector<std::string> files;
  bool own_columns = false;
  std::string mapping_file;  ///< where the guessed mapping was written; empty = none was needed
  std::string mapping;       ///< its text
  std::optional<Day> as_of;  ///< the day of which it says how things were; none = its rows have days of their own
  ImportReport imported;
};

struct StartReport {
  std::string dir;
  bool made_workspace = false;
  std::vector<StartGroup> groups;
  std::string model_file;            ///< the starter model; empty = no event to score
  std::vector<std::string> missing;  ///< sentences: what the score lacks
};

/// Guesses a mapping for each kind of file, writes it, imports, and writes a starter model over the event names that
/// came. Errors: those of init and import.  What was written before an error stays; the command can be given again.
[[nodiscard]] Result<StartReport> start(const StartRequest& request, const ports::Clock& clock);

}  // namespace kenko::app
