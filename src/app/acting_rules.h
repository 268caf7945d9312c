// app/acting_rules.h
//
// The files of a workspace that say how to act: alerts.yaml, and beside it calendar.yaml, team.yaml and plays/*.yaml.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "alerts/ledger.h"
#include "app/workspace.h"
#include "base/hash.h"
#include "base/result.h"
#include "model/model.h"
#include "plays/advance.h"
#include "plays/read_plays.h"
#include "state/action.h"

namespace kenko::app {

/// The texts of the files that are there; empty without alerts.yaml: then nobody acts.
[[nodiscard]] Result<state::RuleFiles> read_rule_files(const Workspace& workspace);
[[nodiscard]] Hash128 fingerprint_of(const state::RuleFiles& files);

/// What the files of a workspace say together.
///
/// Ownership: shared, never changed.  Both are always there; without plays/*.yaml `plays` has none.
struct ActingSetup {
  std::shared_ptr<const alerts::Setup> alerts;
  std::shared_ptr<const plays::Setup> plays;
  std::vector<plays::PlayFile> play_files;  ///< what `plays` was read from
};

/// What the files say.  The calendar's zone is that of the workspace; lists of holidays are those that are shipped.
/// What plays name is not looked up here.  Errors: all problems of all files.
[[nodiscard]] Result<ActingSetup> make_setup(const state::RuleFiles& files, const facts::Settings& settings);

/// Adds the conditions of alerts and plays to a model, to be looked at when a day is closed.
/// Errors: conditions that do not parse or fit; "unknown-trigger" for alerts on a trigger that the model does not have;
/// bands, segments, stages, triggers, alerts and roles of plays that are not there.
[[nodiscard]] Status watch_rules(const ActingSetup& setup, const facts::Settings& settings, model::Model& model);

/// What plays may name beside this model.
[[nodiscard]] plays::Known known_to_plays(const alerts::Setup& setup, const model::Model& model);

/// How much the files hold.
struct RulesReport {
  int64_t rules = 0, people = 0, regions = 0, plays = 0;
  Problems warnings;
};
/// Reads all files and holds them against the active model.  Problem "no-alerts" without alerts.yaml.
[[nodiscard]] Result<RulesReport> check_rules(const Workspace& workspace);

/// Writes templates of those files that are not there; gives their names.
[[nodiscard]] Result<std::vector<std::string>> write_rule_templates(const Workspace& workspace);

}  // namespace kenko::app
