// app/daily.h
//
// kenko daily: the run that a timer starts.  Safe to be killed anywhere and to run twice: each step is done when its
// transaction is, and what is done is not done again.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/close.h"
#include "app/workspace.h"
#include "base/result.h"
#include "ports/clock.h"
#include "ports/message.h"

namespace kenko::app {

/// What a run is to do; daily.yaml.
struct DailyPlan {
  struct Import {
    std::vector<std::string> files;  ///< files and folders; relative: to the workspace
    std::string mapping, source;     ///< as kenko import; empty = what kenko.yaml says
  };
  struct Report {
    std::vector<std::string> arguments;  ///< of the command, as "portfolio --format html --out reports/portfolio.html"
    int32_t every_days = 1;              ///< 7: on Mondays
  };
  std::vector<Import> imports;
  std::vector<Report> reports;
};
inline constexpr const char* kDailyFile = "daily.yaml";

/// daily.yaml of the workspace; nothing to import and no reports when there is none.  Errors: all problems at once.
[[nodiscard]] Result<DailyPlan> read_daily_plan(const Workspace& workspace);

/// What a run did, up to the outbox.
struct DailyReport {
  int64_t files = 0;      ///< that were new or had changed
  int64_t unchanged = 0;  ///< that were not looked into again
  int64_t added = 0, corrected = 0, rejected = 0;
  Problems imports;  ///< of files that could not be read
  CloseReport closed;
  bool enabled = false;                                      ///< there is an alerts.yaml
  int64_t opened = 0, listed = 0, ended = 0, escalated = 0;  ///< alerts, since the last run
  int64_t open = 0, backlog = 0, nobody = 0;                 ///< alerts now; nobody: without an assignee
  int64_t plays_begun = 0, plays_ended = 0;                  ///< for accounts, since the last run
  int64_t tasks_created = 0, tasks_late = 0;                 ///< since the last run
  int64_t tasks_open = 0;                                    ///< now
  bool plays = false;                                        ///< there are any
  int64_t feeds = 0;                                         ///< open alerts of silent feeds
  std::vector<ports::Message> messages;                      ///< that were put into the outbox (dry run: would be)
  std::vector<DailyPlan::Report> due_reports;
};

struct DailyRequest {
  bool dry_run = false;  ///< import and close nothing, keep nothing: only say what would be told
  int threads = 0;
};

/// Imports what is new, closes the days that are due, replays, and puts what is to be told into the outbox.  Reports
/// and sending are the caller's.
/// Errors: those of the rules' files before anything is done; of import_files, close_days, storage.  "no-facts" where
/// nothing was ever imported.
[[nodiscard]] Result<DailyReport> run_daily(const Workspace& workspace, const DailyRequest& request,
                                            const ports::Clock& clock,
                                            const std::function<void(const std::string&)>& progress = {});

}  // namespace kenko::app
