// sim/export_file.h
//
// Writes export files with a buffer, plants dirt in them, and keeps count of what it planted.
#pragma once

#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/random.h"
#include "base/result.h"

namespace kenko::sim {

enum class Dirt : uint8_t {
  empty_account,
  impossible_date,
  garbled_number,
  ragged_row,
  broken_json,
  wrong_encoding,
  duplicate_row,
  unknown_account,
  typo_account,
  trailing_blanks,
  typo_kind,
};
[[nodiscard]] std::string_view word(Dirt dirt);
/// What an import should make of a row with this dirt: reject, repeat, unmatched, accepted.
[[nodiscard]] std::string_view expectation(Dirt dirt);

/// What was written: rows per file and dirt per file and kind.
struct Tally {
  struct Rows {
    int64_t all = 0;
    int64_t clean = 0;
  };
  std::map<std::string, Rows> files;
  std::map<std::pair<std::string, Dirt>, int64_t> dirt;
};

/// A folder to write into, with what went wrong so far.
///
/// Ownership: files opened in it refer to it.  Threads: one.
class Folder {
 public:
  explicit Folder(std::string root);
  [[nodiscard]] const std::string& root() const { return root_; }
  void failed(const std::string& file, const std::string& why);
  [[nodiscard]] const Problems& problems() const { return problems_; }
  [[nodiscard]] Tally& tally() { return tally_; }
  /// Makes the folders above `file`.
  void make_place_for(const std::string& file);

 private:
  std::string root_;
  Problems problems_;
  Tally tally_;
};

enum class Format : uint8_t { table, ndjson };

/// How a file is written and where dirt may go.
///
/// Meaning:    column numbers count from 0; -1 = the file has no such column.  `id` is made new in extra dirty rows;
///             `account` and `person` are emptied together; `date`, `number` and `text` take impossible dates, garbled
///             numbers and wrong bytes.
/// Invariants: `plain` (NDJSON) says for each key whether its cell is JSON already (numbers, objects) or a text to
/// quote.
struct FileShape {
  std::string file;  ///< relative to the folder
  std::vector<std::string_view> columns;
  Format format = Format::table;
  char separator = ',';
  bool windows = false;  ///< byte order mark and CRLF
  std::vector<bool> plain;
  int id = -1, account = -1, person = -1, date = -1, number = -1, text = -1, kind = -1;
  std::vector<Dirt> dirt;
  std::string impossible_date = "2025-02-30";
  std::string stranger;
};

/// One export file.  Ownership: refers to its folder; the file is written completely when the object ends.  Threads:
/// one.
class ExportFile {
 public:
  ExportFile(Folder& folder, FileShape shape, double dirty_ratio, Random random);
  ~ExportFile();
  ExportFile(const ExportFile&) = delete;
  ExportFile& operator=(const ExportFile&) = delete;

  /// Writes a row, perhaps with dirt in it or behind it.  Requires one cell per column.
  void row(const std::vector<std::string>& cells);

 private:
  void plant(const std::vector<std::string>& cells, Dirt dirt);
  void write(const std::vector<std::string>& cells);
  void write_table_row(const std::vector<std::string>& cells);
  void write_json_row(const std::vector<std::string>& cells);
  void end_row(size_t row_begin, bool broken);
  void flush();
  [[nodiscard]] std::string& cell(std::vector<std::string>& cells, int column) const {
    return cells[static_cast<size_t>(column)];
  }
  [[nodiscard]] int whose() const { return shape_.account >= 0 ? shape_.account : shape_.person; }
  [[nodiscard]] bool possible(Dirt dirt, const std::vector<std::string>& cells) const;
  [[nodiscard]] Dirt choose();

  Folder& folder_;
  FileShape shape_;
  double dirty_ratio_;
  Random random_;
  std::FILE* file_ = nullptr;
  std::string buffer_;
  bool break_next_ = false;  ///< the row being written stops in the middle
  Tally::Rows rows_;
};

}  // namespace kenko::sim
