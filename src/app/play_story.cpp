#include "app/play_story.h"

#include <algorithm>

namespace kenko::app {
namespace {

using plays::Enrolment;
using plays::Event;
using plays::Task;
using plays::What;

std::optional<plays::Act> act_named(const std::string& kind, const std::string& name) {
  if (kind == "play") return name == "stop" ? std::optional(plays::Act::stop) : std::nullopt;
  if (kind != "task") return std::nullopt;
  if (name == "done") return plays::Act::done;
  if (name == "skip") return plays::Act::skip;
  if (name == "assign") return plays::Act::assign;
  return std::nullopt;
}

// Causes by account of alerts that somebody has or had; what only stands in the backlog begins nothing.
plays::OpenAlerts open_alerts_of(const alerts::Ledger& ledger) {
  plays::OpenAlerts out;
  for (const alerts::Alert& a : ledger.alerts()) {
    if (a.account != 0 && a.active() && a.state != alerts::State::backlog) out[a.subject].push_back(a.cause);
  }
  return out;
}

}  // namespace

std::string_view message_kind(PlayNote::Kind kind) {
  switch (kind) {
    case PlayNote::Kind::enrolled:
      return "play.enrolled";
    case PlayNote::Kind::stopped:
      return "play.stopped";
    case PlayNote::Kind::created:
      return "task.created";
    case PlayNote::Kind::overdue:
      return "task.overdue";
    case PlayNote::Kind::moved:
      return "task.moved";
    case PlayNote::Kind::message:
      return "play.message";
  }
  return "play.enrolled";
}

bool tells_change(const plays::Plays& plays) {
  constexpr std::string_view kChange = "{change}";
  for (const plays::Play& play : plays.all) {
    for (const plays::Step& step : play.steps) {
      if (!step.message) continue;
      for (const std::string* text : {&step.message->subject, &step.message->text}) {
        if (text->find(kChange) != std::string::npos) return true;
      }
    }
  }
  return false;
}

std::string step_title(const plays::Plays* plays, const std::string& play, const std::string& step) {
  const plays::Play* found = plays == nullptr ? nullptr : plays->find(play);
  if (found == nullptr) return step;
  for (const plays::Step& s : found->steps) {
    if (s.name == step) return s.title;
  }
  return step;
}

std::string play_title(const plays::Plays* plays, const std::string& play) {
  const plays::Play* found = plays == nullptr ? nullptr : plays->find(play);
  return found == nullptr ? play : found->title;
}

void PlayStory::begin(const facts::Settings& settings, bool keep_scores) {
  company_ = settings.company;
  currency_ = settings.currency;
  keeps_scores_ = keep_scores;
}

void PlayStory::close(const SetupPointer& setup, const alerts::ClosedDay& day, const alerts::Ledger& ledger) {
  until(day.at);
  setup_ = setup;
  if (keeps_scores_) keep_scores(day);
  const auto& all = setup->plays.all;
  open_alerts_.clear();
  if (std::any_of(all.begin(), all.end(), [](const plays::Play& p) { return !p.when.alerts.empty(); }))
    open_alerts_ = open_alerts_of(ledger);
  if (all.empty() && state_.accounts.empty()) return;
  const auto events = plays::advance(state_, *setup, day, open_alerts_, {});
  for (const Event& event : events) {
    tell(event, &day);
    events_.push_back(event);
  }
}

Status PlayStory::act(const state::Action& action) {
  const auto kind = act_named(action.kind, action.act);
  if (!kind || !setup_) return Done{};
  until(action.at);
  const auto account = account_of_.find(action.object);
  std::vector<Event> events;
  KENKO_TRY_STATUS(plays::act(state_, *setup_,
                              {action.at, action.author, account == account_of_.end() ? "" : account->second, *kind,
                               action.object, action.text, action.comment},
                              events));
  for (const Event& event : events) {
    tell(event, nullptr);
    events_.push_back(event);
  }
  return Done{};
}

// A task is late after its moment, not at it.
void PlayStory::until(Instant moment) {
  while (!clocks_.empty() && clocks_.begin()->first < moment) {
    const auto [due, id] = *clocks_.begin();
    clocks_.erase(clocks_.begin());
    const auto [enrolment, task] = find(account_of_.find(id)->second, "", id);
    if (task == nullptr || task->state != plays::TaskState::open) continue;
    PlayNote note = note_of(PlayNote::Kind::overdue, Instant{due.micros + 1}, *enrolment, task);
    note.who = task->assignee;
    notes_.push_back(std::move(note));
  }
}

void PlayStory::keep_scores(const alerts::ClosedDay& day) {
  const auto slot = static_cast<size_t>(day.day.number) % (kChangeDays + 1);
  for (const alerts::AccountDay& row : day.accounts) scores_[row.account][slot] = {day.day, row.score};
}

std::optional<int32_t> PlayStory::change_of(const alerts::AccountDay& row, Day day) const {
  const auto found = scores_.find(row.account);
  if (found == scores_.end() || row.score == alerts::kNone) return std::nullopt;
  const Day before = day - kChangeDays;
  const ScoreOn& then = found->second[static_cast<size_t>(before.number) % (kChangeDays + 1)];
  if (then.day != before || then.score == alerts::kNone) return std::nullopt;
  return row.score - then.score;
}

std::pair<const Enrolment*, const Task*> PlayStory::find(std::string_view account, std::string_view enrolment,
                                                         std::string_view task) const {
  const auto of = state_.accounts.find(account);
  if (of == state_.accounts.end()) return {nullptr, nullptr};
  for (const Enrolment& e : of->second.enrolments) {
    if (e.id == enrolment && task.empty()) return {&e, nullptr};
    for (const Task& t : e.tasks) {
      if (t.id == task) return {&e, &t};
    }
  }
  return {nullptr, nullptr};
}

std::string PlayStory::owner_of(const Enrolment& enrolment) const {
  const auto person = setup_->team.find(enrolment.owner);
  return person ? setup_->team.person(*person).id : enrolment.owner;
}

PlayNote PlayStory::note_of(PlayNote::Kind kind, Instant at, const Enrolment& enrolment, const Task* task) const {
  PlayNote out;
  out.kind = kind;
  out.at = at;
  out.account = enrolment.account;
  out.play = enrolment.play;
  out.enrolment = enrolment.id;
  if (task != nullptr) {
    out.task = task->id;
    out.step = step_title(&setup_->plays, enrolment.play, task->step);
    out.due = task->due;
  }
  return out;
}

void PlayStory::tell_began(const Event& event) {
  account_of_[event.enrolment] = event.account;
  const auto [enrolment, none] = find(event.account, event.enrolment, "");
  PlayNote note = note_of(PlayNote::Kind::enrolled, event.at, *enrolment, nullptr);
  note.who = owner_of(*enrolment);
  notes_.push_back(std::move(note));
  for (const Task& task : enrolment->tasks) {
    account_of_[task.id] = event.account;
    if (task.automatic) continue;
    clocks_.emplace(task.due_at, task.id);
    PlayNote created = note_of(PlayNote::Kind::created, event.at, *enrolment, &task);
    created.who = task.assignee;
    notes_.push_back(std::move(created));
  }
}

void PlayStory::tell(const Event& event, const alerts::ClosedDay* day) {
  if (event.what == What::began) return tell_began(event);
  const auto [enrolment, task] = find(event.account, event.enrolment, event.task);
  if (enrolment == nullptr) return;
  if (event.what == What::ended) {
    PlayNote note = note_of(PlayNote::Kind::stopped, event.at, *enrolment, nullptr);
    note.who = owner_of(*enrolment);
    note.text = event.text;
    notes_.push_back(std::move(note));
    return;
  }
  if (event.what == What::sent) {
    PlayNote note = note_of(PlayNote::Kind::message, event.at, *enrolment, task);
    note.who = owner_of(*enrolment);
    note.letter = letter(*day, *enrolment, *task);
    if (note.letter) notes_.push_back(std::move(note));
    return;
  }
  if (event.what != What::moved && event.what != What::delegated && event.what != What::assigned) return;
  PlayNote note = note_of(PlayNote::Kind::moved, event.at, *enrolment, task);
  // Who stands in has it, not who is away; the event of a task that moved names whose it is.
  note.who = event.what == What::delegated ? event.who : task->assignee;
  note.from = event.from;
  notes_.push_back(std::move(note));
}

std::optional<plays::Letter> PlayStory::letter(const alerts::ClosedDay& day, const Enrolment& enrolment,
                                               const Task& task) const {
  const plays::Play* play = setup_ == nullptr ? nullptr : setup_->plays.find(enrolment.play);
  if (play == nullptr) return std::nullopt;
  const auto step =
      std::find_if(play->steps.begin(), play->steps.end(), [&](const plays::Step& s) { return s.name == task.step; });
  const auto row = std::lower_bound(
      day.accounts.begin(), day.accounts.end(), enrolment.account,
      [&](const alerts::AccountDay& r, const std::string& id) { return day.text(r.account) < std::string_view(id); });
  if (step == play->steps.end() || !step->message || row == day.accounts.end() ||
      day.text(row->account) != enrolment.account)
    return std::nullopt;
  plays::LetterFacts facts{company_, currency_, std::string(day.text(row->name)), "", change_of(*row, day.day)};
  if (const auto person = setup_->team.find(day.text(row->owner))) facts.owner = setup_->team.person(*person).name;
  return plays::write_letter(*play, *step, task, day, *row, facts);
}

}  // namespace kenko::app
