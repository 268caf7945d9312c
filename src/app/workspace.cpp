#include "app/workspace.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "ports/files.h"
#include "settings/settings_file.h"

namespace kenko::app {

Result<std::string> find_workspace(const std::string& start) {
  std::error_code error;
  const std::filesystem::path from = std::filesystem::absolute(start.empty() ? "." : start, error).lexically_normal();
  for (std::filesystem::path dir = from;; dir = dir.parent_path()) {
    if (std::filesystem::is_regular_file(dir / kSettingsFile, error)) {
      std::string found = dir.string();
      while (found.size() > 1 && found.ends_with('/')) found.pop_back();
      return found;
    }
    if (dir == dir.parent_path()) break;
  }
  Problem problem;
  problem.code = "no-workspace";
  problem.place.file = from.string();
  problem.message = fmt::format("there is no {} here or in a folder above", kSettingsFile);
  problem.hint = "`kenko init DIR` makes a workspace; `-C DIR` names one";
  return problem;
}

Result<facts::Settings> read_settings_file(const std::string& dir) {
  const std::string path = dir + "/" + kSettingsFile;
  KENKO_TRY(const std::string yaml, ports::read_file(path));
  return settings::read_settings(yaml, path);
}

Result<Workspace> open_workspace(const std::string& start) {
  Workspace workspace;
  KENKO_TRY(workspace.dir, find_workspace(start));
  KENKO_TRY(workspace.settings, read_settings_file(workspace.dir));
  return workspace;
}

Result<std::optional<state::Database>> open_state(const std::string& dir) {
  auto database = state::Database::open(dir);
  if (database) return std::optional<state::Database>(std::move(*database));
  // Not there, or empty: whoever began to make it was stopped.
  if (database.problems().front().code == "state-missing") return std::optional<state::Database>();
  return database.problems();
}

}  // namespace kenko::app
