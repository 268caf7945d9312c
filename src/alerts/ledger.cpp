// People and clocks; src/alerts/closing.cpp has what a closed day does.
#include "alerts/ledger.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/text.h"

namespace kenko::alerts {
namespace {

constexpr size_t kIdDigits = 12;

Problem problem(const char* code, std::string message, std::string hint) {
  return {code, {}, std::move(message), std::move(hint), "", Severity::error};
}

}  // namespace

std::string_view word(State state) {
  static constexpr std::string_view kWords[] = {"backlog", "open", "acknowledged", "snoozed", "resolved", "ended"};
  return kWords[static_cast<size_t>(state)];
}

std::string_view word(Act act) {
  static constexpr std::string_view kWords[] = {"acknowledge", "snooze", "resolve", "reopen", "assign", "note"};
  return kWords[static_cast<size_t>(act)];
}

std::string_view word(What what) {
  static constexpr std::string_view kWords[] = {
      "opened",    "listed",       "raised",  "eased", "told",     "escalated", "assigned", "moved",
      "delegated", "acknowledged", "snoozed", "woke",  "resolved", "reopened",  "noted",    "ended"};
  return kWords[static_cast<size_t>(what)];
}

const std::vector<std::string>& reasons() {
  static const std::vector<std::string> kReasons{"worked", "wrong_alert", "expected", "left", "other"};
  return kReasons;
}

std::string alert_id(std::string_view subject, std::string_view cause, Day day) {
  PartsHash hash;
  hash.add(subject).add(cause).add(int64_t{day.number});
  return hash.hash().hex().substr(0, kIdDigits);
}

void Ledger::add_event(Instant at, size_t alert, What what, std::string who, std::string from, std::string text) {
  events_.push_back({at, alert, what, std::move(who), std::move(from), std::move(text), alerts_[alert].level});
}

Day Ledger::local_day(Instant at) const {
  return setup_->calendar.region(calendar::WorkCalendar::default_region()).zone.day_of(at);
}

calendar::RegionId Ledger::region_of(const std::string& person) const {
  const auto found = setup_->team.find(person);
  return found ? setup_->team.person(*found).region : calendar::WorkCalendar::default_region();
}

// The person, or who stands in on that day; a name that the team does not know stands for itself where there is no
// team.
std::string Ledger::present(const std::string& person, Day day) const {
  if (person.empty() || setup_->team.empty()) return person;
  const auto found = setup_->team.find(person);
  if (!found) return "";
  const auto acting = setup_->team.delegate_on(*found, day);
  return acting ? setup_->team.person(*acting).id : "";
}

std::string Ledger::assigned(const ClosedDay& day, const AccountDay& row, Day local) const {
  const team::AssignInput input{day.text(row.segment),   day.text(row.stage), day.text(row.band),
                                day.text(row.territory), day.text(row.touch), day.text(row.status)};
  const auto load = [this](team::PersonId id) {
    const std::string& person = setup_->team.person(id).id;
    return static_cast<int64_t>(std::count_if(current_.begin(), current_.end(), [&](const auto& entry) {
      const Alert& a = alerts_[entry.second];
      return a.active() && a.state != State::backlog && a.owner == person;
    }));
  };
  const auto found = setup_->team.assignee(input, local, load);
  return found ? setup_->team.person(*found).id : "";
}

std::string Ledger::owner_of(const ClosedDay& day, const AccountDay& row, Day local) const {
  const std::string_view text = day.text(row.owner);
  if (setup_->team.empty()) return std::string(text);
  const auto found = setup_->team.find(text);
  if (found && !setup_->team.gone_on(*found, local)) return setup_->team.person(*found).id;
  if (found) {
    const auto next = setup_->team.delegate_on(*found, local);
    if (next) return setup_->team.person(*next).id;
  }
  return assigned(day, row, local);
}

void Ledger::set_due(size_t at, std::optional<Instant> due) {
  Alert& alert = alerts_[at];
  if (alert.due) clocks_.erase({*alert.due, alert.id});
  alert.due = due;
  if (due) clocks_[{*due, alert.id}] = at;
}

// Begins the clock and tells those who are told at once.
void Ledger::start_clock(size_t at, Instant moment) {
  Alert& alert = alerts_[at];
  alert.state = State::open;
  alert.held = false;
  alert.since = moment;
  alert.told = 0;
  alert.last_told.clear();
  alert.until.reset();
  set_due(at, std::nullopt);
  if (alert.assignee.empty()) return;
  tell(at, moment, What::told);
  if (alert.level == Level::critical && alert.kind != Kind::storm) tell(at, moment, What::escalated);
  calendar::WorkSpan respond = setup_->rules.at(alert.level).respond;
  if (respond.count == 0) respond = calendar::WorkSpan::days(1);
  set_due(at, setup_->calendar.add(region_of(alert.assignee), moment, respond));
}

std::string Ledger::next_told(const Alert& alert, Day day) const {
  if (alert.told == 0) return alert.assignee;
  if (alert.told >= setup_->rules.ladder.size()) return "";
  const auto last = setup_->team.find(alert.last_told);
  if (!last) return "";
  const auto manager = setup_->team.manager_of(*last);
  return manager ? present(setup_->team.person(*manager).id, day) : "";
}

// The next one of the ladder is told; nothing happens at its end.
void Ledger::tell(size_t at, Instant moment, What what) {
  Alert& alert = alerts_[at];
  const std::string who = next_told(alert, local_day(moment));
  if (who.empty() || who == alert.last_told) {
    alert.told = setup_->rules.ladder.size();
    return;
  }
  ++alert.told;
  alert.last_told = who;
  add_event(moment, at, what, who);
}

void Ledger::escalate(size_t at) {
  const Instant moment = *alerts_[at].due;
  tell(at, moment, What::escalated);
  calendar::WorkSpan respond = setup_->rules.at(alerts_[at].level).respond;
  if (respond.count == 0) respond = calendar::WorkSpan::days(1);
  const bool more = alerts_[at].told < setup_->rules.ladder.size();
  if (more) {
    set_due(at, setup_->calendar.add(region_of(alerts_[at].assignee), moment, respond));
  } else {
    clocks_.erase({moment, alerts_[at].id});  // `due` stays: since when it is late
  }
}

void Ledger::wake(size_t at, Instant moment) {
  add_event(moment, at, What::woke, alerts_[at].assignee);
  start_clock(at, moment);
}

void Ledger::until(Instant moment) {
  while (!clocks_.empty() && clocks_.begin()->first.first <= moment) {
    const size_t at = clocks_.begin()->second;
    if (alerts_[at].state == State::snoozed) {
      wake(at, *alerts_[at].due);
    } else {
      escalate(at);
    }
  }
}

void Ledger::end(size_t at, Instant moment, std::string text) {
  Alert& alert = alerts_[at];
  set_due(at, std::nullopt);
  alert.state = State::ended;
  current_.erase({alert.subject, alert.cause});
  add_event(moment, at, What::ended, "", "", std::move(text));
}

// Hands an alert over; a clock that runs goes on.
void Ledger::give(size_t at, Instant moment, What what, const std::string& person) {
  Alert& alert = alerts_[at];
  const std::string from = alert.assignee;
  alert.assignee = person;
  add_event(moment, at, what, person, from);
  if (alert.state == State::open && !alert.due && !person.empty() && from.empty()) start_clock(at, moment);
}

Status Ledger::act(const Action& action) {
  const auto refuse = [&](const std::string& why) {
    return problem("not-possible", fmt::format("the alert {} {}", action.alert, why),
                   "kenko alerts show " + action.alert);
  };
  until(action.at);
  const auto found = by_id_.find(action.alert);
  if (found == by_id_.end())
    return problem("no-such-alert", fmt::format("there is no alert `{}`", action.alert), "kenko alerts list --all");
  const size_t at = found->second;
  Alert& alert = alerts_[at];
  if (alert.state == State::ended && action.act != Act::note) return refuse("has ended");
  const bool resolved = alert.state == State::resolved;
  if (resolved != (action.act == Act::reopen) && action.act != Act::note)
    return refuse(resolved ? "is resolved" : "is not resolved");
  switch (action.act) {
    case Act::acknowledge:
      if (alert.state == State::acknowledged) return refuse("is acknowledged already");
      set_due(at, std::nullopt);
      alert.state = State::acknowledged;
      add_event(action.at, at, What::acknowledged, action.by);
      break;
    case Act::snooze: {
      const calendar::RegionId region = region_of(alert.assignee);
      const Day day = setup_->calendar.add_working_days(region, *action.until, 0);
      alert.state = State::snoozed;
      alert.until = action.until;
      set_due(at, std::nullopt);
      set_due(at, std::max(action.at, setup_->calendar.work_of(region, day).front().from));
      add_event(action.at, at, What::snoozed, action.by, "", action.until->iso());
      break;
    }
    case Act::resolve:
      set_due(at, std::nullopt);
      alert.state = State::resolved;
      alert.resolution = action.text;
      add_event(action.at, at, What::resolved, action.by, "",
                action.comment.empty() ? action.text : fmt::format("{}: {}", action.text, action.comment));
      break;
    case Act::reopen:
      alert.resolution.clear();
      add_event(action.at, at, What::reopened, action.by);
      start_clock(at, action.at);
      break;
    case Act::assign: {
      const auto person = setup_->team.find(action.text);
      alert.owner = person ? setup_->team.person(*person).id : action.text;
      alert.by_hand = true;
      give(at, action.at, What::assigned, present(alert.owner, local_day(action.at)));
      break;
    }
    case Act::note:
      add_event(action.at, at, What::noted, action.by, "", action.text);
      break;
  }
  return Done{};
}

std::vector<size_t> Ledger::alerts_of(uint32_t account) const {
  std::vector<size_t> out;
  for (const auto& [key, at] : current_) {
    if (account != 0 && alerts_[at].account == account) out.push_back(at);
  }
  return out;
}

std::optional<size_t> Ledger::find(std::string_view name) const {
  if (const size_t slash = name.rfind('/'); slash != std::string_view::npos) {
    const auto found = current_.find({std::string(name.substr(0, slash)), std::string(name.substr(slash + 1))});
    if (found != current_.end()) return found->second;
  }
  std::optional<size_t> out;
  for (auto it = by_id_.lower_bound(std::string(name)); it != by_id_.end() && it->first.starts_with(name); ++it) {
    if (out) return it->first == name ? std::optional(it->second) : std::nullopt;
    out = it->second;
    if (it->first == name) break;
  }
  return name.size() < 4 ? std::nullopt : out;
}

}  // namespace kenko::alerts
