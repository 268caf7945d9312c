#include <fmt/format.h>

#include <memory>

#include "app/write_back.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/environment_secrets.h"

namespace kenko::cli {
namespace {

Exit run(const Common& common, bool dry_run) {
  const auto workspace = app::open_workspace(common.dir);
  if (!workspace) return fail(workspace.problems());
  const auto lines = app::write_back(*workspace, secrets_of(*workspace), dry_run);
  if (!lines) return fail(lines.problems());
  if (lines->empty()) {
    return fail({Problem{"no-target",
                         {},
                         "there is no write_back.yaml, or no target in it",
                         "docs/MESSAGES.md shows one",
                         "",
                         Severity::error}});
  }
  std::string out;
  bool failed = false;
  for (const app::WriteBackLine& l : *lines) {
    fail(l.problems);
    failed = failed || !l.problems.empty();
    out += fmt::format("{}: {} changed rows {} {}, {} unchanged{}\n", l.target, text::grouped(l.rows),
                       dry_run ? "would go to" : "to", l.to, text::grouped(l.unchanged),
                       l.nameless == 0 ? "" : fmt::format(", {} accounts without an id there", l.nameless));
  }
  const Exit delivered = deliver(common, out);
  return delivered == Exit::ok && failed ? Exit::failed : delivered;
}

}  // namespace

void add_write_back_command(CLI::App& app, Common& common, Exit& exit) {
  auto* command = app.add_subcommand(
      "write-back", "score, band and reason of the last closed day for your CRM: changed rows as a file or a table");
  auto dry_run = std::make_shared<bool>(false);
  command->add_flag("--dry-run", *dry_run, "only say how many rows changed");
  command->callback([&common, &exit, dry_run] { exit = run(common, *dry_run); });
}

}  // namespace kenko::cli
