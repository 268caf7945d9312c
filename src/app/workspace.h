// app/workspace.h
//
// Finds and opens a workspace: the folder that holds kenko.yaml.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "facts/settings.h"
#include "state/database.h"

namespace kenko::app {

/// An open workspace.  Plain value; holds no lock and no open file.
struct Workspace {
  std::string dir;           ///< absolute
  facts::Settings settings;  ///< what kenko.yaml said when it was opened

  [[nodiscard]] std::string path(std::string_view name) const { return dir + "/" + std::string(name); }
};

inline constexpr const char* kSettingsFile = "kenko.yaml";

/// The nearest folder with a kenko.yaml, from `start` upwards; "no-workspace" when there is none.
[[nodiscard]] Result<std::string> find_workspace(const std::string& start);

/// Finds and reads it.  Errors: "no-workspace", and everything that is wrong with kenko.yaml.
[[nodiscard]] Result<Workspace> open_workspace(const std::string& start);

/// kenko.yaml as it is on disk now.
[[nodiscard]] Result<facts::Settings> read_settings_file(const std::string& dir);

/// state.db for reading; none in a workspace that has none yet (kenko.yaml out of git, no facts).
[[nodiscard]] Result<std::optional<state::Database>> open_state(const std::string& dir);

}  // namespace kenko::app
