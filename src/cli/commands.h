// cli/commands.h
//
// The command table: each function adds its commands to the program.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/output.h"

namespace kenko::cli {

/// Each adds its commands; running one sets `exit`.  All references must outlive the parsing.
void add_score_commands(CLI::App& app, Common& common, Exit& exit);
/// After add_score_commands, whose `accounts` it adds to.
void add_merge_commands(CLI::App& app, Common& common, Exit& exit);
void add_model_commands(CLI::App& app, Common& common, Exit& exit);
void add_import_commands(CLI::App& app, Common& common, Exit& exit);
void add_append_command(CLI::App& app, Common& common, Exit& exit);
void add_manual_commands(CLI::App& app, Common& common, Exit& exit);
void add_backup_commands(CLI::App& app, Common& common, Exit& exit);
void add_doctor_command(CLI::App& app, Common& common, Exit& exit);
void add_backtest_command(CLI::App& app, Common& common, Exit& exit);
void add_calibrate_command(CLI::App& app, Common& common, Exit& exit);
void add_fit_command(CLI::App& app, Common& common, Exit& exit);
void add_portfolio_command(CLI::App& app, Common& common, Exit& exit);
void add_compare_command(CLI::App& app, Common& common, Exit& exit);
void add_monitor_command(CLI::App& app, Common& common, Exit& exit);
/// After the commands whose reports it can write as pages.
void add_report_command(CLI::App& app, Common& common, Exit& exit);
void add_close_command(CLI::App& app, Common& common, Exit& exit);
void add_compact_command(CLI::App& app, Common& common, Exit& exit);
void add_export_command(CLI::App& app, Common& common, Exit& exit);
void add_messages_command(CLI::App& app, Common& common, Exit& exit);
void add_alerts_command(CLI::App& app, Common& common, Exit& exit);
void add_tasks_command(CLI::App& app, Common& common, Exit& exit);
void add_plays_command(CLI::App& app, Common& common, Exit& exit);
void add_write_back_command(CLI::App& app, Common& common, Exit& exit);
void add_today_command(CLI::App& app, Common& common, Exit& exit);
void add_account_command(CLI::App& app, Common& common, Exit& exit);
void add_daily_command(CLI::App& app, Common& common, Exit& exit);
void add_demo_command(CLI::App& app, Common& common, Exit& exit);

}  // namespace kenko::cli
