#include "readers/workbook.h"

#include <fmt/format.h>
#include <zip.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <pugixml.hpp>

#include "base/day.h"
#include "base/text.h"
#include "readers/fault.h"

namespace kenko::readers {
namespace {

constexpr size_t kBlock = 256 * 1024;
constexpr int64_t kSmallPart = 64LL * 1024 * 1024;

/// The name without its prefix: "x:row" -> "row".
std::string_view local_name(const pugi::xml_node& node) {
  const std::string_view name = node.name();
  const size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

pugi::xml_node child(const pugi::xml_node& parent, std::string_view name) {
  return parent.find_child([&](const pugi::xml_node& n) { return local_name(n) == name; });
}

void append_text(const pugi::xml_node& node, std::string& out) {
  for (const pugi::xml_node& inner : node.children()) {
    const std::string_view name = local_name(inner);
    if (name == "t") {
      out += inner.text().get();
    } else if (name == "r") {
      append_text(inner, out);
    }
  }
}

Problem not_a_workbook(const std::string& path, std::string why) {
  return fault("not-a-workbook", path, 0, "this is no Excel workbook: " + std::move(why),
               "save it as .xlsx from Excel or LibreOffice, or as CSV");
}

}  // namespace

WorkbookPart::~WorkbookPart() { zip_fclose(file_); }

Result<bool> WorkbookPart::more() {
  text_.erase(0, at_);
  at_ = 0;
  const size_t size = text_.size();
  text_.resize(size + kBlock);
  const zip_int64_t n = zip_fread(file_, text_.data() + size, kBlock);
  if (n < 0) {
    return fault("broken-archive", path_, 0, fmt::format("the workbook is broken: {}", zip_file_strerror(file_)),
                 "open it in Excel or LibreOffice and save it again");
  }
  text_.resize(size + static_cast<size_t>(n));
  left_ -= n;
  if (left_ < 0) {
    return fault("too-much-unpacked", path_, 0, "the sheet is too large to read as Excel", "save it as CSV");
  }
  return n > 0;
}

// Where `<name` (or `</name`) starts at or after `from`, and where its tag ends; npos = not in the text so far.
size_t WorkbookPart::find_tag(std::string_view name, bool closing, size_t from, bool& self_closed, size_t& end) const {
  for (size_t p = text_.find(name, from); p != std::string::npos; p = text_.find(name, p + 1)) {
    const size_t after = p + name.size();
    if (after >= text_.size()) return std::string::npos;
    const char c = text_[after];
    if (c != '>' && c != '/' && c != ' ' && c != '\t' && c != '\n' && c != '\r') continue;
    size_t tag = p;  // back over a prefix
    if (tag > from && text_[tag - 1] == ':') {
      --tag;
      while (tag > from && text_[tag - 1] != '<' && text_[tag - 1] != '/' && text_[tag - 1] > ' ') --tag;
    }
    if (closing) {
      if (tag < from + 1 || text_[tag - 1] != '/') continue;
      --tag;
    }
    if (tag < from + 1 || text_[tag - 1] != '<') continue;
    const size_t close = text_.find('>', after);
    if (close == std::string::npos) return std::string::npos;
    self_closed = text_[close - 1] == '/';
    end = close + 1;
    return tag - 1;
  }
  return std::string::npos;
}

Result<std::string_view> WorkbookPart::next_element(std::string_view name, int64_t most_bytes) {
  while (true) {
    bool alone = false;
    size_t open_end = 0, end = 0;
    const size_t begin = find_tag(name, false, at_, alone, open_end);
    if (begin != std::string::npos) {
      if (alone) {
        at_ = open_end;
        return std::string_view(text_).substr(begin, open_end - begin);
      }
      bool ignored = false;
      if (find_tag(name, true, open_end, ignored, end) != std::string::npos) {
        at_ = end;
        return std::string_view(text_).substr(begin, end - begin);
      }
      at_ = begin;
      if (static_cast<int64_t>(text_.size() - begin) > most_bytes) {
        return fault("record-too-long", path_, 0, fmt::format("a row is longer than {} bytes", most_bytes),
                     "save the sheet as CSV");
      }
    } else if (text_.size() > 4096) {  // what cannot be the start of a tag any more
      at_ = std::max(at_, text_.size() - 4096);
    }
    KENKO_TRY(const bool some, more());
    if (!some) return std::string_view();
  }
}

Workbook::~Workbook() { zip_discard(archive_); }

Result<std::unique_ptr<Workbook>> Workbook::open(const std::string& path, const ReadOptions& options) {
  int error = 0;
  zip* archive = zip_open(path.c_str(), ZIP_RDONLY, &error);
  if (archive == nullptr) {
    zip_error_t details;
    zip_error_init_with_code(&details, error);
    const std::string why = zip_error_strerror(&details);
    zip_error_fini(&details);
    return fault("broken-archive", path, 0, fmt::format("the workbook is broken: {}", why),
                 "copy or export it again; nothing of it was imported");
  }
  std::unique_ptr<Workbook> workbook(new Workbook(archive, path, options.max_sheet_bytes));
  KENKO_TRY_STATUS(workbook->read_sheets());
  return workbook;
}

Result<std::unique_ptr<WorkbookPart>> Workbook::part(const std::string& name) const {
  zip_file* file = zip_fopen(archive_, name.c_str(), 0);
  if (file == nullptr) {
    if (zip_error_code_zip(zip_get_error(archive_)) == ZIP_ER_NOENT) return std::unique_ptr<WorkbookPart>();
    return fault("broken-archive", path_, 0, fmt::format("the workbook is broken: {}", zip_strerror(archive_)),
                 "open it in Excel or LibreOffice and save it again, without a password");
  }
  return std::make_unique<WorkbookPart>(file, path_, most_);
}

Result<std::string> Workbook::whole_part(const std::string& name) const {
  zip_stat_t info;
  zip_stat_init(&info);
  if (zip_stat(archive_, name.c_str(), 0, &info) != 0) return std::string();
  if (static_cast<int64_t>(info.size) > kSmallPart)
    return not_a_workbook(path_, fmt::format("`{}` is too large", name));
  zip_file* file = zip_fopen(archive_, name.c_str(), 0);
  std::string text(static_cast<size_t>(info.size), '\0');
  const zip_int64_t n = file == nullptr ? -1 : zip_fread(file, text.data(), text.size());
  if (file != nullptr) zip_fclose(file);
  if (n < 0 || static_cast<size_t>(n) != text.size()) return not_a_workbook(path_, fmt::format("`{}` is broken", name));
  return text;
}

Status Workbook::read_sheets() {
  KENKO_TRY(const std::string book_text, whole_part("xl/workbook.xml"));
  KENKO_TRY(const std::string rels_text, whole_part("xl/_rels/workbook.xml.rels"));
  if (book_text.empty()) return not_a_workbook(path_, "it has no part `xl/workbook.xml`");
  pugi::xml_document book, rels;
  if (!book.load_buffer(book_text.data(), book_text.size()) || !rels.load_buffer(rels_text.data(), rels_text.size())) {
    return not_a_workbook(path_, "its list of sheets is broken");
  }
  std::map<std::string, std::string> targets;
  for (const pugi::xml_node& rel : rels.document_element().children()) {
    std::string target = rel.attribute("Target").value();
    target = target.starts_with('/') ? target.substr(1) : "xl/" + target;
    targets[rel.attribute("Id").value()] = target;
  }
  const pugi::xml_node root = book.document_element();
  const std::string_view date1904 = child(root, "workbookPr").attribute("date1904").value();
  from_1904_ = date1904 == "1" || date1904 == "true";
  for (const pugi::xml_node& sheet : child(root, "sheets").children()) {
    std::string id;
    for (const pugi::xml_attribute& a : sheet.attributes()) {
      if (std::string_view(a.name()).ends_with(":id")) id = a.value();
    }
    sheets_.push_back({sheet.attribute("name").value(), targets[id]});
  }
  if (sheets_.empty()) return not_a_workbook(path_, "it has no sheets");
  return Done{};
}

Result<std::string> Workbook::sheet_part(const std::string& name) const {
  if (name.empty()) return sheets_.front().part;
  std::vector<std::string> names;
  for (const Sheet& sheet : sheets_) {
    if (sheet.name == name) return sheet.part;
    names.push_back(sheet.name);
  }
  return fault("unknown-sheet", path_, 0, fmt::format("the workbook has no sheet `{}`", name),
               text::did_you_mean(name, names));
}

Result<std::vector<std::string>> Workbook::shared_texts() const {
  std::vector<std::string> texts;
  KENKO_TRY(const auto strings, part("xl/sharedStrings.xml"));
  if (strings == nullptr) return texts;
  while (true) {
    KENKO_TRY(const std::string_view item, strings->next_element("si", kSmallPart));
    if (item.empty()) return texts;
    pugi::xml_document document;
    // Blanks are part of a text.
    if (!document.load_buffer(item.data(), item.size(), pugi::parse_default | pugi::parse_ws_pcdata)) {
      return not_a_workbook(path_, "its list of texts is broken");
    }
    append_text(document.document_element(), texts.emplace_back());
  }
}

Result<std::vector<bool>> Workbook::date_styles() const {
  KENKO_TRY(const std::string text, whole_part("xl/styles.xml"));
  std::vector<bool> styles;
  pugi::xml_document document;
  if (text.empty()) return styles;
  if (!document.load_buffer(text.data(), text.size())) return not_a_workbook(path_, "its styles are broken");
  const pugi::xml_node root = document.document_element();
  std::map<int, bool> formats;
  for (const pugi::xml_node& format : child(root, "numFmts").children()) {
    formats[format.attribute("numFmtId").as_int()] = is_date_format(format.attribute("formatCode").value());
  }
  for (const pugi::xml_node& style : child(root, "cellXfs").children()) {
    const int id = style.attribute("numFmtId").as_int();
    const auto own = formats.find(id);
    const bool built_in =
        (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || id == 45 || id == 47 || (id >= 50 && id <= 58);
    styles.push_back(own != formats.end() ? own->second : built_in);
  }
  return styles;
}

bool is_date_format(std::string_view code) {
  bool date = false;
  for (size_t i = 0; i < code.size(); ++i) {
    const char c = code[i];
    if (c == '"') {
      i = std::min(code.find('"', i + 1), code.size());
    } else if (c == '\\' || c == '_' || c == '*') {
      ++i;
    } else if (c == '[') {
      const size_t end = std::min(code.find(']', i), code.size());
      const std::string inner = text::lower(code.substr(i + 1, end - i - 1));
      if (!inner.empty() && inner.find_first_not_of("hms") == std::string::npos) return false;  // a duration
      i = end;
    } else if (c == '0' || c == '#' || c == '?') {
      if (!date) return false;  // digits of seconds come after letters: ss.000
    } else if (std::string_view("yYmMdDhHsS").find(c) != std::string_view::npos) {
      date = true;
    } else if (c == 'G' || c == 'E') {
      if (code.substr(i).starts_with("General")) return false;
    } else if (c == ';') {
      break;
    }
  }
  return date;
}

std::string date_text(double serial, bool from_1904) {
  if (!(serial >= 0) || serial > 2'958'466) return fmt::format("{}", serial);
  int64_t millis = std::llround(serial * 86'400'000.0);
  int64_t days = millis / 86'400'000;
  millis %= 86'400'000;
  const int64_t hours = millis / 3'600'000, minutes = millis / 60'000 % 60, seconds = millis / 1000 % 60;
  std::string clock = fmt::format("{:02}:{:02}:{:02}", hours, minutes, seconds);
  if (millis % 1000 != 0) clock += fmt::format(".{:03}", millis % 1000);
  if (serial < 1 && !from_1904) return clock;
  // Excel believes in 29 February 1900; days before it are one off.
  days += from_1904 ? 1462 : days < 60 ? 1 : 0;
  const std::string day = (Day::of(1899, 12, 30) + static_cast<int32_t>(days)).iso();
  return millis == 0 ? day : day + ' ' + clock;
}

}  // namespace kenko::readers
