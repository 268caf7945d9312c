// Files -> stored facts, by format: into an empty workspace, and the same file again.
#include <filesystem>

#include "app/import.h"
#include "app/workspace.h"
#include "company.h"
#include "options.h"
#include "ports/clock.h"

namespace kenko::bench {
namespace {

constexpr int64_t kBadEvery = 1'000;  // one row of so many is rejected

Result<double> rows_per_second(const std::string& dir, const std::string& file, int64_t rows, bool again) {
  KENKO_TRY(const app::Workspace workspace, app::open_workspace(dir));
  app::ImportRequest request;
  request.inputs = {file};
  request.source = kSource;
  request.refresh_cache = false;
  Result<app::ImportReport> report = app::ImportReport{};
  const double seconds = seconds_of([&] { report = app::import_files(workspace, request, ports::SystemClock()); });
  if (!report.ok()) return report.problems();
  const state::FileCounts& total = report->total;
  const int64_t bad = rows / kBadEvery;
  if (total.read != rows || total.rejected != bad || (again ? total.already : total.added) != rows - bad)
    return Problem{"bench-import", {file, 0, 0, ""}, "the import did not come to the rows that were made", "", "",
                   Severity::error};
  return static_cast<double>(rows) / seconds;
}

Status bench_format(const Options& options, Format format, Figures& figures) {
  const int64_t rows = options.import_events;
  Shape shape = options.shape;
  shape.events = std::max(shape.events, rows);
  const std::string name(word(format));
  const std::string file = options.dir + "/import-" + std::to_string(rows) + "." + name;
  if (!std::filesystem::exists(file)) KENKO_TRY_STATUS(write_file(rows_of(shape), 0, rows, format, kBadEvery, file));
  const std::string dir = options.dir + "/import-workspace";
  std::vector<double> cold, again;
  for (int i = 0; i < options.runs; ++i) {
    KENKO_TRY_STATUS(make_workspace(dir, options.models_dir, "shape"));
    KENKO_TRY(cold.emplace_back(), rows_per_second(dir, file, rows, false));
    KENKO_TRY(again.emplace_back(), rows_per_second(dir, file, rows, true));
  }
  std::filesystem::remove_all(dir);
  figures.add("import", name + ", into an empty workspace", "rows/s", cold);
  figures.add("import", name + ", the same file again", "rows/s", again);
  return Done{};
}

}  // namespace

Status bench_import(const Options& options, Figures& figures) {
  for (const Format format : {Format::csv, Format::ndjson, Format::parquet})
    KENKO_TRY_STATUS(bench_format(options, format, figures));
  return Done{};
}

}  // namespace kenko::bench
