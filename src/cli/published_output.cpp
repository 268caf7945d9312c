#include "cli/published_output.h"

#include <fmt/format.h>

#include <optional>

#include "app/output_file.h"
#include "report/table.h"

namespace kenko::cli {
namespace {

constexpr size_t kRowsAtOnce = 4096;

// Rows on their way out.  A table for people is held as a whole: its columns are as wide as their widest cell.
class Writer {
 public:
  Writer(report::Format format, app::OutputFile& output) : format_(format), output_(output) {}

  void header(const std::vector<app::PublishedColumn>& columns) {
    for (const app::PublishedColumn& c : columns) {
      const auto align = c.number ? report::Align::right : report::Align::left;
      const bool hidden = c.name == "model_fingerprint" || c.name.starts_with("change.");
      table_.columns.push_back({c.name, c.name, align, 28, hidden});
      number_.push_back(c.number);
    }
  }

  Status row(std::span<const std::optional<std::string_view>> cells) {
    std::vector<report::Cell>& row = table_.rows.emplace_back();
    for (size_t c = 0; c < cells.size(); ++c) row.push_back(cell(cells[c], number_[c]));
    if (format_ == report::Format::table || table_.rows.size() < kRowsAtOnce) return Done{};
    return flush();
  }

  Status finish() {
    if (format_ == report::Format::table) return output_.write(report::to_text(table_, terminal()));
    KENKO_TRY_STATUS(flush());
    if (format_ == report::Format::csv) return Done{};
    return output_.write(any_ ? "\n]\n" : "]\n");
  }

 private:
  static report::Cell cell(const std::optional<std::string_view>& text, bool number) {
    if (!text) return {};
    if (!number) return {std::string(*text)};
    report::Fixed out{0, 0};
    const size_t point = text->find('.');
    if (point != std::string_view::npos) out.places = static_cast<int>(text->size() - point - 1);
    for (const char c : *text) {
      if (c >= '0' && c <= '9') out.units = out.units * 10 + (c - '0');
    }
    if (text->starts_with('-')) out.units = -out.units;
    return {out};
  }

  Status flush() {
    std::string text;
    if (format_ == report::Format::csv) {
      text = (begun_ ? "" : report::csv_header(table_)) + report::csv_rows(table_);
    } else {
      text = (begun_ ? "" : "[") + report::json_rows(table_, !any_);
    }
    begun_ = true;
    any_ = any_ || !table_.rows.empty();
    table_.rows.clear();
    return output_.write(text);
  }

  report::Format format_;
  app::OutputFile& output_;
  report::Table table_;
  std::vector<bool> number_;
  bool begun_ = false, any_ = false;
};

Status write_all(const Common& common, const app::PublishedRequest& request) {
  KENKO_TRY(const report::Format format, format_of(common));
  KENKO_TRY(const app::Workspace workspace, app::open_workspace(common.dir));
  if (common.out.ends_with(".parquet")) return app::copy_published_history(workspace, request, common.out);
  std::optional<app::OutputFile> output;
  std::optional<Writer> writer;
  app::PublishedSink sink;
  Status opened = Done{};
  sink.header = [&](const std::vector<app::PublishedColumn>& columns) {
    auto file = app::OutputFile::open(common.out);  // not before there is something to write
    if (!file) {
      opened = file.problems();
      return;
    }
    output.emplace(std::move(*file));
    writer.emplace(format, *output);
    writer->header(columns);
  };
  sink.row = [&](auto cells) -> Status { return writer ? writer->row(cells) : opened; };
  KENKO_TRY_STATUS(app::read_published_history(workspace, request, sink));
  KENKO_TRY_STATUS(opened);
  KENKO_TRY_STATUS(writer->finish());
  return output->finish();
}

}  // namespace

Exit write_published_history(const Common& common, const app::PublishedRequest& request) {
  const Status done = write_all(common, request);
  return done.ok() ? Exit::ok : fail(done.problems());
}

}  // namespace kenko::cli
