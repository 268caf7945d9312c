#include "sim/export_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "base/check.h"

namespace kenko::sim {
namespace {
constexpr size_t kBufferBytes = 1 << 20;

void append_json_text(std::string& out, std::string_view s) {
  out += '"';
  for (const char c : s) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}
}  // namespace

std::string_view word(Dirt dirt) {
  switch (dirt) {
    case Dirt::empty_account:
      return "empty_account";
    case Dirt::impossible_date:
      return "impossible_date";
    case Dirt::garbled_number:
      return "garbled_number";
    case Dirt::ragged_row:
      return "ragged_row";
    case Dirt::broken_json:
      return "broken_json";
    case Dirt::wrong_encoding:
      return "wrong_encoding";
    case Dirt::duplicate_row:
      return "duplicate_row";
    case Dirt::unknown_account:
      return "unknown_account";
    case Dirt::typo_account:
      return "typo_account";
    case Dirt::trailing_blanks:
      return "trailing_blanks";
    case Dirt::typo_kind:
      return "typo_kind";
  }
  return "";
}

std::string_view expectation(Dirt dirt) {
  switch (dirt) {
    case Dirt::duplicate_row:
      return "repeat";
    case Dirt::unknown_account:
    case Dirt::typo_account:
      return "unmatched";
    case Dirt::trailing_blanks:
    case Dirt::typo_kind:
      return "accepted";
    default:
      return "reject";
  }
}

Folder::Folder(std::string root) : root_(std::move(root)) {}

void Folder::failed(const std::string& file, const std::string& why) {
  Problem problem;
  problem.code = "cannot-write";
  problem.place.file = fmt::format("{}/{}", root_, file);
  problem.message = fmt::format("cannot write the file: {}", why);
  problem.hint = "check that the folder may be written and has room";
  problems_.push_back(std::move(problem));
}

void Folder::make_place_for(const std::string& file) {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(root_ + "/" + file).parent_path(), error);
  if (error) failed(file, error.message());
}

ExportFile::ExportFile(Folder& folder, FileShape shape, double dirty_ratio, Random random)
    : folder_(folder), shape_(std::move(shape)), dirty_ratio_(dirty_ratio), random_(random) {
  folder_.make_place_for(shape_.file);
  file_ = std::fopen((folder_.root() + "/" + shape_.file).c_str(), "wb");
  if (file_ == nullptr) folder_.failed(shape_.file, std::strerror(errno));
  buffer_.reserve(kBufferBytes + 4096);
  if (shape_.format == Format::ndjson) return;
  if (shape_.windows) buffer_ += "\xEF\xBB\xBF";
  for (size_t i = 0; i < shape_.columns.size(); ++i) {
    if (i > 0) buffer_ += shape_.separator;
    buffer_ += shape_.columns[i];
  }
  buffer_ += shape_.windows ? "\r\n" : "\n";
}

ExportFile::~ExportFile() {
  flush();
  if (file_ != nullptr && std::fclose(file_) != 0) folder_.failed(shape_.file, std::strerror(errno));
  Tally::Rows& total = folder_.tally().files[shape_.file];
  total.all += rows_.all;
  total.clean += rows_.clean;
}

void ExportFile::flush() {
  if (file_ != nullptr && std::fwrite(buffer_.data(), 1, buffer_.size(), file_) != buffer_.size()) {
    folder_.failed(shape_.file, std::strerror(errno));
    std::fclose(file_);
    file_ = nullptr;
  }
  buffer_.clear();
}

Dirt ExportFile::choose() {
  // Repeated rows and blanks are the commonest dirt of real exports.
  const auto has = [&](Dirt d) { return std::find(shape_.dirt.begin(), shape_.dirt.end(), d) != shape_.dirt.end(); };
  const double u = random_.uniform();
  if (u < 0.3 && has(Dirt::duplicate_row)) return Dirt::duplicate_row;
  if (u >= 0.3 && u < 0.45 && has(Dirt::trailing_blanks)) return Dirt::trailing_blanks;
  return shape_.dirt[static_cast<size_t>(random_.between(0, static_cast<int64_t>(shape_.dirt.size()) - 1))];
}

bool ExportFile::possible(Dirt dirt, const std::vector<std::string>& cells) const {
  const auto filled = [&](int column) { return column >= 0 && !cells[static_cast<size_t>(column)].empty(); };
  switch (dirt) {
    case Dirt::impossible_date:
      return filled(shape_.date);
    case Dirt::garbled_number:
      return filled(shape_.number) && cells[static_cast<size_t>(shape_.number)] != "null";
    case Dirt::wrong_encoding:
      return shape_.text >= 0;
    case Dirt::typo_kind:
      return filled(shape_.kind);
    case Dirt::typo_account:
      return filled(shape_.account) && cells[static_cast<size_t>(shape_.account)].size() > 4;
    case Dirt::empty_account:
    case Dirt::unknown_account:
    case Dirt::trailing_blanks:
      return filled(whose());
    default:
      return true;
  }
}

void ExportFile::row(const std::vector<std::string>& cells) {
  KENKO_CHECK(cells.size() == shape_.columns.size(), "{}: {} cells for {} columns", shape_.file, cells.size(),
              shape_.columns.size());
  ++rows_.clean;
  if (shape_.dirt.empty() || !random_.chance(dirty_ratio_)) return write(cells);
  const Dirt dirt = choose();
  if (!possible(dirt, cells)) return write(cells);
  ++folder_.tally().dirt[{shape_.file, dirt}];
  if (dirt != Dirt::trailing_blanks) write(cells);
  plant(cells, dirt);
}

void ExportFile::plant(const std::vector<std::string>& clean, Dirt dirt) {
  std::vector<std::string> cells = clean;
  // An extra row has an id of its own, which no real row has.
  if (dirt != Dirt::duplicate_row && dirt != Dirt::trailing_blanks && shape_.id >= 0) cell(cells, shape_.id) += "D";
  switch (dirt) {
    case Dirt::empty_account:
      if (shape_.account >= 0) cell(cells, shape_.account).clear();
      if (shape_.person >= 0) cell(cells, shape_.person).clear();
      break;
    case Dirt::impossible_date:
      cell(cells, shape_.date) = shape_.impossible_date;
      break;
    case Dirt::garbled_number: {
      std::string& number = cell(cells, shape_.number);
      number.insert(number.size() / 2, "x");
      if (shape_.format == Format::ndjson) number = fmt::format("\"{}\"", number);
      break;
    }
    case Dirt::ragged_row:
      if (random_.chance(0.5)) {
        cells.resize(std::max<size_t>(1, cells.size() / 2));
      } else {
        cells.insert(cells.end(), 2, "?");
      }
      break;
    case Dirt::broken_json:
      break_next_ = true;
      break;
    case Dirt::wrong_encoding:
      cell(cells, shape_.text) += "caf\xE9";
      break;
    case Dirt::unknown_account:
      cell(cells, whose()) = shape_.stranger;
      break;
    case Dirt::typo_account: {
      // One letter too many; an ASCII letter, so that the name stays UTF-8.
      std::string& name = cell(cells, shape_.account);
      name += name.back() == 's' ? "z" : "s";
      break;
    }
    case Dirt::trailing_blanks:
      cell(cells, whose()) += "  ";
      break;
    case Dirt::typo_kind:
      cell(cells, shape_.kind).pop_back();
      break;
    case Dirt::duplicate_row:
      break;
  }
  write(cells);
}

void ExportFile::write(const std::vector<std::string>& cells) {
  ++rows_.all;
  if (shape_.format == Format::table) {
    write_table_row(cells);
  } else {
    write_json_row(cells);
  }
  if (buffer_.size() > kBufferBytes) flush();
}

void ExportFile::write_table_row(const std::vector<std::string>& cells) {
  for (size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) buffer_ += shape_.separator;
    const std::string& text = cells[i];
    const bool quoted = std::any_of(
        text.begin(), text.end(), [&](char c) { return c == shape_.separator || c == '"' || c == '\n' || c == '\r'; });
    if (!quoted) {
      buffer_ += text;
      continue;
    }
    buffer_ += '"';
    for (const char c : text) {
      if (c == '"') buffer_ += '"';
      buffer_ += c;
    }
    buffer_ += '"';
  }
  buffer_ += shape_.windows ? "\r\n" : "\n";
}

void ExportFile::write_json_row(const std::vector<std::string>& cells) {
  const size_t begin = buffer_.size();
  for (size_t i = 0; i < cells.size(); ++i) {
    buffer_ += i == 0 ? "{\"" : ",\"";
    buffer_ += shape_.columns[i];
    buffer_ += "\":";
    if (shape_.plain[i]) {
      buffer_ += cells[i];
    } else {
      append_json_text(buffer_, cells[i]);
    }
  }
  buffer_ += '}';
  end_row(begin, break_next_);
  break_next_ = false;
}

void ExportFile::end_row(size_t row_begin, bool broken) {
  // Two thirds of a line always end inside a string or an object.
  if (broken) buffer_.resize(row_begin + (buffer_.size() - row_begin) * 2 / 3);
  buffer_ += '\n';
}

}  // namespace kenko::sim
