// state/intake_file.h
//
// Internal to state: one rotated file of DIR/intake, a SQLite database of event versions by seq.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "facts/fact.h"
#include "state/intake_catalog.h"
#include "state/sqlite.h"

namespace kenko::state {

/// PRAGMA application_id of an intake file: "KENI".
inline constexpr int kIntakeApplicationId = 0x4B454E49;
inline constexpr int kIntakeFormat = 1;

[[nodiscard]] inline std::string intake_folder(const std::string& dir) { return dir + "/intake"; }
[[nodiscard]] inline std::string intake_path(const std::string& dir, const std::string& file) {
  return intake_folder(dir) + "/" + file;
}

/// The files of the catalog, by id.  Requires a transaction.
[[nodiscard]] Result<std::vector<IntakeFile>> load_intake_files(Sqlite& sqlite);

/// An intake file that is being written.
///
/// Threads: one at a time.
class IntakeWriter {
 public:
  /// Makes an empty file, durable with its name; what stood there goes.
  [[nodiscard]] static Status make(const std::string& dir, const std::string& file);
  /// Problems: "intake-missing", "intake-foreign" and those of Database.
  [[nodiscard]] static Result<IntakeWriter> open(const std::string& dir, const std::string& file);

  /// Adds the batches in one transaction: durable when it returns, not there at all when it fails.
  [[nodiscard]] Status add(std::span<const std::vector<facts::EventFact>* const> batches);
  /// The greatest seq; none = empty.
  [[nodiscard]] Result<std::optional<int64_t>> last_seq();

 private:
  IntakeWriter(std::unique_ptr<Sqlite> sqlite, Statement insert)
      : sqlite_(std::move(sqlite)), insert_(std::move(insert)) {}
  std::unique_ptr<Sqlite> sqlite_;
  Statement insert_;
};

/// Reads the rows with after < seq <= through, by seq, the first `limit` of them, behind those of `out`.  False = the
/// file went, before or while it was read: the catalog no longer names it, and what was read counts for nothing.
[[nodiscard]] Result<bool> read_intake(const std::string& dir, const std::string& file, int64_t after, int64_t through,
                                       int64_t limit, std::vector<facts::EventFact>& out);

/// The greatest seq of a file; 0 = empty.  None = the file went.
[[nodiscard]] Result<std::optional<int64_t>> last_intake_seq(const std::string& dir, const std::string& file);

/// How many rows have a greater seq.  None = the file went.
[[nodiscard]] Result<std::optional<int64_t>> count_intake(const std::string& dir, const std::string& file,
                                                          int64_t after);

/// Removes the file and what SQLite keeps beside it, the file first: a reader that has it open notices.
void remove_intake_file(const std::string& dir, const std::string& file);

}  // namespace kenko::state
