// cli/manual_output.h
//
// What the commands about facts entered by hand print.
#pragma once

#include <string>
#include <vector>

#include "app/due_input.h"
#include "app/manual.h"
#include "cli/output.h"
#include "facts/settings.h"
#include "report/table.h"

namespace kenko::cli {

/// Where and when something is printed.
struct ManualOutput {
  std::string program;  ///< "kenko", or "kenko -C DIR"
  const facts::Settings* settings = nullptr;
  Instant now;
};

/// What was recorded, what it does and how to take it back.
[[nodiscard]] std::string entered_text(const app::ManualReport& report, const ManualOutput& output);
[[nodiscard]] std::string undone_text(const app::UndoReport& report, const ManualOutput& output);
/// One row an entry.
[[nodiscard]] report::Table entries_table(const std::vector<state::Entry>& entries, const facts::Settings& settings);

/// What people have to say again, with the command for each; steps of rubrics once at the end.
[[nodiscard]] std::string due_text(const app::DueReport& due, const ManualOutput& output,
                                   const report::Terminal& terminal);
[[nodiscard]] report::Table due_table(const app::DueReport& due, const ManualOutput& output);

/// A word as a shell takes it: in quotes where it has to be.
[[nodiscard]] std::string shell_word(const std::string& word);

}  // namespace kenko::cli
