#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <string>
#include <vector>

#include "app/version.h"
#include "base/text.h"
#include "cli/chosen_clock.h"
#include "cli/commands.h"
#include "cli/program.h"

namespace kenko::cli {
namespace {

// A word that is no command, with the nearest one that is; false when something else is wrong.
bool explain_unknown_command(const CLI::App& app, const CLI::ParseError& error) {
  if (dynamic_cast<const CLI::RequiredError*>(&error) == nullptr) return false;
  const std::vector<std::string> left = app.remaining();
  const auto word = std::find_if(left.begin(), left.end(), [](const std::string& s) { return !s.starts_with("-"); });
  if (word == left.end()) return false;
  std::vector<std::string> known;
  for (const CLI::App* command : app.get_subcommands({})) known.push_back(command->get_name());
  const std::string nearest = text::did_you_mean(*word, known);
  fmt::print(stderr, "error: unknown command `{}`\n    hint: {}\n", *word,
             nearest.empty() ? "kenko --help lists them" : nearest);
  return true;
}

}  // namespace

int run_arguments(const std::vector<std::string>& arguments) {
  CLI::App app{"Kenko: customer health scores from raw facts, with their reasons.", "kenko"};
  app.set_version_flag("--version", kenko::app::version_text());
  app.require_subcommand(1);
  app.set_help_all_flag("--help-all", "help of every command");
  app.get_formatter()->column_width(34);
  Common common;
  Exit exit = Exit::ok;
  app.add_option("-C", common.dir, "the workspace; default: the nearest kenko.yaml from here upwards");
  app.add_option("--now", common.now, kNowHelp);
  app.fallthrough();  // before the commands are made: they inherit it, so that -C may stand behind them, too
  add_import_commands(app, common, exit);
  add_append_command(app, common, exit);
  add_score_commands(app, common, exit);
  add_merge_commands(app, common, exit);
  add_model_commands(app, common, exit);
  add_manual_commands(app, common, exit);
  add_backup_commands(app, common, exit);
  add_doctor_command(app, common, exit);
  add_close_command(app, common, exit);
  add_backtest_command(app, common, exit);
  add_calibrate_command(app, common, exit);
  add_fit_command(app, common, exit);
  add_portfolio_command(app, common, exit);
  add_compare_command(app, common, exit);
  add_report_command(app, common, exit);
  add_monitor_command(app, common, exit);
  add_compact_command(app, common, exit);
  add_export_command(app, common, exit);
  add_messages_command(app, common, exit);
  add_alerts_command(app, common, exit);
  add_tasks_command(app, common, exit);
  add_plays_command(app, common, exit);
  add_write_back_command(app, common, exit);
  add_today_command(app, common, exit);
  add_account_command(app, common, exit);
  add_daily_command(app, common, exit);
  add_demo_command(app, common, exit);
  try {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    app.parse(std::move(reversed));
  } catch (const CLI::ParseError& error) {
    if (explain_unknown_command(app, error)) return static_cast<int>(Exit::usage);
    return app.exit(error) == 0 ? 0 : static_cast<int>(Exit::usage);
  }
  return static_cast<int>(exit);
}

}  // namespace kenko::cli
