// cli/import_output.h
//
// What the commands about facts print.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/import.h"
#include "app/rejects.h"
#include "app/scoring.h"
#include "app/start.h"
#include "app/status.h"
#include "cli/output.h"

namespace kenko::cli {

/// The machine's clock.
[[nodiscard]] const ports::Clock& clock();
/// The folder of shipped files, from KENKO_SHARE or beside the program.
[[nodiscard]] std::string share_dir();

/// A line on standard error that is rewritten in place; nothing when standard error is no terminal.
class ProgressLine {
 public:
  void show(const app::ImportProgress& progress) const;
  void show(const std::string& text) const;
  void clear() const;
};

[[nodiscard]] std::string import_text(const app::ImportReport& report, report::Format format,
                                      const report::Terminal& terminal);
[[nodiscard]] std::string status_text(const app::StatusReport& status, report::Format format,
                                      const report::Terminal& terminal);
[[nodiscard]] std::string rejects_text(const std::vector<state::Reject>& rejects, int64_t limit, report::Format format,
                                       const report::Terminal& terminal);
[[nodiscard]] std::string start_text(const app::StartReport& report, const std::string& dir,
                                     const report::Terminal& terminal);
/// Accounts by band, the worst `count` with their reasons, and half as many that fell most in 30 days.
[[nodiscard]] std::string worst_text(const app::Scoring& scoring, size_t count, const report::Terminal& terminal);

}  // namespace kenko::cli
