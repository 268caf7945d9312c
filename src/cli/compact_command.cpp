#include <fmt/format.h>

#include <memory>

#include "app/compact.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/import_output.h"

namespace kenko::cli {
namespace {

std::string summary(const app::CompactReport& report) {
  std::string out;
  if (report.sealed_events > 0) {
    out += fmt::format("{} events moved into segments\n", text::grouped(report.sealed_events));
  }
  out += fmt::format("segments: {} -> {}, key files: {} -> {}\n", report.segments_before, report.segments_after,
                     report.key_files_before, report.key_files_after);
  if (report.kept_files > 0) {
    out += fmt::format("{} files that were replaced stay for a while, for those who read them\n", report.kept_files);
  }
  return out;
}

Exit run_compact(const Common& common, const app::CompactRequest& request) {
  if (request.grace_seconds < 0) {
    return fail({{"bad-option", {}, "--grace is a number of seconds, 0 or more", "", "", Severity::error}});
  }
  const auto workspace = app::open_workspace(common.dir);
  if (!workspace) return fail(workspace.problems());
  const auto report = app::compact(*workspace, request, clock());
  if (!report) return fail(report.problems());
  return deliver(common, summary(*report));
}

}  // namespace

void add_compact_command(CLI::App& app, Common& common, Exit& exit) {
  auto* compact =
      app.add_subcommand("compact", "put the stored events into fewer, larger files; results stay the same");
  auto request = std::make_shared<app::CompactRequest>();
  compact->add_option("--grace", request->grace_seconds, "seconds for which replaced files stay for their readers")
      ->capture_default_str();
  compact->callback([&, request] { exit = run_compact(common, *request); });
}

}  // namespace kenko::cli
