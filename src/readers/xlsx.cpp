#include "readers/xlsx.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <pugixml.hpp>
#include <vector>

#include "base/text.h"
#include "readers/fault.h"
#include "readers/number_text.h"
#include "readers/workbook.h"

namespace kenko::readers {
namespace {

constexpr size_t kMaxSheetColumns = 16'384;

std::string_view local(std::string_view name) {
  const size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

/// "BC12" -> 54 (from 0); nullopt when it is no reference.
std::optional<size_t> column_of(std::string_view reference) {
  size_t column = 0, i = 0;
  for (; i < reference.size() && reference[i] >= 'A' && reference[i] <= 'Z'; ++i) {
    column = column * 26 + static_cast<size_t>(reference[i] - 'A' + 1);
    if (column > kMaxSheetColumns) return std::nullopt;
  }
  if (i == 0) return std::nullopt;
  return column - 1;
}

std::optional<double> read_double(std::string_view s) {
  double value = 0;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), value);
  if (error != std::errc() || end != s.data() + s.size()) return std::nullopt;
  return value;
}

class SheetReader {
 public:
  SheetReader(const std::string& path, const ReadOptions& options, RecordSink& sink)
      : path_(path), options_(options), sink_(sink) {}
  Status run();

 private:
  Status read_row(std::string_view xml, std::vector<std::string>& cells);
  Result<std::string> cell_text(const pugi::xml_node& cell) const;
  Status header(const std::vector<std::string>& cells);
  bool deliver(std::vector<std::string>& cells);

  const std::string& path_;
  const ReadOptions& options_;
  RecordSink& sink_;
  std::vector<std::string> texts_;
  std::vector<bool> date_styles_;
  bool from_1904_ = false;
  int64_t row_ = 0;
  std::vector<std::string> names_;
  std::vector<std::string_view> name_views_, values_;
};

Result<std::string> SheetReader::cell_text(const pugi::xml_node& cell) const {
  const std::string_view type = cell.attribute("t").value();
  std::string value;
  for (const pugi::xml_node& part : cell.children()) {
    if (local(part.name()) == "v") value = part.text().get();
    if (local(part.name()) != "is") continue;
    for (const pugi::xml_node& piece : part.children()) {
      const std::string_view name = local(piece.name());
      if (name == "t") value += piece.text().get();
      if (name != "r") continue;
      for (const pugi::xml_node& run : piece.children()) {
        if (local(run.name()) == "t") value += run.text().get();
      }
    }
  }
  if (type == "s") {
    const auto index = text::parse_int(value);
    if (!index || *index < 0 || *index >= static_cast<int64_t>(texts_.size())) {
      return fault("not-a-workbook", path_, row_, "a cell refers to a text that is not there",
                   "open it in Excel or LibreOffice and save it again");
    }
    return texts_[static_cast<size_t>(*index)];
  }
  if (type == "b") return std::string(value == "1" ? "true" : value == "0" ? "false" : value);
  if (type == "d" || type == "e" || type == "str" || type == "inlineStr" || value.empty()) return value;
  const auto number = read_double(value);
  if (!number) return value;
  const auto style = static_cast<size_t>(cell.attribute("s").as_uint());
  if (style < date_styles_.size() && date_styles_[style]) return date_text(*number, from_1904_);
  return shortest_number(*number);
}

Status SheetReader::read_row(std::string_view xml, std::vector<std::string>& cells) {
  cells.clear();
  pugi::xml_document document;
  if (!document.load_buffer(xml.data(), xml.size(), pugi::parse_default | pugi::parse_ws_pcdata_single)) {
    return fault("not-a-workbook", path_, row_ + 1, "the sheet is broken here",
                 "open it in Excel or LibreOffice and save it again");
  }
  const pugi::xml_node row = document.document_element();
  const int64_t number = row.attribute("r").as_llong();
  row_ = number > row_ ? number : row_ + 1;
  size_t column = 0;
  for (const pugi::xml_node& cell : row.children()) {
    if (local(cell.name()) != "c") continue;
    column = column_of(cell.attribute("r").value()).value_or(column);
    if (column >= kMaxSheetColumns) break;
    KENKO_TRY(std::string text, cell_text(cell));
    if (!text.empty()) {
      if (cells.size() <= column) cells.resize(column + 1);
      cells[column] = std::move(text);
    }
    ++column;
  }
  return Done{};
}

Status SheetReader::header(const std::vector<std::string>& cells) {
  KENKO_TRY(names_, header_names(cells, path_, row_, options_.max_columns));
  name_views_.assign(names_.begin(), names_.end());
  values_.resize(names_.size());
  return sink_.columns(name_views_);
}

bool SheetReader::deliver(std::vector<std::string>& cells) {
  if (cells.size() > names_.size()) {
    return sink_.bad_row(
        bad_row(row_, "", "ragged-row",
                fmt::format("the row has a cell in column {}, the header has {} columns", cells.size(), names_.size()),
                text::join(cells, "\t")));
  }
  cells.resize(names_.size());
  for (size_t i = 0; i < cells.size(); ++i) {
    values_[i] = cells[i];
    if (!text::is_utf8(values_[i])) {
      return sink_.bad_row(bad_row(row_, names_[i], "wrong-encoding", "the text is not UTF-8", values_[i]));
    }
  }
  return sink_.record({row_, 1, name_views_, values_});
}

Status SheetReader::run() {
  KENKO_TRY(const auto book, Workbook::open(path_, options_));
  KENKO_TRY(const std::string part, book->sheet_part(options_.format.sheet));
  KENKO_TRY(texts_, book->shared_texts());
  KENKO_TRY(date_styles_, book->date_styles());
  from_1904_ = book->from_1904();
  KENKO_TRY(const auto sheet, book->part(part));
  if (sheet == nullptr) return fault("not-a-workbook", path_, 0, fmt::format("the part `{}` is missing", part));
  std::vector<std::string> cells;
  bool has_header = false;
  while (true) {
    KENKO_TRY(const std::string_view xml, sheet->next_element("row", options_.max_record_bytes));
    if (xml.empty()) break;
    KENKO_TRY_STATUS(read_row(xml, cells));
    if (row_ <= options_.format.skip_lines || cells.empty()) continue;
    if (has_header) {
      if (!deliver(cells)) return Done{};
    } else {
      has_header = true;
      KENKO_TRY_STATUS(header(cells));
    }
  }
  if (!has_header) return fault("empty-file", path_, 0, "the sheet is empty", "it should start with a header row");
  return Done{};
}

}  // namespace

Status read_xlsx(const std::string& path, const ReadOptions& options, RecordSink& sink) {
  return SheetReader(path, options, sink).run();
}

}  // namespace kenko::readers
