// app/scores_folder.h
//
// The folder of the published history.
#pragma once

#include "app/workspace.h"
#include "base/result.h"

namespace kenko::app {

/// Makes DIR/scores where it is missing and removes what a killed writer left unfinished in it.  For the holder of the
/// write lock.
[[nodiscard]] Status prepare_scores_folder(const Workspace& workspace);

}  // namespace kenko::app
