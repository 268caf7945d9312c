#include <fmt/format.h>

#include <memory>

#include "app/backup.h"
#include "app/restore.h"
#include "app/workspace.h"
#include "app/workspace_files.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/import_output.h"

namespace kenko::cli {
namespace {

std::string files_text(int64_t files, int64_t bytes) {
  return fmt::format("{} file{}, {}", text::grouped(files), files == 1 ? "" : "s", app::size_text(bytes));
}

report::Table table_of(const std::string& target, int64_t files, int64_t bytes, int64_t linked) {
  using report::Align;
  report::Table table;
  table.columns = {{"target", "folder", Align::left, 0, false},
                   {"files", "files", Align::right, 0, false},
                   {"bytes", "bytes", Align::right, 0, false},
                   {"linked_bytes", "linked", Align::right, 0, false}};
  table.rows.push_back({{target}, {files}, {bytes}, {linked}});
  return table;
}

Exit run_backup(const Common& common, const std::string& target, bool copy) {
  const auto format = format_of(common);
  if (!format) return fail(format.problems());
  // Not open_workspace(): what is wrong in kenko.yaml is no reason to have no backup.
  const auto dir = app::find_workspace(common.dir);
  if (!dir) return fail(dir.problems());
  const auto made = app::back_up({*dir, target, copy}, clock());
  if (!made) return fail(made.problems());
  if (*format != report::Format::table) {
    return deliver(common, report::render(table_of(made->target, made->files, made->bytes, made->linked_bytes), *format,
                                          terminal()));
  }
  std::string out = fmt::format("backed up to {}\n{}", made->target, files_text(made->files, made->bytes));
  if (made->linked_files > 0) {
    out += fmt::format("; {} of it shared with the workspace by hard links (--copy for another disk's sake)",
                       app::size_text(made->linked_bytes));
  }
  return deliver(common, out + "\n");
}

Exit run_restore(const Common& common, const app::RestoreRequest& request) {
  const auto format = format_of(common);
  if (!format) return fail(format.problems());
  const auto back = app::restore(request);
  if (!back) return fail(back.problems());
  if (*format != report::Format::table) {
    return deliver(common, report::render(table_of(back->target, back->files, back->bytes, 0), *format, terminal()));
  }
  return deliver(common, fmt::format("restored to {}\n{}, as of {}; every file is what was backed up\n", back->target,
                                     files_text(back->files, back->bytes), back->made.iso()));
}

}  // namespace

void add_backup_commands(CLI::App& app, Common& common, Exit& exit) {
  auto* backup = app.add_subcommand("backup", "one consistent copy of the workspace, while others read and write");
  auto target = std::make_shared<std::string>();
  auto copy = std::make_shared<bool>(false);
  backup->add_option("dir", *target, "a folder that is empty or not there")->required();
  backup->add_flag("--copy", *copy, "copy also what could be linked");
  backup->add_option("--format", common.format, "table, json or csv");
  backup->callback([&, target, copy] { exit = run_backup(common, *target, *copy); });

  auto* restore = app.add_subcommand("restore", "a workspace from a backup, after checking every file of it");
  auto request = std::make_shared<app::RestoreRequest>();
  restore->add_option("backup", request->backup, "the folder that `kenko backup` made")->required();
  restore->add_option("dir", request->target, "a folder that is empty or not there; default: where it was");
  restore->add_flag("--copy", request->copy, "copy also what could be linked");
  restore->add_option("--format", common.format, "table, json or csv");
  restore->callback([&, request] { exit = run_restore(common, *request); });
}

}  // namespace kenko::cli
