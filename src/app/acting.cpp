#include "app/acting.h"

#include <algorithm>
#include <map>
#include <vector>

#include "app/acting_rules.h"
#include "app/published_days.h"
#include "base/check.h"
#include "state/database.h"

namespace kenko::app {
namespace {

using Setups = std::map<std::optional<Hash128>, ActingSetup>;

// The rules that were in force on closed days, by fingerprint; those of days without any under the empty one.
Result<Setups> load_setups(const Workspace& workspace, state::Database& database,
                           const std::vector<state::ClosedDay>& days) {
  Setups out;
  for (const state::ClosedDay& day : days) {
    if (out.contains(day.rules)) continue;
    state::RuleFiles files;
    if (day.rules) {
      KENKO_TRY(files, database.rule_files(*day.rules));
    }
    KENKO_TRY(out[day.rules], make_setup(files, workspace.settings));
  }
  return out;
}

std::optional<alerts::Act> act_named(const std::string& name) {
  for (const auto act : {alerts::Act::acknowledge, alerts::Act::snooze, alerts::Act::resolve, alerts::Act::reopen,
                         alerts::Act::assign, alerts::Act::note}) {
    if (alerts::word(act) == name) return act;
  }
  return std::nullopt;
}

void act(Acting& acting, const state::Action& action) {
  // What could not be done any more when it was said changes nothing now either.
  (void)acting.plays.act(action);
  const auto kind = act_named(action.act);
  if (action.kind != "alert" || !kind) return;
  (void)acting.ledger.act({action.at, action.author, action.object, *kind, action.text, action.comment, action.until});
}

}  // namespace

Result<std::unique_ptr<Acting>> replay(const Workspace& workspace, Instant until, const DayWatcher& watcher) {
  KENKO_TRY(auto state, open_state(workspace.dir));
  std::vector<state::ClosedDay> days;
  std::vector<state::Action> actions;
  if (state) {
    KENKO_TRY(days, state->closed_days());
    KENKO_TRY(actions, state->actions());
  }
  std::erase_if(days, [&](const state::ClosedDay& d) { return d.at > until; });
  std::erase_if(actions, [&](const state::Action& a) { return a.at > until; });
  if (days.empty()) {
    return Problem{"not-published", {}, "no day was closed yet", "kenko close, or kenko daily", "", Severity::error};
  }
  auto out = std::make_unique<Acting>();
  KENKO_TRY(const auto setups, load_setups(workspace, *state, days));
  bool scores = false;
  for (const auto& [fingerprint, setup] : setups) {
    out->ledger.keep(alerts::longest_look(setup.alerts->rules));
    scores = scores || tells_change(setup.plays->plays);
  }
  out->plays.begin(workspace.settings, scores);
  size_t next_day = 0, next_action = 0;
  KENKO_TRY_STATUS(
      read_published_days(workspace, *state, days, out->texts, [&](const alerts::ClosedDay& day) -> Status {
        for (; next_action < actions.size() && actions[next_action].at < day.at; ++next_action)
          act(*out, actions[next_action]);
        const state::ClosedDay& closed = days[next_day++];
        const ActingSetup& setup = setups.at(closed.rules);
        out->setup = setup.alerts;
        out->enabled = closed.rules.has_value();
        if (out->enabled) out->first_enabled = std::min(out->first_enabled, closed.at);
        out->ledger.close(out->setup, day);
        out->plays.close(setup.plays, day, out->ledger);
        if (watcher) watcher(*out, day);
        if (next_day == days.size()) out->last = day;
        return Done{};
      }));
  for (; next_action < actions.size(); ++next_action) act(*out, actions[next_action]);
  out->ledger.until(until);
  out->plays.until(until);
  return out;
}

}  // namespace kenko::app
