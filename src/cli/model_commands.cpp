#include <fmt/format.h>

#include <memory>

#include "app/account_views.h"
#include "app/model_files.h"
#include "app/scoring.h"
#include "app/system.h"
#include "cli/commands.h"
#include "cli/import_output.h"
#include "cli/model_output.h"

namespace kenko::cli {
namespace {

Exit run_check(const Common& common, const std::string& name) {
  const auto workspace = app::open_workspace(common.dir);
  if (!workspace) return fail(workspace.problems());
  const auto loaded = app::load_model(*workspace, name);
  if (!loaded) return fail(loaded.problems());
  warn(loaded->model.warnings);
  const auto counted = [](size_t n, const char* what) { return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s"); };
  fmt::print("model {} is good: {}, {}, {}, fingerprint {}\n", loaded->plan.model,
             counted(loaded->plan.metrics.size(), "metric"), counted(loaded->plan.dimensions.size(), "dimension"),
             counted(loaded->plan.bands.size(), "band"), loaded->plan.fingerprint.hex().substr(0, 12));
  return Exit::ok;
}

Exit run_print(const Common& common, const std::string& name) {
  const auto workspace = app::open_workspace(common.dir);
  if (!workspace) return fail(workspace.problems());
  const auto text = app::model_in_words(*workspace, name);
  if (!text) return fail(text.problems());
  return deliver(common, *text);
}

Exit run_docs(const Common& common, const std::string& name) {
  const auto workspace = app::open_workspace(common.dir);
  if (!workspace) return fail(workspace.problems());
  const auto page = app::model_page(*workspace, name);
  if (!page) return fail(page.problems());
  return deliver(common, *page);
}

struct NewOptions {
  std::string name, template_name = "starter";
};

Exit run_new(const Common& common, const NewOptions& options) {
  const auto workspace = app::open_workspace(common.dir);
  if (!workspace) return fail(workspace.problems());
  const auto path = app::new_model(*workspace, options.name, options.template_name, share_dir());
  if (!path) return fail(path.problems());
  fmt::print("wrote {} from the template {}\nNext: kenko model print {}, then kenko model publish {} --reason TEXT\n",
             *path, options.template_name, options.name, options.name);
  return Exit::ok;
}

// --as-of, where it was given.
Result<std::optional<Day>> day_asked(const Common& common) {
  if (common.as_of.empty()) return std::optional<Day>();
  KENKO_TRY(const Day day, day_option("--as-of", common.as_of));
  return std::optional(day);
}

struct DiffOptions {
  std::string first, second;
  bool no_data = false;
};

Result<std::string> diff_output(const Common& common, const DiffOptions& options) {
  KENKO_TRY(const report::Format format, format_of(common));
  app::ModelChangeRequest request;
  request.before = options.second.empty() ? "" : options.first;  // one model alone is the later one
  request.after = options.second.empty() ? options.first : options.second;
  request.with_data = !options.no_data;
  request.threads = common.threads;
  KENKO_TRY(request.as_of, day_asked(common));
  KENKO_TRY(const app::Workspace workspace, app::open_workspace(common.dir));
  KENKO_TRY(const app::ModelChange change, app::compare_models(workspace, request, app::now()));
  switch (format) {
    case report::Format::table:
      return change_text(change, request.with_data, terminal());
    case report::Format::json:
      return change_json(change);
    case report::Format::csv:
      break;
  }
  return report::to_csv(change_table(change));
}

struct PublishOptions {
  std::string model, reason, by;
};

Exit run_publish(const Common& common, const PublishOptions& options) {
  const auto format = format_of(common);
  if (!format) return fail(format.problems());
  const auto workspace = app::open_workspace(common.dir);
  if (!workspace) return fail(workspace.problems());
  const auto author = author_of(options.by);
  if (!author) return fail(author.problems());
  const auto report = app::publish_model(*workspace, {options.model, *author, options.reason, common.threads}, clock());
  if (!report) return fail(report.problems());
  if (*format == report::Format::table) return deliver(common, published_text(*report, workspace->settings));
  return deliver(common,
                 report::render(publications_table({report->publication}, workspace->settings), *format, terminal()));
}

Result<std::string> log_output(const Common& common) {
  KENKO_TRY(const report::Format format, format_of(common));
  KENKO_TRY(const app::Workspace workspace, app::open_workspace(common.dir));
  KENKO_TRY(const auto publications, app::read_publications(workspace));
  if (publications.empty() && format == report::Format::table)
    return std::string("no model was published yet; kenko model publish --reason TEXT\n");
  return report::render(publications_table(publications, workspace.settings), format, terminal());
}

struct CurveOptions {
  std::string metric, segment;
};

Result<std::string> curve_output(const Common& common, const CurveOptions& options) {
  KENKO_TRY(const report::Format format, format_of(common));
  app::CurveRequest request{options.metric, common.model, options.segment, {}, common.threads};
  KENKO_TRY(request.as_of, day_asked(common));
  KENKO_TRY(const app::Workspace workspace, app::open_workspace(common.dir));
  KENKO_TRY(const app::CurveView view, app::view_curve(workspace, request, app::now()));
  switch (format) {
    case report::Format::table:
      return curve_text(view, terminal());
    case report::Format::json:
      return curve_json(view);
    case report::Format::csv:
      break;
  }
  return report::to_csv(curve_table(view));
}

Exit show(const Common& common, const Result<std::string>& output) {
  return output ? deliver(common, *output) : fail(output.problems());
}

void common_options(CLI::App* command, Common& common) {
  command->add_option("--as-of", common.as_of, "the day, 2026-11-20; default: the last closed day with facts");
  command->add_option("--format", common.format, "table, json or csv");
  command->add_option("--out", common.out, "write to this file");
  command->add_option("--threads", common.threads, "default: all cores");
}

void add_publish(CLI::App& model, Common& common, Exit& exit) {
  auto* publish = model.add_subcommand("publish", "make a model the active one, with a reason, and keep its history");
  auto options = std::make_shared<PublishOptions>();
  publish->add_option("model", options->model, "a model of models/; default: the active one");
  publish->add_option("--reason", options->reason, "why it changes");
  publish->add_option("--by", options->by, kByHelp);
  publish->add_option("--format", common.format, "table, json or csv");
  publish->add_option("--threads", common.threads, "default: all cores");
  publish->callback([&, options] { exit = run_publish(common, *options); });

  auto* log = model.add_subcommand("log", "what was published: when, by whom, why");
  log->add_option("--format", common.format, "table, json or csv");
  log->add_option("--out", common.out, "write to this file");
  log->callback([&] { exit = show(common, log_output(common)); });
}

void add_looks(CLI::App& model, Common& common, Exit& exit) {
  auto* diff = model.add_subcommand("diff", "what changed from one model to another, and whose score");
  auto diff_options = std::make_shared<DiffOptions>();
  diff->add_option("before", diff_options->first, "a model of models/ or a path; default: the active one");
  diff->add_option("after", diff_options->second,
                   "the later one; with one model alone that is the later one, and the active one the earlier");
  diff->add_flag("--no-data", diff_options->no_data, "only the settings, not the accounts");
  common_options(diff, common);
  diff->callback([&, diff_options] { exit = show(common, diff_output(common, *diff_options)); });

  auto* curve = model.add_subcommand("curve", "draw a metric's curve over the customers it judges");
  auto curve_options = std::make_shared<CurveOptions>();
  curve->add_option("metric", curve_options->metric, "its name")->required();
  curve->add_option("--model", common.model, "a model of models/ or a path; default: the active one");
  curve->add_option("--segment", curve_options->segment, "of this segment or stage, over its accounts");
  common_options(curve, common);
  curve->callback([&, curve_options] { exit = show(common, curve_output(common, *curve_options)); });
}

}  // namespace

void add_model_commands(CLI::App& app, Common& common, Exit& exit) {
  auto* model = app.add_subcommand("model", "write, check, read, compare and publish health models");
  model->require_subcommand(1);
  const auto add = [&](const char* name, const char* what, Exit (*run)(const Common&, const std::string&)) {
    auto* command = model->add_subcommand(name, what);
    auto which = std::make_shared<std::string>();
    command->add_option("model", *which, "a model of models/ or a path; default: the active one");
    command->add_option("--out", common.out, "write to this file");
    command->callback([&common, &exit, which, run] { exit = run(common, *which); });
  };
  auto* created = model->add_subcommand("new", "a new model from a template");
  auto options = std::make_shared<NewOptions>();
  created->add_option("name", options->name, "it becomes models/NAME.yaml")->required();
  created->add_option("--template", options->template_name, "a wrong one lists them")->capture_default_str();
  created->callback([&, options] { exit = run_new(common, *options); });
  add("check", "find everything that is wrong with a model", run_check);
  add("print", "read a model aloud: shares, curves, bands", run_print);
  add("docs", "a Markdown page of a model for its owners", run_docs);
  add_looks(*model, common, exit);
  add_publish(*model, common, exit);
  auto* schema = model->add_subcommand("schema", "the JSON Schema of model files, for editors");
  schema->add_option("--out", common.out, "write to this file");
  schema->callback([&] { exit = deliver(common, app::model_schema()); });
}

}  // namespace kenko::cli
