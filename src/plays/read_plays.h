// plays/read_plays.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "plays/play.h"

namespace kenko::plays {

/// A file of plays: plays/NAME.yaml.  file: as messages name it.
struct PlayFile {
  std::string file;
  std::string yaml;
};

/// What plays may name.
///
/// bands, segments, stages, triggers: of the active model.  alerts: causes of alerts.
/// roles: of the team besides `owner`, `manager` and `automatic`; nullopt = there is no team file: none is checked.
struct Known {
  std::vector<std::string> bands, segments, stages, triggers, alerts;
  std::optional<std::vector<std::string>> roles;
};

/// Reads plays; docs/PLAYS.md lists the keys.  Errors: all problems of all files at once.  Whether conditions name
/// things that exist is for the model to say (Plays::conditions()).
[[nodiscard]] Result<Plays> read_plays(const std::vector<PlayFile>& files, const Known& known);
/// Without looking up names: for files that were in force with a model that may be another one today.
[[nodiscard]] Result<Plays> read_plays(const std::vector<PlayFile>& files);

}  // namespace kenko::plays
