// readers/workbook.h
//
// The parts of an Excel workbook that stand around its sheets.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "readers/read_records.h"

struct zip;
struct zip_file;

namespace kenko::readers {

/// One part of the archive, unpacked while it is read.  Must not outlive its Workbook.
class WorkbookPart {
 public:
  WorkbookPart(zip_file* file, std::string path, int64_t most) : file_(file), path_(std::move(path)), left_(most) {}
  ~WorkbookPart();
  WorkbookPart(const WorkbookPart&) = delete;
  WorkbookPart& operator=(const WorkbookPart&) = delete;

  /// The text from the next `<name` up to its `</name>` or `/>`, whatever the prefix; empty = there is none any more.
  /// Good until the next call.  Errors: "broken-archive", "too-much-unpacked", "record-too-long".
  [[nodiscard]] Result<std::string_view> next_element(std::string_view name, int64_t most_bytes);

 private:
  Result<bool> more();
  size_t find_tag(std::string_view name, bool closing, size_t from, bool& self_closed, size_t& end) const;

  zip_file* file_;
  std::string path_;
  int64_t left_;
  std::string text_;
  size_t at_ = 0;
};

/// An open workbook.
class Workbook {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Workbook>> open(const std::string& path, const ReadOptions& options);
  ~Workbook();
  Workbook(const Workbook&) = delete;
  Workbook& operator=(const Workbook&) = delete;

  /// The part that holds a sheet; empty name = the first sheet.  Errors: "unknown-sheet".
  [[nodiscard]] Result<std::string> sheet_part(const std::string& name) const;
  /// The texts that cells refer to by number.
  [[nodiscard]] Result<std::vector<std::string>> shared_texts() const;
  /// By number of a cell's style: whether it shows a date or time.
  [[nodiscard]] Result<std::vector<bool>> date_styles() const;
  [[nodiscard]] bool from_1904() const { return from_1904_; }
  /// nullptr when the archive has no such part.
  [[nodiscard]] Result<std::unique_ptr<WorkbookPart>> part(const std::string& name) const;

 private:
  struct Sheet {
    std::string name;
    std::string part;
  };
  Workbook(zip* archive, std::string path, int64_t most) : archive_(archive), path_(std::move(path)), most_(most) {}
  [[nodiscard]] Result<std::string> whole_part(const std::string& name) const;
  Status read_sheets();

  zip* archive_;
  std::string path_;
  int64_t most_;
  std::vector<Sheet> sheets_;
  bool from_1904_ = false;
};

/// True when a number format shows a date or a time of day ("dd.mm.yyyy", not "0.00" or "[h]:mm").
[[nodiscard]] bool is_date_format(std::string_view code);

/// The text of a date serial: `2011-12-09`, `2011-12-09 12:50:00`, or a time of day alone for numbers below 1.
[[nodiscard]] std::string date_text(double serial, bool from_1904);

}  // namespace kenko::readers
