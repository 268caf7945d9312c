#include "app/task_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <tuple>

#include "app/acting_cells.h"
#include "app/acting_people.h"
#include "app/alert_list.h"

namespace kenko::app {
namespace {

using plays::Enrolment;
using plays::Task;
using report::Align;
using report::Cell;

constexpr int kMaxWidth = 28, kMaxTitle = 44;
constexpr int kSentence = -1;

void each_task(const Acting& acting, const std::function<void(const FoundTask&)>& sink) {
  for (const auto& [account, of] : acting.plays.state().accounts) {
    for (const Enrolment& enrolment : of.enrolments) {
      for (const Task& task : enrolment.tasks) sink({&enrolment, &task});
    }
  }
}

void sort_tasks(std::vector<FoundTask>& tasks) {
  const auto order = [](const FoundTask& f) {
    return std::tuple(f.task->state != plays::TaskState::open, f.task->due_at.micros,
                      std::string_view(f.enrolment->account), std::string_view(f.task->id));
  };
  std::sort(tasks.begin(), tasks.end(), [&](const FoundTask& a, const FoundTask& b) { return order(a) < order(b); });
}

bool of_people(const Task& task, const std::set<std::string>& people) {
  return people.empty() || people.contains(task.assignee) || people.contains(task.person);
}

const plays::Plays* plays_of(const Acting& acting) {
  return acting.plays.setup() == nullptr ? nullptr : &acting.plays.setup()->plays;
}

std::string state_text(const Task& task, Instant now) {
  return task.overdue(now) && !task.automatic ? "overdue" : std::string(word(task.state));
}

Problem not_found(const char* code, const char* what, const std::string& name, const char* hint) {
  return {code, {}, fmt::format("there is no {} `{}`", what, name), hint, "", Severity::error};
}
Problem ambiguous(const char* what, const std::string& name, size_t count) {
  return {"ambiguous-id", {}, fmt::format("{} {} fit `{}`", count, what, name), "write more digits of the id", "",
          Severity::error};
}

}  // namespace

std::vector<FoundTask> open_tasks(const Acting& acting, const std::set<std::string>& people) {
  std::vector<FoundTask> out;
  each_task(acting, [&](const FoundTask& f) {
    if (f.task->state == plays::TaskState::open && !f.task->automatic && of_people(*f.task, people)) out.push_back(f);
  });
  sort_tasks(out);
  return out;
}

Result<std::vector<FoundTask>> find_tasks(const Acting& acting, const TaskFilter& filter, Instant now) {
  std::set<std::string> people;
  if (!filter.owner.empty()) {
    KENKO_TRY(people, people_meant(acting, filter.owner, filter.team));
  }
  std::vector<FoundTask> out;
  each_task(acting, [&](const FoundTask& f) {
    if (!of_people(*f.task, people)) return;
    if (!filter.account.empty() && f.enrolment->account != filter.account) return;
    if (!filter.all && (f.task->automatic || f.task->state != plays::TaskState::open)) return;
    if (filter.overdue && (f.task->automatic || !f.task->overdue(now))) return;
    out.push_back(f);
  });
  sort_tasks(out);
  return out;
}

Result<FoundTask> find_task(const Acting& acting, const std::string& name) {
  std::vector<FoundTask> found;
  each_task(acting, [&](const FoundTask& f) {
    const bool by_step =
        f.task->state == plays::TaskState::open && name == fmt::format("{}/{}", f.enrolment->account, f.task->step);
    if (by_step || (!name.empty() && f.task->id.starts_with(name))) found.push_back(f);
  });
  if (found.empty())
    return not_found("no-such-task", "task", name, "write its id or ACCOUNT/STEP: kenko tasks list --all");
  if (found.size() > 1) return ambiguous("tasks", name, found.size());
  return found[0];
}

Result<const Enrolment*> find_enrolment(const Acting& acting, const std::string& name) {
  std::vector<const Enrolment*> found;
  for (const auto& [account, of] : acting.plays.state().accounts) {
    for (const Enrolment& e : of.enrolments) {
      const bool by_play = e.running() && name == fmt::format("{}/{}", e.account, e.play);
      if (by_play || (!name.empty() && e.id.starts_with(name))) found.push_back(&e);
    }
  }
  if (found.empty())
    return not_found("no-such-play", "play of an account", name, "write its id or ACCOUNT/PLAY: kenko plays show PLAY");
  if (found.size() > 1) return ambiguous("plays of accounts", name, found.size());
  return found[0];
}

report::Section task_section(const Acting& acting, const std::vector<FoundTask>& shown, Instant now) {
  const plays::Plays* plays = plays_of(acting);
  report::Section section{"tasks", say("Tasks on {}", acting.last.day.iso()), {}};
  section.table.columns = {{"due", "Due", Align::left, 0, false},
                           {"state", "State", Align::left, 0, false},
                           {"account", "Account", Align::left, kMaxWidth, false},
                           {"name", "Name", Align::left, kMaxWidth, false},
                           {"task", "Task", Align::left, kMaxTitle, false},
                           {"play", "Play", Align::left, kMaxWidth, false},
                           {"assignee", "Who", Align::left, kMaxWidth, false},
                           {"outcome", "Outcome", Align::left, kMaxTitle, false},
                           {"id", "Id", Align::left, 0, false},
                           {"step", "Step", Align::left, 0, true},
                           {"person", "Person", Align::left, 0, true},
                           {"due_at", "Due at", Align::left, 0, true},
                           {"closed_at", "Closed", Align::left, 0, true},
                           {"closed_by", "By", Align::left, 0, true},
                           {"comment", "Note", Align::left, 0, true},
                           {"enrolment", "Enrolment", Align::left, 0, true}};
  for (const FoundTask& f : shown) {
    const Task& t = *f.task;
    section.table.rows.push_back({{t.due.iso()},
                                  {state_text(t, now)},
                                  {f.enrolment->account},
                                  maybe(account_name(acting, acting.texts.find(f.enrolment->account))),
                                  {step_title(plays, f.enrolment->play, t.step)},
                                  {f.enrolment->play},
                                  t.automatic ? Cell{std::string("by itself")} : maybe(t.assignee),
                                  maybe(t.outcome),
                                  {t.id},
                                  {t.step},
                                  maybe(t.person),
                                  {t.due_at.iso()},
                                  t.closed_at ? Cell{t.closed_at->iso()} : Cell{},
                                  maybe(t.closed_by),
                                  maybe(t.comment),
                                  {f.enrolment->id}});
  }
  return section;
}

TaskPage task_page(const Acting& acting, const FoundTask& found, Instant now, const TimeZone& zone) {
  TaskPage out;
  out.sections.push_back(task_section(acting, {found}, now));
  out.sections[0].key = "task";
  out.sections[0].title =
      say("{}: {}", found.enrolment->account, step_title(plays_of(acting), found.enrolment->play, found.task->step));
  report::Section history{"history", Sentence("What happened"), {}};
  history.table.columns = {{"at", "When", Align::left, 0, false},
                           {"what", "What", Align::left, 0, false},
                           {"who", "Who", Align::left, kMaxWidth, false},
                           {"from", "From", Align::left, kMaxWidth, false},
                           {"text", "Words", Align::left, kSentence, false}};
  for (const plays::Event& e : acting.plays.events()) {
    if (e.enrolment != found.enrolment->id || (!e.task.empty() && e.task != found.task->id)) continue;
    history.table.rows.push_back(
        {{local_text(e.at, zone)}, {std::string(word(e.what))}, maybe(e.who), maybe(e.from), maybe(e.text)});
  }
  out.sections.push_back(std::move(history));
  const plays::Plays* plays = plays_of(acting);
  if (const plays::Play* play = plays == nullptr ? nullptr : plays->find(found.enrolment->play)) {
    for (const plays::Step& s : play->steps) {
      if (s.name == found.task->step) out.checklist = s.checklist;
    }
  }
  out.letter = acting.plays.letter(acting.last, *found.enrolment, *found.task);
  return out;
}

}  // namespace kenko::app
