#include "plays/advance.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/check.h"
#include "plays/arms.h"
#include "plays/staff.h"

namespace kenko::plays {
namespace {

using alerts::AccountDay;
using alerts::ClosedDay;
using alerts::Truth;

constexpr int32_t kWeekDays = 7;
constexpr std::string_view kPaused = "paused";

// One closed day at work on a state.
class Closing {
 public:
  Closing(State& state, const Setup& setup, const ClosedDay& day, const OpenAlerts& alerts, std::vector<Event>& events)
      : state_(state),
        setup_(setup),
        day_(day),
        view_(setup.plays, day, alerts),
        staff_(state, setup, day),
        events_(events) {
    for (const Play& play : setup.plays.all) codes_by_name_.emplace(play.name, codes_by_name_.size());
  }

  void run() {
    forget_old_weeks();
    const auto wishes = look_at_all();
    begin_all(wishes);
    work_on_tasks();
    state_.day = day_.day;
  }

 private:
  // Plays whose time has come for an account.
  struct Wish {
    const AccountDay* row = nullptr;
    OfAccount* of = nullptr;    // nullptr: nothing is kept of the account yet
    std::vector<size_t> plays;  // by falling priority
  };

  std::vector<Wish> look_at_all();
  void stop_what_ends(OfAccount& of, const AccountDay& row);
  [[nodiscard]] std::optional<Ended> end_of(const Enrolment& enrolment, const AccountDay& row) const;
  bool held_long_enough(OfAccount* of, size_t play, Truth begins) const;
  [[nodiscard]] bool may_begin(const OfAccount* of, const Play& play, const AccountDay& row) const;
  void begin_all(std::vector<Wish> wishes);
  void begin(OfAccount& of, const Wish& wish);
  void enrol(OfAccount& of, const Play& play, const AccountDay& row, bool is_held_out);
  [[nodiscard]] Task task_of(const Enrolment& enrolment, const Step& step, const AccountDay& row);
  void set_due(Task& task, const Step& step) const;
  void work_on_tasks();
  void hand_over(Enrolment& enrolment, const Play& play, const AccountDay& row);
  void send_what_is_due(Enrolment& enrolment, const AccountDay& row);
  void end(Enrolment& enrolment, Ended why, std::string reason = "");
  void forget_old_weeks();
  [[nodiscard]] Enrolment* slot_of(OfAccount& of) const;
  [[nodiscard]] std::optional<size_t> position(std::string_view play) const;
  void say(What what, const Enrolment& enrolment, const Task* task = nullptr, std::string who = "",
           std::string from = "", std::string text = "");

  State& state_;
  const Setup& setup_;
  const ClosedDay& day_;
  DayView view_;
  Staff staff_;
  std::vector<Event>& events_;
  std::map<std::string, size_t, std::less<>> codes_by_name_;
};

void Closing::say(What what, const Enrolment& enrolment, const Task* task, std::string who, std::string from,
                  std::string text) {
  events_.push_back({day_.at, what, enrolment.account, enrolment.play, enrolment.id, task == nullptr ? "" : task->id,
                     std::move(who), std::move(from), std::move(text)});
}

std::optional<size_t> Closing::position(std::string_view play) const {
  const auto at = codes_by_name_.find(play);
  return at == codes_by_name_.end() ? std::nullopt : std::optional(at->second);
}

// The running play that makes others wait; nullptr when there is none.
Enrolment* Closing::slot_of(OfAccount& of) const {
  for (Enrolment& enrolment : of.enrolments) {
    if (!enrolment.running()) continue;
    const auto play = position(enrolment.play);
    if (play && !setup_.plays.all[*play].beside) return &enrolment;
  }
  return nullptr;
}

void Closing::end(Enrolment& enrolment, Ended why, std::string reason) {
  enrolment.ended = why;
  enrolment.until = day_.day;
  enrolment.reason = std::move(reason);
  for (Task& task : enrolment.tasks) {
    if (task.state != TaskState::open) continue;
    task.state = TaskState::dropped;
    task.closed_at = day_.at;
  }
  say(What::ended, enrolment, nullptr, "", "", std::string(word(why)));
}

void Closing::forget_old_weeks() {
  for (auto& [play, days] : state_.begun) {
    std::erase_if(days, [this](Day day) { return day_.day - day >= kWeekDays; });
  }
  std::erase_if(state_.begun, [](const auto& entry) { return entry.second.empty(); });
}

std::optional<Ended> Closing::end_of(const Enrolment& enrolment, const AccountDay& row) const {
  const auto at = position(enrolment.play);
  if (!at) return Ended::taken_out;
  const bool gone_through = std::all_of(enrolment.tasks.begin(), enrolment.tasks.end(),
                                        [](const Task& task) { return task.state != TaskState::open; });
  if (gone_through) return Ended::completed;
  const Stop& stop = setup_.plays.all[*at].stop;
  if (view_.in_stop_band(*at, row)) return Ended::band;
  if (view_.stop_condition(*at, row) == Truth::yes) return Ended::condition;
  if (stop.when_over && view_.begins(*at, row) == Truth::no) return Ended::when_over;
  if (stop.after_days && day_.day - enrolment.from >= *stop.after_days) return Ended::ran_out;
  return std::nullopt;
}

void Closing::stop_what_ends(OfAccount& of, const AccountDay& row) {
  for (Enrolment& enrolment : of.enrolments) {
    if (!enrolment.running()) continue;
    if (const auto why = end_of(enrolment, row)) end(enrolment, *why);
  }
}

// Counts the days in a row on which what begins the play held.  of: nullptr = nothing is kept of the account yet.
bool Closing::held_long_enough(OfAccount* of, size_t play, Truth begins) const {
  const int32_t wanted = setup_.plays.all[play].when.for_days;
  if (wanted <= 1) return begins == Truth::yes;
  const std::string& name = setup_.plays.all[play].name;
  if (begins != Truth::yes) {
    if (of != nullptr) of->held.erase(name);
    return false;
  }
  int32_t& days = of->held[name];
  days = std::min(days + 1, wanted);
  return days >= wanted;
}

// Whether it may begin as far as the account's own past goes.
bool Closing::may_begin(const OfAccount* of, const Play& play, const AccountDay& row) const {
  if ((play.from && day_.day < *play.from) || (play.until && *play.until < day_.day)) return false;
  if (day_.text(row.status) == kPaused) return false;
  const Touch touch = touch_of(day_, row);
  const auto has = [touch](const Step& step) { return Play::has(step, touch); };
  if (std::none_of(play.steps.begin(), play.steps.end(), has)) return false;
  if (of == nullptr) return true;
  // By day: behind the first one that is long past only those that still run matter.
  bool recent = true;
  for (auto before = of->enrolments.rbegin(); before != of->enrolments.rend(); ++before) {
    recent = recent && day_.day - before->from < play.cool_down_days;
    if ((recent || play.once || before->running()) && before->play == play.name) return false;
  }
  return true;
}

// First what ends, then what would begin.  Accounts of the state and of the day both ascend by id.
std::vector<Closing::Wish> Closing::look_at_all() {
  std::vector<Wish> wishes;
  auto kept = state_.accounts.begin();
  const auto leave_until = [&](std::string_view account) {
    for (; kept != state_.accounts.end() && kept->first < account; ++kept) {
      kept->second.waiting.clear();
      kept->second.held.clear();
      for (Enrolment& enrolment : kept->second.enrolments) {
        if (enrolment.running()) end(enrolment, Ended::left);
      }
    }
  };
  for (const AccountDay& row : day_.accounts) {
    const std::string_view account = day_.text(row.account);
    leave_until(account);
    OfAccount* of = kept != state_.accounts.end() && kept->first == account ? &kept->second : nullptr;
    if (of != nullptr) {
      stop_what_ends(*of, row);
      ++kept;
    }
    Wish wish{&row, nullptr, {}};
    for (size_t play = 0; play < setup_.plays.all.size(); ++play) {
      const Truth begins = view_.begins(play, row);
      if (begins == Truth::yes && of == nullptr && setup_.plays.all[play].when.for_days > 1) {
        of = &state_.accounts.emplace_hint(kept, std::string(account), OfAccount{})->second;
      }
      if (held_long_enough(of, play, begins) && may_begin(of, setup_.plays.all[play], row)) wish.plays.push_back(play);
    }
    if (of != nullptr && wish.plays.empty()) of->waiting.clear();
    wish.of = of;
    if (!wish.plays.empty()) wishes.push_back(std::move(wish));
  }
  leave_until("\xff");
  return wishes;
}

// Where a play begins for so many a week, those with the largest ARR come first, then by id.
void Closing::begin_all(std::vector<Wish> wishes) {
  std::stable_sort(wishes.begin(), wishes.end(), [](const Wish& a, const Wish& b) { return a.row->arr > b.row->arr; });
  for (const Wish& wish : wishes) {
    begin(wish.of != nullptr ? *wish.of : state_.accounts[std::string(day_.text(wish.row->account))], wish);
  }
}

void Closing::begin(OfAccount& of, const Wish& wish) {
  const std::vector<Waiting> before = std::move(of.waiting);
  of.waiting.clear();
  const auto wait = [&](const Play& play, std::string behind) {
    const auto already =
        std::find_if(before.begin(), before.end(), [&](const Waiting& w) { return w.play == play.name; });
    of.waiting.push_back({play.name, std::move(behind), already == before.end() ? day_.day : already->since});
  };
  for (const size_t at : wish.plays) {
    const Play& play = setup_.plays.all[at];
    const Enrolment* slot = play.beside ? nullptr : slot_of(of);
    if (slot != nullptr && setup_.plays.find(slot->play)->priority >= play.priority) {
      wait(play, slot->play);
      continue;
    }
    if (play.a_week && static_cast<int32_t>(state_.begun[play.name].size()) >= *play.a_week) {
      wait(play, "");
      continue;
    }
    const bool out =
        play.hold_out > 0 && held_out(setup_.seed, play.name, day_.text(wish.row->top_parent), play.hold_out);
    // Whom the lot holds out goes on as if there were no such play.
    if (!out && slot != nullptr) end(*slot_of(of), Ended::superseded, play.name);
    enrol(of, play, *wish.row, out);
  }
}

void Closing::enrol(OfAccount& of, const Play& play, const AccountDay& row, bool is_held_out) {
  Enrolment enrolment;
  enrolment.account = day_.text(row.account);
  enrolment.play = play.name;
  enrolment.id = enrolment_id(enrolment.account, play.name, day_.day);
  enrolment.top_parent = day_.text(row.top_parent);
  enrolment.touch = touch_of(day_, row);
  enrolment.from = day_.day;
  enrolment.at = day_.at;
  enrolment.owner = day_.text(row.owner);
  if (is_held_out) {
    enrolment.arm = Arm::held_out;
    enrolment.ended = Ended::held_out;
    enrolment.until = day_.day;
  } else {
    for (const Step& step : play.steps) {
      if (Play::has(step, enrolment.touch)) enrolment.tasks.push_back(task_of(enrolment, step, row));
    }
  }
  if (play.a_week) state_.begun[play.name].push_back(day_.day);
  say(is_held_out ? What::held_out : What::began, enrolment);
  of.enrolments.push_back(std::move(enrolment));
}

Task Closing::task_of(const Enrolment& enrolment, const Step& step, const AccountDay& row) {
  Task task;
  task.id = task_id(enrolment.account, enrolment.play, enrolment.from, step.name);
  task.step = step.name;
  task.automatic = Play::goes_out(step, enrolment.touch);
  if (!task.automatic) {
    task.person = staff_.person(step.role, row);
    task.assignee = staff_.present(task.person);
    if (!task.person.empty()) staff_.burden(task.person);
  }
  set_due(task, step);
  return task;
}

// Working days count from the first one on which somebody could begin; what is due on a day is overdue after its work.
void Closing::set_due(Task& task, const Step& step) const {
  const calendar::WorkCalendar& calendar = setup_.calendar;
  const calendar::RegionId region = staff_.region(task.person);
  const TimeZone& zone = calendar.region(region).zone;
  if (step.due.unit == calendar::WorkSpan::Unit::minutes) {
    task.due_at = calendar.add(region, day_.at, step.due);
    task.due = zone.day_of(task.due_at);
    return;
  }
  const Day first = zone.day_of(calendar.next_work(region, day_.at));
  task.due = step.due.count == 0 ? first : calendar.add_working_days(region, first, step.due.count);
  task.due_at = calendar.end_of_work(region, task.due);
}

// Accounts of the state and of the day both ascend by id.
void Closing::work_on_tasks() {
  auto of = state_.accounts.begin();
  for (const AccountDay& row : day_.accounts) {
    const std::string_view account = day_.text(row.account);
    while (of != state_.accounts.end() && of->first < account) ++of;
    if (of == state_.accounts.end()) return;
    if (of->first != account) continue;
    for (Enrolment& enrolment : of->second.enrolments) {
      if (!enrolment.running()) continue;
      hand_over(enrolment, setup_.plays.all[*position(enrolment.play)], row);
      send_what_is_due(enrolment, row);
    }
  }
}

// Open work goes to the account's new owner, away from people who left, and to whoever stands in.
void Closing::hand_over(Enrolment& enrolment, const Play& play, const AccountDay& row) {
  const std::string_view owner = day_.text(row.owner);
  const bool changed = enrolment.owner != owner;
  enrolment.owner = owner;
  for (Task& task : enrolment.tasks) {
    if (task.state != TaskState::open || task.automatic) continue;
    const auto step =
        std::find_if(play.steps.begin(), play.steps.end(), [&](const Step& s) { return s.name == task.step; });
    const bool follows = changed && !task.by_hand && step != play.steps.end() && step->role.kind != Role::Kind::team;
    if (step != play.steps.end() && (follows || task.person.empty() || staff_.gone(task.person))) {
      std::string person = staff_.person(step->role, row);
      if (person != task.person) {
        say(What::moved, enrolment, &task, person, task.person);
        task.person = std::move(person);
        task.by_hand = false;
        task.assignee = staff_.present(task.person);
        continue;
      }
    }
    std::string assignee = staff_.present(task.person);
    if (assignee == task.assignee) continue;
    say(What::delegated, enrolment, &task, assignee, task.assignee);
    task.assignee = std::move(assignee);
  }
}

// Customers are left alone in quiet periods: what would go out waits for their end.
void Closing::send_what_is_due(Enrolment& enrolment, const AccountDay& row) {
  const auto region = calendar::WorkCalendar::default_region();
  const Day today = staff_.local();
  const bool quiet = setup_.calendar.quiet(region, day_.text(row.segment), today).has_value();
  for (Task& task : enrolment.tasks) {
    if (task.state != TaskState::open || !task.automatic || quiet || today < task.due) continue;
    task.state = TaskState::done;
    task.closed_at = day_.at;
    say(What::sent, enrolment, &task);
  }
}

}  // namespace

std::vector<Event> advance(State& state, const Setup& setup, const ClosedDay& day, const OpenAlerts& alerts,
                           std::span<const Action> actions) {
  KENKO_CHECK(!state.day || *state.day < day.day, "{} was closed before {}", day.day.iso(), state.day->iso());
  std::vector<Event> events;
  for (const Action& action : actions) {
    const Status done = act(state, setup, action, events);
    if (done.ok()) continue;
    events.push_back(
        {action.at, What::refused, action.account, "", "", action.id, action.by, "", done.problems().front().message});
  }
  Closing(state, setup, day, alerts, events).run();
  return events;
}

}  // namespace kenko::plays
