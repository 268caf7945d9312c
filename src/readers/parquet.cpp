#include "readers/parquet.h"

#include <optional>
#include <span>
#include <vector>

#include "duck/parquet_text.h"
#include "readers/fault.h"

namespace kenko::readers {

Status read_parquet(const std::string& path, const ReadOptions& options, RecordSink& sink) {
  std::vector<std::string> names;
  std::vector<std::string_view> views, values;
  std::optional<Status> stopped;
  int64_t line = 0;
  duck::TextRowSink rows;
  rows.header = [&](const std::vector<std::string>& columns) {
    Result<std::vector<std::string>> checked = header_names(columns, path, 0, options.max_columns);
    if (!checked.ok()) {
      stopped = Status(std::move(checked).problems());
      return false;
    }
    names = std::move(checked).value();
    views.assign(names.begin(), names.end());
    values.resize(names.size());
    Status accepted = sink.columns(views);
    if (!accepted.ok()) stopped = std::move(accepted);
    return !stopped.has_value();
  };
  rows.row = [&](std::span<const std::optional<std::string_view>> cells) {
    ++line;
    for (size_t i = 0; i < values.size(); ++i) {
      values[i] = cells[i].value_or(std::string_view());
      if (values[i].find('\0') == std::string_view::npos) continue;
      return sink.bad_row(bad_row(line, names[i], "nul-byte", "the text holds a zero byte", values[i]));
    }
    return sink.record({line, 1, views, values});
  };
  Status read = duck::read_parquet_as_text(path, rows);
  if (stopped) return std::move(*stopped);
  return read;
}

}  // namespace kenko::readers
