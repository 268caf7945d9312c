#include <fmt/format.h>

#include <memory>

#include "app/export.h"
#include "base/text.h"
#include "cli/commands.h"

namespace kenko::cli {
namespace {

Exit run_export(const Common& common, const app::ExportRequest& request) {
  const auto workspace = app::open_workspace(common.dir);
  if (!workspace) return fail(workspace.problems());
  const auto report = app::export_facts(*workspace, request);
  if (!report) return fail(report.problems());
  for (const auto& [file, rows] : report->files) fmt::print("{}: {} rows\n", file, text::grouped(rows));
  return Exit::ok;
}

}  // namespace

void add_export_command(CLI::App& app, Common& common, Exit& exit) {
  auto* command = app.add_subcommand("export", "write the facts that count as files for other programs");
  auto request = std::make_shared<app::ExportRequest>();
  command->add_option("--out", request->out, "a folder, or a file for the events alone")->capture_default_str();
  command->add_option("--format", request->format, "parquet, csv or ndjson; default: by --out, else parquet");
  command->callback([&, request] { exit = run_export(common, *request); });
}

}  // namespace kenko::cli
