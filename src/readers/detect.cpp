#include "readers/detect.h"

#include <fmt/format.h>

#include "base/text.h"
#include "readers/fault.h"

namespace kenko::readers {
namespace {

using mapping::FileType;

/// Where the JSON value that starts the text ends; npos = not in `s`.
size_t end_of_value(std::string_view s) {
  int64_t depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < s.size(); ++i) {
    const char c = s[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (--depth == 0) return i + 1;
    }
  }
  return std::string_view::npos;
}

bool holds_array_of_objects(std::string_view object) {
  for (size_t at = object.find('['); at != std::string_view::npos; at = object.find('[', at + 1)) {
    if (text::trim(object.substr(at + 1, 64)).starts_with('{')) return true;
  }
  return false;
}

/// Text that starts with { is a list of objects, one a line, or one object around an array.
FileType json_kind(std::string_view head, const std::string& ending) {
  if (ending == "ndjson" || ending == "jsonl") return FileType::ndjson;
  if (head.starts_with('[')) return FileType::json;
  const size_t end = end_of_value(head);
  const size_t line = head.find('\n');
  if (end == std::string_view::npos)
    return line == std::string_view::npos || ending == "json" ? FileType::json : FileType::ndjson;
  const std::string_view rest = text::trim(head.substr(end));
  if (rest.starts_with('{')) return FileType::ndjson;
  const std::string_view only = head.substr(0, end);
  const bool wrapper = rest.empty() && (only.find('\n') != std::string_view::npos || holds_array_of_objects(only));
  return wrapper ? FileType::json : FileType::ndjson;
}

}  // namespace

std::string ending_of(const std::string& path) {
  std::string name = text::lower(path.substr(path.find_last_of('/') + 1));
  for (const std::string_view packed : {".gz", ".zst"}) {
    if (name.ends_with(packed)) name.resize(name.size() - packed.size());
  }
  const size_t dot = name.find_last_of('.');
  return dot == std::string::npos ? "" : name.substr(dot + 1);
}

Result<FileType> detect_type(std::string_view first, std::string_view head, const std::string& path) {
  const std::string ending = ending_of(path);
  if (first.starts_with("PAR1")) return FileType::parquet;
  if (first.starts_with("PK\x03\x04")) return FileType::xlsx;
  if (first.starts_with("\xD0\xCF\x11\xE0")) {
    return fault("old-excel", path, 0, "this is an old Excel file (.xls) or one with a password",
                 "open it and save it as .xlsx without a password, or as CSV");
  }
  if (first.empty()) return fault("empty-file", path, 0, "the file is empty", "it should start with a header row");
  for (const auto& [name, what] : {std::pair{"xlsx", "Excel"}, std::pair{"parquet", "Parquet"}}) {
    if (ending == name) {
      return fault("wrong-file-type", path, 0, fmt::format("the name ends in .{}, but this is no {} file", name, what),
                   "export it again; if it is a text table, give it the ending .csv");
    }
  }
  const std::string_view text = text::trim(head);
  const bool table = ending == "csv" || ending == "tsv" || ending == "tab";
  if (!table && (text.starts_with('{') || text.starts_with('['))) return json_kind(text, ending);
  if (ending == "json" || ending == "ndjson" || ending == "jsonl") {
    return ending == "json" ? FileType::json : FileType::ndjson;
  }
  return FileType::csv;
}

}  // namespace kenko::readers
