#include "app/scores_folder.h"

#include "ports/files.h"

namespace kenko::app {

Status prepare_scores_folder(const Workspace& workspace) {
  const std::string folder = workspace.path("scores");
  KENKO_TRY_STATUS(ports::make_folder(folder));
  for (const std::string& file : ports::list_files(folder)) {
    if (file.ends_with(ports::kTemporarySuffix)) ports::remove_file(folder + "/" + file);
  }
  return Done{};
}

}  // namespace kenko::app
