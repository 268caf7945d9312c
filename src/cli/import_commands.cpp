#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "app/account_views.h"
#include "app/import.h"
#include "app/init.h"
#include "app/rejects.h"
#include "app/scoring.h"
#include "app/start.h"
#include "app/status.h"
#include "app/suggest.h"
#include "app/system.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/import_output.h"

namespace kenko::cli {
namespace {

Exit run_init(const app::InitRequest& request) {
  app::InitRequest full = request;
  full.share_dir = share_dir();
  const auto made = app::init_workspace(full);
  if (!made) return fail(made.problems());
  fmt::print("made {}\n", made->dir);
  for (const std::string& file : made->files) fmt::print("  {}\n", file);
  fmt::print("\nNext: kenko -C {} import FILE...\n", request.dir);
  return Exit::ok;
}

Exit run_suggest(const Common& common, const std::string& file, const std::string& event) {
  const auto suggestion = app::suggest(file, event);
  if (!suggestion) return fail(suggestion.problems());
  if (suggestion->own_columns) {
    fmt::print("# {} has Kenko's own column names: it can be imported as it is\n", file);
    return Exit::ok;
  }
  return deliver(common, suggestion->mapping);
}

struct ImportOptions {
  app::ImportRequest request;
  std::string as_of, suggest, event;
};

Exit run_import(const Common& common, const ImportOptions& options) {
  if (!options.suggest.empty()) return run_suggest(common, options.suggest, options.event);
  const auto format = format_of(common);
  if (!format) return fail(format.problems());
  app::ImportRequest request = options.request;
  if (request.inputs.empty())
    return fail({{"no-input", {}, "no file was named", "kenko import FILE...", "", Severity::error}});
  if (!options.as_of.empty()) {
    const auto day = day_option("--as-of", options.as_of);
    if (!day) return fail(day.problems());
    request.as_of = *day;
  }
  request.command = fmt::format("import {}", text::join(request.inputs, " "));
  const auto workspace = app::open_workspace(common.dir);
  if (!workspace) return fail(workspace.problems());
  const ProgressLine progress;
  const auto report =
      app::import_files(*workspace, request, clock(), [&](const app::ImportProgress& p) { progress.show(p); });
  progress.clear();
  if (!report) return fail(report.problems());
  const Exit delivered = deliver(common, import_text(*report, *format, terminal()));
  for (const auto& file : report->files) warn(file.problems);
  return report->has_faults() ? Exit::failed : delivered;
}

Exit run_status(const Common& common, bool digest) {
  const auto workspace = app::open_workspace(common.dir);
  if (!workspace) return fail(workspace.problems());
  if (digest) {
    const auto hash = app::read_digest(*workspace);
    if (!hash) return fail(hash.problems());
    fmt::print("{}\n", hash->hex());
    return Exit::ok;
  }
  const auto format = format_of(common);
  if (!format) return fail(format.problems());
  const auto status = app::read_status(*workspace, clock());
  if (!status) return fail(status.problems());
  return deliver(common, status_text(*status, *format, terminal()));
}

struct RejectOptions {
  std::string source, code;
  int64_t limit = 50;
};

Exit run_rejects(const Common& common, const RejectOptions& options, bool all) {
  const auto workspace = app::open_workspace(common.dir);
  if (!workspace) return fail(workspace.problems());
  const auto optional = [](const std::string& s) { return s.empty() ? std::nullopt : std::optional(s); };
  const auto rejects = app::list_rejects(*workspace, optional(options.source), optional(options.code));
  if (!rejects) return fail(rejects.problems());
  if (all) return deliver(common, app::rejects_csv(*rejects));
  const auto format = format_of(common);
  if (!format) return fail(format.problems());
  return deliver(common, rejects_text(*rejects, options.limit, *format, terminal()));
}

Exit run_start(const Common& common, const app::StartRequest& request) {
  const auto report = app::start(request, clock());
  if (!report) return fail(report.problems());
  fmt::print("{}", start_text(*report, request.dir, terminal()));
  const bool faults = std::any_of(report->groups.begin(), report->groups.end(),
                                  [](const app::StartGroup& g) { return g.imported.has_faults(); });
  const Exit done = faults ? Exit::failed : Exit::ok;
  if (report->model_file.empty()) {
    fmt::print("\nNext: kenko -C {} import FILE, with what customers do and when\n", request.dir);
    return done;
  }
  const auto workspace = app::open_workspace(report->dir);
  if (!workspace) return fail(workspace.problems());
  const auto scoring = app::Scoring::open(*workspace, {"", {}, {}, common.threads}, app::now());
  if (!scoring) return fail(scoring.problems());
  fmt::print("{}", worst_text(**scoring, 10, terminal()));
  for (const std::string& sentence : report->missing) fmt::print("Missing: {}\n", sentence);
  fmt::print("\nNext: kenko -C {} model print\n", request.dir);
  return done;
}

void add_import(CLI::App& app, Common& common, Exit& exit) {
  auto* import = app.add_subcommand("import", "read files into the workspace, each fact exactly once");
  auto options = std::make_shared<ImportOptions>();
  import->add_option("files", options->request.inputs, "files, folders, patterns");
  import->add_option("--mapping", options->request.mapping_file,
                     "how the columns become facts; default: the source's in kenko.yaml");
  import->add_option("--source", options->request.source, "name of the source");
  import->add_option("--as-of", options->as_of, "the day of a table without dates");
  import->add_option("--scope", options->request.scope, "what part of the company a snapshot is about");
  import->add_flag("--force", options->request.force, "take a snapshot in which many accounts have vanished");
  import->add_flag("--dry-run", options->request.dry_run, "do everything but write");
  import->add_option("--suggest", options->suggest, "print a mapping to start from for this file");
  import->add_option("--event", options->event, "with --suggest: the name of the event that each row is");
  import->add_option("--format", common.format, "table, json or csv");
  import->add_option("--out", common.out, "write to this file");
  import->callback([&, options] { exit = run_import(common, *options); });
}

void add_rejects(CLI::App& app, Common& common, Exit& exit) {
  auto* rejects = app.add_subcommand("rejects", "records that gave no fact");
  rejects->require_subcommand(1);
  auto options = std::make_shared<RejectOptions>();
  auto* list = rejects->add_subcommand("list", "with file, line, field and reason");
  auto* all = rejects->add_subcommand("export", "all of them as CSV, with the record");
  for (auto* command : {list, all}) {
    command->add_option("--source", options->source, "only this source");
    command->add_option("--code", options->code, "only this reason");
    command->add_option("--out", common.out, "write to this file");
  }
  list->add_option("--limit", options->limit, "how many; 0 = all")->capture_default_str();
  list->add_option("--format", common.format, "table, json or csv");
  list->callback([&, options] { exit = run_rejects(common, *options, false); });
  all->callback([&, options] { exit = run_rejects(common, *options, true); });
}

}  // namespace

void add_import_commands(CLI::App& app, Common& common, Exit& exit) {
  auto* init = app.add_subcommand("init", "make a workspace");
  auto init_request = std::make_shared<app::InitRequest>();
  init->add_option("dir", init_request->dir, "the folder")->required();
  init->add_option("--template", init_request->template_name, "start with this model: starter, saas, retail");
  init->add_option("--company", init_request->company, "the company's name");
  init->add_option("--time-zone", init_request->time_zone, "IANA name; default: UTC");
  init->add_option("--currency", init_request->currency, "three letters; default: USD");
  init->callback([&exit, init_request] { exit = run_init(*init_request); });

  auto* start = app.add_subcommand("start", "from your files to scores in one step");
  auto start_request = std::make_shared<app::StartRequest>();
  auto start_as_of = std::make_shared<std::string>();
  start->add_option("dir", start_request->dir, "the workspace; made when it is not there")->required();
  start->add_option("files", start_request->inputs, "your files")->required();
  start->add_option("--time-zone", start_request->time_zone, "of your times; IANA name; default: UTC");
  start->add_option("--currency", start_request->currency, "three letters; default: USD");
  start->add_option("--as-of", *start_as_of, "the day of tables without dates; default: yesterday");
  start->callback([&, start_request, start_as_of] {
    if (!start_as_of->empty()) {
      const auto day = day_option("--as-of", *start_as_of);
      if (!day) {
        exit = fail(day.problems());
        return;
      }
      start_request->as_of = *day;
    }
    exit = run_start(common, *start_request);
  });

  add_import(app, common, exit);
  add_rejects(app, common, exit);
  auto* status = app.add_subcommand("status", "what the workspace holds");
  auto digest = std::make_shared<bool>(false);
  status->add_flag("--digest", *digest, "a hash of all facts: equal digests are the same state");
  status->add_option("--format", common.format, "table, json or csv");
  status->callback([&, digest] { exit = run_status(common, *digest); });
}

}  // namespace kenko::cli
