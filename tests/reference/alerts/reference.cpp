#include "reference/alerts/reference.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "reference/alerts/streaks.h"

namespace kenko::reference {

using alerts::AccountDay;
using alerts::Kind;
using alerts::Level;
using alerts::Rule;
using alerts::Rules;

namespace {

enum class State : uint8_t { backlog, open, acknowledged, snoozed, resolved, ended };
const std::vector<Level> kThresholds{Level::warning, Level::at_risk, Level::critical};
const std::vector<Level> kOne{Level::warning};
constexpr std::string_view kStates[] = {"backlog", "open", "acknowledged", "snoozed", "resolved", "ended"};

struct Alert {
  std::string subject, cause;
  Kind kind = Kind::level;
  Level level = Level::warning;
  Level acted = Level::warning;  // with which it was opened or raised
  State state = State::backlog;
  Day day;
  bool held = false;  // by a storm
  std::string owner, owner_text, assignee;
  std::optional<Instant> due;
  bool runs = false;  // `due` is still ahead; else it says since when it is late
  size_t told = 0;
  std::string last_told;
  std::vector<size_t> holds;
};

// What a rule asks for today: an alert of level `shown`, and whether by the customer's own new doing.
struct Want {
  const AccountDay* row = nullptr;
  std::string account;
  size_t rule = 0;
  std::optional<size_t> alert;
  std::optional<Level> shown, acts;
  std::optional<Level> lasts;  // the most severe level that was not over for long enough
  bool begins = false;         // opens or rises by own doing
  bool in_storm = false;       // so many do
};

class History {
 public:
  explicit History(const std::vector<ClosedUnder>& days) : past_(days) {}

  AlertHistory run(const std::vector<Deed>& deeds, Instant until) {
    size_t deed = 0;
    for (d_ = 0; d_ < past_.days().size(); ++d_) {
      const Instant at = past_.days()[d_].day->at;
      for (; deed < deeds.size() && deeds[deed].at < at; ++deed) act(deeds[deed]);
      clocks(at);
      under_ = &past_.days()[d_];
      close();
    }
    --d_;
    for (; deed < deeds.size(); ++deed) act(deeds[deed]);
    clocks(until);
    return finish();
  }

 private:
  // --- one closed day

  void close() {
    at_ = under_->day->at;
    local_ = local(at_);
    for (size_t i = 0; i < alerts_.size(); ++i) {
      const bool left = of_account(alerts_[i]) && past_.leaves(alerts_[i].subject, d_);
      if (alerts_[i].state != State::ended && (left || !has_rule(alerts_[i]))) end(i, at_);
    }
    std::vector<Want> wants = all_wants();
    find_storms(wants);
    std::map<std::string, std::vector<size_t>> held;
    for (const Want& w : wants) do_want(w, held);
    storms(held);
    sources();
    for (const size_t i : by_name()) {
      if (active(alerts_[i])) hand_over(i);
    }
  }

  std::vector<Want> all_wants() {
    std::vector<Want> out;
    for (const AccountDay& candidate : under_->day->accounts) {
      const std::string account(under_->day->text(candidate.account));
      const AccountDay* row = past_.row(account, d_);
      if (row == nullptr) continue;
      for (size_t r = 0; r < under_->rules->rules.size(); ++r) {
        if (under_->rules->rules[r].kind == Kind::silent) continue;
        if (const auto w = want(account, *row, r)) out.push_back(*w);
      }
    }
    return out;
  }

  // nullopt when the rule asks for nothing; ends the alert whose cause is over.
  std::optional<Want> want(const std::string& account, const AccountDay& row, size_t rule) {
    const Rule& r = under_->rules->rules[rule];
    Want w;
    w.row = &row;
    w.account = account;
    w.rule = rule;
    w.alert = find(account, r.name);
    for (const Level level : r.kind == Kind::level ? kThresholds : kOne) {
      const Streak s = past_.streak(account, d_, rule, level);
      const Level means = r.kind == Kind::level ? level : r.level;
      if (s.fires) w.shown = means;
      if (s.acts()) w.acts = means;
      if (s.no < r.clear_after) w.lasts = means;
    }
    const Streak least = past_.streak(account, d_, rule, Level::warning);
    if (w.alert && least.no >= r.clear_after) {
      end(*w.alert, at_);
      return std::nullopt;
    }
    if (!w.shown) return std::nullopt;
    w.begins = begins(w);
    return w;
  }

  bool begins(const Want& w) const {
    if (!w.acts) return false;
    if (!w.alert) return true;
    const Alert& a = alerts_[*w.alert];
    return *w.acts > a.acted || (a.state == State::backlog && !a.held);
  }

  void find_storms(std::vector<Want>& wants) {
    std::map<std::string, int> fell, scored;
    std::set<std::string> accounts;
    for (const Want& w : wants) {
      const Kind kind = rule(w).kind;
      if (w.begins && (kind == Kind::fall || kind == Kind::level) && accounts.insert(w.account).second)
        ++fell[segment(*w.row)];
    }
    for (const AccountDay& r : under_->day->accounts) {
      const AccountDay* row = past_.row(std::string(under_->day->text(r.account)), d_);
      if (row != nullptr && row->score != alerts::kNone) ++scored[segment(*row)];
    }
    for (Want& w : wants) {
      const int n = fell[segment(*w.row)];
      const int64_t of = scored[segment(*w.row)];
      const Kind kind = rule(w).kind;
      const bool score = kind == Kind::level || kind == Kind::fall || kind == Kind::baseline || kind == Kind::band;
      w.in_storm = w.begins && score && accounts.contains(w.account) && n >= under_->rules->storm_accounts &&
                   int64_t{1'000'000} * n > under_->rules->storm_share_micros * of;
      if (w.in_storm) stormy_.insert(segment(*w.row));
    }
  }

  void do_want(const Want& w, std::map<std::string, std::vector<size_t>>& held) {
    const size_t i = w.alert ? *w.alert : add(w.account, rule(w).name, rule(w).kind, *w.shown);
    if (!w.alert) give_owner(i, *w.row);
    Alert& a = alerts_[i];
    if (w.begins && w.in_storm && (rule(w).kind == Kind::fall || *w.shown == Level::warning)) {
      a.held = true;
      held[segment(*w.row)].push_back(i);
      if (!w.alert) say(i, at_, "listed", a.assignee);
    } else if (w.begins) {
      const bool is_new = !w.alert || a.state == State::backlog;
      a.level = *w.shown;
      a.acted = *w.acts;
      a.held = false;
      a.state = State::open;
      a.due.reset();
      say(i, at_, is_new ? "opened" : "raised", a.assignee);
      if (!w.in_storm) begin(i, at_);
    } else if (!w.alert) {
      say(i, at_, "listed", a.assignee);
    } else {
      const Level before = a.level;
      a.level = std::max(*w.shown, std::min(*w.lasts, before));
      a.acted = std::min(a.acted, a.level);
      if (a.level < before && a.state != State::backlog) say(i, at_, "eased");
    }
  }

  void storms(const std::map<std::string, std::vector<size_t>>& held) {
    for (const std::string& segment : stormy_) {
      auto i = find(segment, "storm");
      const bool is_new = !i;
      if (!i) {
        i = add(segment, "storm", Kind::storm, Level::at_risk);
        for (const char* role : {"leader", "director", "manager"}) {
          if (alerts_[*i].owner.empty()) give_first(*i, under_->team->with_role(role));
        }
        if (alerts_[*i].owner.empty()) give_first(*i, under_->team->data());
      }
      say(*i, at_, is_new ? "opened" : "raised", alerts_[*i].assignee);
      begin(*i, at_);
      const auto more = held.find(segment);
      if (more != held.end())
        alerts_[*i].holds.insert(alerts_[*i].holds.end(), more->second.begin(), more->second.end());
    }
    stormy_.clear();
    for (size_t i = 0; i < alerts_.size(); ++i) {
      const Alert& a = alerts_[i];
      if (a.kind != Kind::storm || a.state == State::ended || a.day == under_->day->day) continue;
      const bool any = std::any_of(a.holds.begin(), a.holds.end(),
                                   [&](size_t h) { return alerts_[h].held && alerts_[h].state != State::ended; });
      if (!any) end(i, at_);
    }
  }

  void sources() {
    std::set<std::string> names;
    for (size_t e = 0; e <= d_; ++e) {
      const alerts::ClosedDay& day = *past_.days()[e].day;
      for (const AccountDay& r : day.accounts) {
        for (const uint32_t code : r.stale_sources) names.insert(std::string(day.text(code)));
      }
    }
    for (size_t r = 0; r < under_->rules->rules.size(); ++r) {
      if (under_->rules->rules[r].kind != Kind::silent) continue;
      for (const std::string& name : names) source(name, r);
    }
  }

  void source(const std::string& name, size_t rule) {
    const Rule& r = under_->rules->rules[rule];
    const Streak s = past_.source_streak(name, d_, rule);
    const auto there = find(name, r.name);
    if (there && s.no >= r.clear_after) return end(*there, at_);
    if (there || !s.fires) return;
    const size_t i = add(name, r.name, r.kind, r.level);
    give_first(i, under_->team->data());
    say(i, at_, s.acts() ? "opened" : "listed", alerts_[i].assignee);
    if (s.acts()) begin(i, at_);
  }

  // --- who has it

  void give_owner(size_t i, const AccountDay& row) {
    Alert& a = alerts_[i];
    a.owner_text = std::string(under_->day->text(row.owner));
    a.owner = "";
    for (const size_t other : by_name()) {
      const Alert& b = alerts_[other];
      const bool of_it = b.subject == a.subject && of_account(b) && b.state != State::ended && other != i;
      if (of_it && b.owner_text == a.owner_text && has_owner(b) && a.owner.empty()) a.owner = b.owner;
    }
    if (a.owner.empty()) a.owner = owner_of(row);
    a.assignee = present(a.owner, local_);
  }

  bool has_owner(const Alert& a) const {
    if (under_->team->empty()) return !a.owner.empty();
    const auto owner = under_->team->find(a.owner);
    return owner && !under_->team->gone_on(*owner, local_);
  }

  // All alerts by subject and cause.
  std::vector<size_t> by_name() const {
    std::vector<size_t> out;
    for (size_t i = 0; i < alerts_.size(); ++i) out.push_back(i);
    std::stable_sort(out.begin(), out.end(), [this](size_t a, size_t b) {
      return std::tie(alerts_[a].subject, alerts_[a].cause) < std::tie(alerts_[b].subject, alerts_[b].cause);
    });
    return out;
  }

  // The first of these who is there, else whoever acts for the first.
  void give_first(size_t i, const std::vector<team::PersonId>& people) {
    if (people.empty()) return;
    const auto there = std::find_if(people.begin(), people.end(),
                                    [&](team::PersonId p) { return under_->team->present_on(p, local_); });
    const team::PersonId p = there == people.end() ? people.front() : *there;
    alerts_[i].assignee = alerts_[i].owner = present(under_->team->person(p).id, local_);
  }

  std::string owner_of(const AccountDay& row) const {
    const alerts::ClosedDay& day = *under_->day;
    const team::Team& team = *under_->team;
    if (team.empty()) return std::string(day.text(row.owner));
    const auto named = team.find(day.text(row.owner));
    if (named && !team.gone_on(*named, local_)) return team.person(*named).id;
    if (named && team.delegate_on(*named, local_)) return team.person(*team.delegate_on(*named, local_)).id;
    const auto load = [&](team::PersonId p) {
      int64_t n = 0;
      for (const Alert& a : alerts_)
        n += active(a) && a.state != State::backlog && a.owner == team.person(p).id ? 1 : 0;
      return n;
    };
    const auto p = team.assignee({day.text(row.segment), day.text(row.stage), day.text(row.band),
                                  day.text(row.territory), day.text(row.touch), day.text(row.status)},
                                 local_, load);
    return p ? team.person(*p).id : "";
  }

  // The person, or who acts on that day.
  std::string present(const std::string& person, Day day) const {
    if (under_->team->empty()) return person;
    const auto p = under_->team->find(person);
    const auto acts = p ? under_->team->delegate_on(*p, day) : std::nullopt;
    return acts ? under_->team->person(*acts).id : "";
  }

  void hand_over(size_t i) {
    Alert& a = alerts_[i];
    const std::string before = a.assignee;
    std::string what = "delegated";
    if (of_account(a)) {
      const AccountDay* row = past_.row(a.subject, d_);
      if (row == nullptr) return;
      if (under_->day->text(row->owner) != a.owner_text || !has_owner(a)) {
        give_owner(i, *row);
        what = "moved";
      }
    }
    a.assignee = present(a.owner, local_);
    if (a.assignee == before || a.state == State::backlog) return;
    say(i, at_, what, a.assignee, before);
    if (before.empty()) begin_late(i, at_);
  }

  // Nobody had it; now somebody has.
  void begin_late(size_t i, Instant at) {
    if (alerts_[i].state == State::open && !alerts_[i].due) begin(i, at);
  }

  // --- clocks

  calendar::RegionId region(const std::string& person) const {
    const auto p = under_->team->find(person);
    return p ? under_->team->person(*p).region : calendar::WorkCalendar::default_region();
  }

  Day local(Instant at) const {
    return under_->calendar->region(calendar::WorkCalendar::default_region()).zone.day_of(at);
  }

  Instant later(const Alert& a, Instant at) const {
    const calendar::WorkSpan respond = under_->rules->at(a.level).respond;
    return under_->calendar->add(region(a.assignee), at, respond.count == 0 ? calendar::WorkSpan::days(1) : respond);
  }

  // Open from now on: its clock begins, the first of the ladder are told.
  void begin(size_t i, Instant at) {
    Alert& a = alerts_[i];
    a.state = State::open;
    a.held = false;
    a.told = 0;
    a.last_told.clear();
    a.due.reset();
    if (a.assignee.empty()) return;
    tell(i, at, "told");
    if (a.level == Level::critical) tell(i, at, "escalated");
    a.due = later(a, at);
    a.runs = true;
  }

  // The next of the ladder; nobody, when it has come to its end.
  void tell(size_t i, Instant at, const std::string& what) {
    Alert& a = alerts_[i];
    std::string who;
    if (a.told == 0) {
      who = a.assignee;
    } else if (a.told < under_->rules->ladder.size()) {
      const auto last = under_->team->find(a.last_told);
      const auto manager = last ? under_->team->manager_of(*last) : std::nullopt;
      if (manager) who = present(under_->team->person(*manager).id, local(at));
    }
    if (who.empty() || who == a.last_told) {
      a.told = under_->rules->ladder.size();  // nobody any more
      return;
    }
    ++a.told;
    a.last_told = who;
    say(i, at, what, who);
  }

  void clocks(Instant until) {
    while (true) {
      std::optional<size_t> next;
      for (size_t i = 0; i < alerts_.size(); ++i) {
        if (!alerts_[i].due || !alerts_[i].runs || *alerts_[i].due > until) continue;
        if (!next || *alerts_[i].due < *alerts_[*next].due) next = i;
      }
      if (!next) return;
      Alert& a = alerts_[*next];
      const Instant at = *a.due;
      if (a.state == State::snoozed) {
        say(*next, at, "woke", a.assignee);
        begin(*next, at);
        continue;
      }
      tell(*next, at, "escalated");
      if (a.told < under_->rules->ladder.size()) {
        a.due = later(a, at);
      } else {
        a.runs = false;  // late, and nobody else to tell
      }
    }
  }

  // --- people

  void act(const Deed& deed) {
    if (under_ != nullptr) clocks(deed.at);
    const auto there = find(deed.subject, deed.cause);
    if (!there || !possible(alerts_[*there], deed)) {
      lines_.push_back({deed.at, deed.subject, deed.cause, "refused", "", deed.by, ""});
      return;
    }
    const size_t i = *there;
    Alert& a = alerts_[i];
    if (deed.act == "note") return say(i, deed.at, "noted", deed.by);
    if (deed.act == "assign") return assign(i, deed);
    a.due.reset();
    if (deed.act == "acknowledge") {
      a.state = State::acknowledged;
      say(i, deed.at, "acknowledged", deed.by);
    } else if (deed.act == "snooze") {
      const calendar::WorkCalendar& calendar = *under_->calendar;
      Day day = *deed.until;
      while (!calendar.works(region(a.assignee), day)) ++day;
      a.state = State::snoozed;
      a.due = std::max(deed.at, calendar.work_of(region(a.assignee), day).front().from);
      a.runs = true;
      say(i, deed.at, "snoozed", deed.by);
    } else if (deed.act == "resolve") {
      a.state = State::resolved;
      say(i, deed.at, "resolved", deed.by);
    } else {
      say(i, deed.at, "reopened", deed.by);
      begin(i, deed.at);
    }
  }

  void assign(size_t i, const Deed& deed) {
    Alert& a = alerts_[i];
    const auto person = under_->team->find(deed.text);
    const std::string before = a.assignee;
    a.owner = person ? under_->team->person(*person).id : deed.text;
    a.assignee = present(a.owner, local(deed.at));
    say(i, deed.at, "assigned", a.assignee, before);
    if (before.empty() && !a.assignee.empty()) begin_late(i, deed.at);
  }

  static bool possible(const Alert& a, const Deed& deed) {
    if (deed.act == "note") return true;
    if (deed.act == "reopen") return a.state == State::resolved;
    if (deed.act == "acknowledge" && a.state == State::acknowledged) return false;
    return a.state != State::resolved;
  }

  // --- the list

  static bool active(const Alert& a) { return a.state != State::resolved && a.state != State::ended; }
  static bool of_account(const Alert& a) { return a.kind != Kind::silent && a.kind != Kind::storm; }
  bool has_rule(const Alert& a) const {
    const auto& rules = under_->rules->rules;
    return a.kind == Kind::storm ||
           std::any_of(rules.begin(), rules.end(), [&](const Rule& r) { return r.name == a.cause; });
  }
  const Rule& rule(const Want& w) const { return under_->rules->rules[w.rule]; }
  std::string segment(const AccountDay& row) const {
    return row.segment == 0 ? "none" : std::string(under_->day->text(row.segment));
  }

  std::optional<size_t> find(const std::string& subject, const std::string& cause) const {
    for (size_t i = 0; i < alerts_.size(); ++i) {
      const Alert& a = alerts_[i];
      if (a.subject == subject && a.cause == cause && a.state != State::ended) return i;
    }
    return std::nullopt;
  }

  size_t add(const std::string& subject, const std::string& cause, Kind kind, Level level) {
    Alert a;
    a.subject = subject;
    a.cause = cause;
    a.kind = kind;
    a.level = a.acted = level;
    a.day = under_->day->day;
    alerts_.push_back(a);
    return alerts_.size() - 1;
  }

  void end(size_t i, Instant at) {
    alerts_[i].state = State::ended;
    alerts_[i].due.reset();
    say(i, at, "ended");
  }

  void say(size_t i, Instant at, const std::string& what, const std::string& who = "", const std::string& from = "") {
    const Alert& a = alerts_[i];
    lines_.push_back({at, a.subject, a.cause, what, std::string(alerts::word(a.level)), who, from});
  }

  AlertHistory finish() const {
    AlertHistory out{lines_, {}};
    for (const Alert& a : alerts_) {
      out.standing.push_back({a.subject, a.cause, std::string(alerts::word(a.level)),
                              std::string(kStates[static_cast<size_t>(a.state)]), a.assignee, a.day, a.due});
    }
    return out;
  }

  Past past_;
  size_t d_ = 0;
  const ClosedUnder* under_ = nullptr;
  Instant at_;
  Day local_;
  std::vector<Alert> alerts_;
  std::vector<Line> lines_;
  std::set<std::string> stormy_;  // segments, today
};

}  // namespace

AlertHistory alert_history(const std::vector<ClosedUnder>& days, const std::vector<Deed>& deeds, Instant until) {
  if (days.empty()) return {};
  return History(days).run(deeds, until);
}

}  // namespace kenko::reference
