// app/demo.h
//
// kenko demo: a simulated software company, from raw exports to scores.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "app/import.h"
#include "app/workspace.h"
#include "base/result.h"

namespace kenko::app {

struct DemoRequest {
  std::string dir;        ///< gets exports/, truth/ and company/ (the workspace)
  std::string share_dir;  ///< find_share_dir()
  uint64_t seed = 1;
  int accounts = 300;
  int days = 550;
  double events_per_account_day = 7.1;  ///< product events
  bool exports_only = false;            ///< no workspace: for who wants to import by hand
};

struct DemoReport {
  std::string workspace_dir;
  std::string exports_dir, truth_dir;
  state::FileCounts total;
  struct Source {
    std::string name;
    state::FileCounts counts;
  };
  std::vector<Source> sources;
};

/// Simulates the company and imports its exports into a new workspace.  Errors: "workspace-exists" when there is one
/// already, and those of import.  `progress` gets one line for each step.
[[nodiscard]] Result<DemoReport> make_demo(const DemoRequest& request, const ports::Clock& clock,
                                           const std::function<void(const std::string&)>& progress);

/// The same for the retail data that ship with the product: a workspace in `dir`.
[[nodiscard]] Result<ImportReport> make_retail(const std::string& dir, const std::string& share_dir,
                                               const ports::Clock& clock);

}  // namespace kenko::app
