#include <fmt/format.h>

#include <memory>

#include "app/account_views.h"
#include "app/scoring.h"
#include "cli/commands.h"

namespace kenko::cli {
namespace {

Exit run_check(const Common& common, const std::string& name) {
  const auto workspace = app::open_workspace(common.dir);
  if (!workspace) return fail(workspace.problems());
  const auto loaded = app::load_model(*workspace, name);
  if (!loaded) return fail(loaded.problems());
  warn(loaded->model.warnings);
  fmt::print("model {} is good: {} metrics, {} dimensions, {} bands, fingerprint {}\n", loaded->plan.model,
             loaded->plan.metrics.size(), loaded->plan.dimensions.size(), loaded->plan.bands.size(),
             loaded->plan.fingerprint.hex().substr(0, 12));
  return Exit::ok;
}

Exit run_print(const Common& common, const std::string& name) {
  const auto workspace = app::open_workspace(common.dir);
  if (!workspace) return fail(workspace.problems());
  const auto text = app::model_in_words(*workspace, name);
  if (!text) return fail(text.problems());
  return deliver(common, *text);
}

}  // namespace

void add_model_commands(CLI::App& app, Common& common, Exit& exit) {
  auto* model = app.add_subcommand("model", "check and read health models");
  model->require_subcommand(1);
  const auto add = [&](const char* name, const char* what, Exit (*run)(const Common&, const std::string&)) {
    auto* command = model->add_subcommand(name, what);
    auto which = std::make_shared<std::string>();
    command->add_option("model", *which, "a model of models/ or a path; default: the active one");
    command->callback([&common, &exit, which, run] { exit = run(common, *which); });
  };
  add("check", "find everything that is wrong with a model", run_check);
  add("print", "read a model aloud: shares, curves, bands", run_print);
}

}  // namespace kenko::cli
