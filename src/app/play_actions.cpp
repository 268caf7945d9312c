#include "app/play_actions.h"

#include "app/acting.h"
#include "app/task_list.h"
#include "state/database.h"
#include "state/write_lock.h"

namespace kenko::app {
namespace {

const char* word_of(PlayActionRequest::Act act) {
  switch (act) {
    case PlayActionRequest::Act::done:
      return "done";
    case PlayActionRequest::Act::skip:
      return "skip";
    case PlayActionRequest::Act::assign:
      return "assign";
    case PlayActionRequest::Act::stop:
      return "stop";
  }
  return "done";
}

Result<std::string> object_of(const Acting& acting, const PlayActionRequest& request) {
  if (request.act == PlayActionRequest::Act::stop) {
    KENKO_TRY(const plays::Enrolment* enrolment, find_enrolment(acting, request.name));
    return enrolment->id;
  }
  KENKO_TRY(const FoundTask found, find_task(acting, request.name));
  return found.task->id;
}

}  // namespace

Result<PlayActionDone> act_on_play(const Workspace& opened, const PlayActionRequest& request, Instant now) {
  KENKO_TRY(const state::WriteLock lock, state::WriteLock::acquire(opened.dir));
  KENKO_TRY(const Workspace workspace, open_workspace(opened.dir));
  KENKO_TRY(state::Database database, state::Database::open_for_writing(workspace.dir));
  KENKO_TRY(auto acting, replay(workspace, now));
  state::Action action;
  action.at = now;
  action.author = request.author;
  action.kind = request.act == PlayActionRequest::Act::stop ? "play" : "task";
  KENKO_TRY(action.object, object_of(*acting, request));
  action.act = word_of(request.act);
  action.text = request.text;
  action.comment = request.comment;
  if (action.text.empty()) {
    return Problem{"no-text", {}, "it needs words: what came of it, why, or to whom", "", "", Severity::error};
  }
  KENKO_TRY_STATUS(acting->plays.act(action));
  KENKO_TRY_STATUS(database.act(action));
  const plays::Plays& plays = acting->plays.setup()->plays;
  if (request.act == PlayActionRequest::Act::stop) {
    const plays::Enrolment& e = *acting->plays.state().find_enrolment(action.object);
    return PlayActionDone{e.account, play_title(&plays, e.play), std::string(word(e.ended)), ""};
  }
  KENKO_TRY(const FoundTask found, find_task(*acting, action.object));
  return PlayActionDone{found.enrolment->account, step_title(&plays, found.enrolment->play, found.task->step),
                        std::string(word(found.task->state)), found.task->assignee};
}

}  // namespace kenko::app
