// app/publish.h
//
// kenko model publish and log: which model counts since when, who said so and why, and the history as each said it.
#pragma once

#include <string>
#include <vector>

#include "app/workspace.h"
#include "base/result.h"
#include "ports/clock.h"
#include "state/publication.h"

namespace kenko::app {

struct PublishRequest {
  std::string model;  ///< name, or a path in models/; empty = the active one
  std::string author, reason;
  int threads = 0;
};

/// What became of it.
struct PublishReport {
  state::Publication publication;  ///< the new one, or the one that said the same already
  bool already = false;            ///< the newest publication has this name and this fingerprint: nothing was recorded
  bool words_changed = false;      ///< already, but the file reads otherwise
  std::string active_before;       ///< what kenko.yaml named; the new one is active now
};

/// Writes the history of all closed days as the model says it to a new file of scores/, records the publication, makes
/// the model the active one: in this order, so that whatever is recorded is there.  A file that a kill left without a
/// record is replaced by the next publication.
/// Errors: "no-reason", "no-model", "not-in-models", the model's problems, "workspace-locked", storage problems;
/// nothing is recorded then.
[[nodiscard]] Result<PublishReport> publish_model(const Workspace& workspace, const PublishRequest& request,
                                                  const ports::Clock& clock);

/// All publications, the newest first.
[[nodiscard]] Result<std::vector<state::Publication>> read_publications(const Workspace& workspace);

}  // namespace kenko::app
