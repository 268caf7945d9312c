#include "app/alert_actions.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/acting.h"
#include "base/text.h"
#include "state/database.h"
#include "state/write_lock.h"

namespace kenko::app {
namespace {

Problem problem_of(const char* code, std::string message, std::string hint) {
  return {code, {}, std::move(message), std::move(hint), "", Severity::error};
}

Status check(const AlertActionRequest& request, const Acting& acting, Day today) {
  if (request.act == alerts::Act::resolve) {
    const auto& reasons = alerts::reasons();
    if (std::find(reasons.begin(), reasons.end(), request.text) == reasons.end())
      return problem_of("bad-reason", fmt::format("`{}` is no reason", request.text),
                        "one of " + text::join(reasons, ", "));
  }
  const team::Team& team = acting.setup->team;
  if (request.act == alerts::Act::assign && !team.empty() && !team.find(request.text)) {
    std::vector<std::string> names;
    for (const team::Person& p : team.people()) names.push_back(p.id);
    return problem_of("unknown-person", fmt::format("nobody in team.yaml is `{}`", request.text),
                      text::did_you_mean(request.text, names));
  }
  if (request.act == alerts::Act::snooze && *request.until <= today)
    return problem_of("bad-day", fmt::format("{} is not after today, {}", request.until->iso(), today.iso()),
                      "snooze until a later day");
  if (request.act == alerts::Act::note && request.text.empty())
    return problem_of("no-text", "the note has no words", "kenko alerts note ALERT TEXT");
  return Done{};
}

}  // namespace

Result<alerts::Alert> act_on_alert(const Workspace& opened, const AlertActionRequest& request, Instant now) {
  KENKO_TRY(const state::WriteLock lock, state::WriteLock::acquire(opened.dir));
  KENKO_TRY(const Workspace workspace, open_workspace(opened.dir));
  KENKO_TRY(state::Database database, state::Database::open_for_writing(workspace.dir));
  KENKO_TRY(auto acting, replay(workspace, now));
  const auto found = acting->ledger.find(request.alert);
  if (!found) {
    return problem_of("no-such-alert", fmt::format("there is no alert `{}`", request.alert),
                      "write ACCOUNT/CAUSE or the id: kenko alerts list");
  }
  KENKO_TRY_STATUS(check(request, *acting, workspace.settings.time_zone.day_of(now)));
  state::Action action;
  action.at = now;
  action.author = request.author;
  action.kind = "alert";
  action.object = acting->ledger.alerts()[*found].id;
  action.act = alerts::word(request.act);
  action.text = request.text;
  action.comment = request.comment;
  action.until = request.until;
  KENKO_TRY_STATUS(
      acting->ledger.act({now, action.author, action.object, request.act, action.text, action.comment, action.until}));
  KENKO_TRY_STATUS(database.act(action));
  return acting->ledger.alerts()[*found];
}

}  // namespace kenko::app
