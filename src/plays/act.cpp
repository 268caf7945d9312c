// What people do with plays and tasks.

#include <fmt/format.h>

#include <algorithm>

#include "plays/advance.h"

namespace kenko::plays {
namespace {

Problem problem(std::string code, std::string message, std::string hint) {
  Problem out;
  out.code = std::move(code);
  out.message = std::move(message);
  out.hint = std::move(hint);
  return out;
}

struct Found {
  Enrolment* enrolment = nullptr;
  Task* task = nullptr;  // nullptr: the play as a whole
};

Found find(State& state, const Action& action) {
  const auto of = state.accounts.find(action.account);
  if (of == state.accounts.end()) return {};
  for (Enrolment& enrolment : of->second.enrolments) {
    if (action.act == Act::stop) {
      if (enrolment.id == action.id) return {&enrolment, nullptr};
      continue;
    }
    for (Task& task : enrolment.tasks) {
      if (task.id == action.id) return {&enrolment, &task};
    }
  }
  return {};
}

void stop(Enrolment& enrolment, const Action& action, Day day) {
  enrolment.ended = Ended::by_hand;
  enrolment.until = day;
  enrolment.ended_by = action.by;
  enrolment.reason = action.text;
  for (Task& task : enrolment.tasks) {
    if (task.state != TaskState::open) continue;
    task.state = TaskState::dropped;
    task.closed_at = action.at;
    task.closed_by = action.by;
  }
}

void close(Task& task, const Action& action) {
  task.state = action.act == Act::done ? TaskState::done : TaskState::skipped;
  task.closed_at = action.at;
  task.closed_by = action.by;
  task.outcome = action.text;
  task.comment = action.comment;
}

// Gives a task to somebody; the name is one that the team knows, or without a team any.
Status assign(Task& task, const Setup& setup, const Action& action) {
  std::string person = action.text, assignee = action.text;
  if (!setup.team.empty()) {
    const Day today = setup.calendar.region(calendar::WorkCalendar::default_region()).zone.day_of(action.at);
    const auto found = setup.team.find(action.text);
    if (!found || setup.team.gone_on(*found, today)) {
      return problem("unknown-person", fmt::format("nobody of the team is called `{}`", action.text),
                     "use an id, a name or an address of team.yaml");
    }
    person = setup.team.person(*found).id;
    const auto there = setup.team.delegate_on(*found, today);
    assignee = there ? setup.team.person(*there).id : "";
  }
  task.person = std::move(person);
  task.assignee = std::move(assignee);
  task.by_hand = true;
  return Done{};
}

What what_of(Act act) {
  switch (act) {
    case Act::done:
      return What::done;
    case Act::skip:
      return What::skipped;
    case Act::assign:
      return What::assigned;
    case Act::stop:
      return What::ended;
  }
  return What::done;
}

}  // namespace

std::string_view word(What what) {
  switch (what) {
    case What::began:
      return "began";
    case What::held_out:
      return "held_out";
    case What::sent:
      return "sent";
    case What::moved:
      return "moved";
    case What::delegated:
      return "delegated";
    case What::assigned:
      return "assigned";
    case What::done:
      return "done";
    case What::skipped:
      return "skipped";
    case What::ended:
      return "ended";
    case What::refused:
      return "refused";
  }
  return "began";
}

Status act(State& state, const Setup& setup, const Action& action, std::vector<Event>& events) {
  const Found found = find(state, action);
  if (found.enrolment == nullptr) {
    if (action.act == Act::stop) {
      return problem("no-such-play", fmt::format("no play `{}` began for {}", action.id, action.account),
                     "`kenko plays list` shows them");
    }
    return problem("no-such-task", fmt::format("{} has no task `{}`", action.account, action.id),
                   "`kenko tasks` shows them");
  }
  Enrolment& enrolment = *found.enrolment;
  const bool over = found.task == nullptr ? !enrolment.running() : found.task->state != TaskState::open;
  if (over) {
    return problem("not-possible",
                   found.task == nullptr
                       ? fmt::format("the play `{}` of {} has ended already", enrolment.play, enrolment.account)
                       : fmt::format("the task `{}` is {} already", action.id, word(found.task->state)),
                   "");
  }
  Event event{action.at, what_of(action.act), enrolment.account, enrolment.play, enrolment.id, "", action.by, "", ""};
  event.text = action.act == Act::stop ? std::string(word(Ended::by_hand)) : action.text;
  if (found.task == nullptr) {
    stop(enrolment, action, *state.day);
  } else {
    event.task = found.task->id;
    if (action.act == Act::assign) {
      event.from = found.task->person;
      const Status given = assign(*found.task, setup, action);
      if (!given.ok()) return given;
      event.who = found.task->person;
    } else {
      close(*found.task, action);
    }
  }
  events.push_back(std::move(event));
  return Done{};
}

}  // namespace kenko::plays
