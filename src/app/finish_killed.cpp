#include "app/finish_killed.h"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string_view>

#include "app/workspace.h"
#include "app/workspace_files.h"
#include "base/text.h"
#include "ports/files.h"
#include "segments/manifest.h"

namespace kenko::app {
namespace {

// Of a folder of the workspace, "" for itself: readers may write it, too (the cache, `--out`), and need no lock for it.
bool is_shared(std::string_view below, std::string_view name) {
  return below == "/cache" || (below.empty() && !name.starts_with(kSettingsFile));
}

bool is_at_work(std::string_view name) {
  name.remove_suffix(ports::kTemporarySuffix.size());
  const std::optional<int64_t> pid = text::parse_int(name.substr(name.rfind('.') + 1));
  if (!pid || *pid <= 0 || *pid > INT32_MAX) return false;
  // We have not begun any: it is of an earlier process with our number.
  if (*pid == ::getpid()) return false;
  return ::kill(static_cast<pid_t>(*pid), 0) == 0 || errno != ESRCH;
}

}  // namespace

Status finish_killed(const std::string& dir, state::Database& database) {
  for (const char* below : {"", "/mappings", "/models", "/events", "/scores", "/cache"}) {
    const std::string folder = dir + below;
    for (const std::string& file : ports::list_files(folder)) {
      if (!is_unfinished(file) || (is_shared(below, file) && is_at_work(file))) continue;
      ports::remove_file(folder + "/" + file);
    }
  }
  const auto live = database.snapshot();
  // What is wrong with it is said by those who need it.
  if (!live.ok() || live->generation == 0) return Done{};
  return segments::publish_manifest(dir, *live);
}

}  // namespace kenko::app
