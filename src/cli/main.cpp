#include <fmt/format.h>

#include <exception>

#include "app/version.h"
#include "cli/commands.h"

int main(int argc, char** argv) {
  using namespace kenko::cli;
  CLI::App app{"Kenko: customer health scores from raw facts, with their reasons.", "kenko"};
  app.set_version_flag("--version", kenko::app::version_text());
  app.require_subcommand(1);
  app.set_help_all_flag("--help-all", "help of every command");
  app.get_formatter()->column_width(34);
  Common common;
  Exit exit = Exit::ok;
  app.add_option("-C", common.dir, "the workspace; default: the nearest kenko.yaml from here upwards");
  add_import_commands(app, common, exit);
  add_score_commands(app, common, exit);
  add_model_commands(app, common, exit);
  add_demo_command(app, common, exit);
  app.fallthrough();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(Exit::usage);
  }
  return static_cast<int>(exit);
}
