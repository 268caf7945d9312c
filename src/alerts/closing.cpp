#include "alerts/closing.h"

#include <algorithm>
#include <set>

namespace kenko::alerts {
namespace {

constexpr int32_t kGoneAfterDays = 30;
const std::string kStorm = "storm";
const std::string kNoSegment = "none";
constexpr int64_t kWhole = 1'000'000;

enum class Looked : uint8_t { yes, stands_still, left };

Looked looked_at(std::string_view status) {
  if (status == "churned" || status == "internal") return Looked::left;
  const bool customer = status == "onboarding" || status == "active" || status == "notice";
  return customer ? Looked::yes : Looked::stands_still;
}

// Alerts that only say in other words that scores fell: a storm holds them back.
bool echoes_the_score(Kind kind) {
  return kind == Kind::level || kind == Kind::fall || kind == Kind::baseline || kind == Kind::band;
}

}  // namespace

void Ledger::close(const std::shared_ptr<const Setup>& setup, const ClosedDay& day) {
  if (setup_) until(day.at);
  setup_ = setup;
  Closing(*this, day).run();
}

Ledger::Closing::Closing(Ledger& ledger, const ClosedDay& day)
    : ledger_(ledger), day_(day), local_(ledger.local_day(day.at)) {}

std::string Ledger::Closing::segment_of(const AccountDay& row) const {
  return row.segment == 0 ? kNoSegment : std::string(day_.text(row.segment));
}

void Ledger::Closing::run() {
  const Setup& setup = *ledger_.setup_;
  ClosedDay customers = day_;
  customers.accounts.clear();
  std::vector<AccountDay> left;
  std::vector<uint8_t> quiet;
  for (const AccountDay& row : day_.accounts) {
    const Looked looked = looked_at(day_.text(row.status));
    if (looked == Looked::left) left.push_back(row);
    if (looked != Looked::yes) continue;
    auto region = setup.calendar.find(day_.text(row.territory));
    const auto owner = setup.team.find(day_.text(row.owner));
    if (!region && owner) region = setup.team.person(*owner).region;
    const auto at = region.value_or(calendar::WorkCalendar::default_region());
    quiet.push_back(setup.calendar.quiet(at, day_.text(row.segment), day_.day).has_value() ? 1 : 0);
    customers.accounts.push_back(row);
  }
  ledger_.signals_.advance(setup.rules, customers, quiet);
  end_the_gone(left);
  for (const AccountDay& row : customers.accounts) look_at(row);
  find_storms(customers.accounts);
  for (const Wish& wish : wishes_) fulfil(wish);
  put_storms();
  put_sources();
  hand_over();
}

void Ledger::Closing::end_the_gone(const std::vector<AccountDay>& left) {
  std::set<std::string> rules;
  for (const Rule& r : ledger_.setup_->rules.rules) rules.insert(r.name);
  std::set<uint32_t> gone;
  for (const AccountDay& row : left) gone.insert(row.account);
  for (const auto& [account, track] : ledger_.signals_.accounts()) {
    if (track.last_day <= day_.day - kGoneAfterDays) gone.insert(account);
  }
  std::vector<std::pair<size_t, std::string>> over;
  for (const auto& [key, at] : ledger_.current_) {
    const Alert& alert = ledger_.alerts_[at];
    if (alert.kind != Kind::storm && !rules.contains(alert.cause)) {
      over.emplace_back(at, "its rule was taken out");
    } else if (gone.contains(alert.account)) {
      over.emplace_back(at, "the account has left");
    }
  }
  for (const auto& [at, why] : over) ledger_.end(at, day_.at, why);
  for (const uint32_t account : gone) ledger_.signals_.forget(account);
}

void Ledger::Closing::look_at(const AccountDay& row) {
  const AccountTrack& track = ledger_.signals_.accounts().at(row.account);
  const std::vector<Rule>& rules = ledger_.setup_->rules.rules;
  for (size_t r = 0; r < rules.size(); ++r) {
    if (rules[r].kind == Kind::silent) continue;
    Wish wish;
    wish.rule = r;
    wish.row = &row;
    const auto found = ledger_.current_.find({std::string(day_.text(row.account)), rules[r].name});
    if (found != ledger_.current_.end()) wish.alert = found->second;
    const bool levels = rules[r].kind == Kind::level;
    for (size_t l = kLevels; l-- > 0;) {
      if (!levels && kAllLevels[l] != Level::warning) continue;  // all three stand for one
      const Streak& streak = track.streak(ledger_.signals_.slot(r, kAllLevels[l]));
      const Level level = levels ? kAllLevels[l] : rules[r].level;
      if (streak.no < rules[r].clear_after && !wish.lasts) wish.lasts = level;
      if (streak.fires && !wish.fires) {
        wish.fires = level;
        wish.signal = streak.last;
      }
      if (streak.acts() && !wish.acts) {
        wish.acts = level;
        wish.signal = streak.last;
      }
    }
    // Better than the least severe threshold for long enough: over, whatever was changed about the others.
    if (track.streak(ledger_.signals_.slot(r)).no >= rules[r].clear_after) wish.lasts.reset();
    if (wish.alert && !wish.lasts) {
      ledger_.end(*wish.alert, day_.at, "its cause is over");
    } else if (wish.alert || wish.fires) {
      wishes_.push_back(std::move(wish));
    }
  }
}

// An alert opens, or one that is there becomes more than it was.
bool Ledger::Closing::rises(const Wish& wish) const {
  if (!wish.acts) return false;
  if (!wish.alert) return true;
  const Alert& alert = ledger_.alerts_[*wish.alert];
  return *wish.acts > alert.acted || (alert.state == State::backlog && !alert.held);
}

void Ledger::Closing::find_storms(const std::vector<AccountDay>& rows) {
  for (const AccountDay& row : rows) {
    if (row.score != kNone) ++storms_[segment_of(row)].accounts;
  }
  const auto falls = [this](const Wish& wish) {
    const Kind kind = rule_of(wish).kind;
    return (kind == Kind::fall || kind == Kind::level) && rises(wish);
  };
  std::set<uint32_t> fallen;
  for (const Wish& wish : wishes_) {
    if (falls(wish) && fallen.insert(wish.row->account).second) ++storms_[segment_of(*wish.row)].fell;
  }
  const Rules& rules = ledger_.setup_->rules;
  for (auto& [segment, storm] : storms_) {
    storm.breaks =
        storm.fell >= rules.storm_accounts && storm.fell * kWhole > rules.storm_share_micros * storm.accounts;
  }
  for (Wish& wish : wishes_) {
    wish.in_storm = echoes_the_score(rule_of(wish).kind) && rises(wish) && fallen.contains(wish.row->account) &&
                    storms_[segment_of(*wish.row)].breaks;
  }
}

size_t Ledger::Closing::add(const std::string& subject, const std::string& cause, Kind kind, Level level,
                            Sentence why) {
  Alert alert;
  alert.id = alert_id(subject, cause, day_.day);
  alert.subject = subject;
  alert.cause = cause;
  alert.kind = kind;
  alert.level = alert.acted = level;
  alert.day = day_.day;
  alert.since = day_.at;
  alert.why = std::move(why);
  const size_t at = ledger_.alerts_.size();
  ledger_.by_id_[alert.id] = at;
  ledger_.current_[{subject, cause}] = at;
  ledger_.alerts_.push_back(std::move(alert));
  return at;
}

// Nobody, or somebody who is no longer there.
bool Ledger::Closing::has_lost_owner(const Alert& alert) const {
  const team::Team& team = ledger_.setup_->team;
  if (alert.owner.empty() || team.empty()) return alert.owner.empty();
  const auto person = team.find(alert.owner);
  return !person || team.gone_on(*person, local_);
}

// Who has other alerts of the account has this one, too: one account is not handed to several people.
void Ledger::Closing::take_owner(Alert& alert, const AccountDay& row) {
  alert.owner_code = row.owner;
  for (auto it = ledger_.current_.lower_bound({alert.subject, ""});
       it != ledger_.current_.end() && it->first.subject == alert.subject; ++it) {
    const Alert& other = ledger_.alerts_[it->second];
    if (other.account != row.account || other.id == alert.id) continue;
    if (other.owner_code != row.owner || has_lost_owner(other)) continue;
    alert.owner = other.owner;
    alert.by_hand = other.by_hand;
    return;
  }
  alert.by_hand = false;
  alert.owner.clear();  // its own load does not count
  alert.owner = ledger_.owner_of(day_, row, local_);
}

void Ledger::Closing::open(const Wish& wish) {
  const Rule& rule = rule_of(wish);
  const Level level = wish.acts ? *wish.acts : *wish.fires;
  const size_t at = add(std::string(day_.text(wish.row->account)), rule.name, rule.kind, level,
                        why_of(rule, ledger_.setup_->rules, level, wish.signal, *wish.row, day_));
  Alert& alert = ledger_.alerts_[at];
  alert.level = *wish.fires;
  alert.account = wish.row->account;
  alert.helps = rule.helps.empty() ? usual_help(rule.kind, level) : rule.helps;
  take_owner(alert, *wish.row);
  alert.assignee = ledger_.present(alert.owner, local_);
  alert.held = wish.in_storm && (rule.kind == Kind::fall || alert.level == Level::warning);
  alert.state = wish.acts && !alert.held ? State::open : State::backlog;
  if (alert.held) storms_[segment_of(*wish.row)].held.push_back(at);
  ledger_.add_event(day_.at, at, alert.state == State::open ? What::opened : What::listed, alert.assignee);
  if (alert.state == State::open && !wish.in_storm) ledger_.start_clock(at, day_.at);
}

void Ledger::Closing::raise(const Wish& wish) {
  const Rule& rule = rule_of(wish);
  Alert& alert = ledger_.alerts_[*wish.alert];
  if (wish.in_storm && (rule.kind == Kind::fall || *wish.fires == Level::warning)) {
    alert.held = true;
    storms_[segment_of(*wish.row)].held.push_back(*wish.alert);
    return;
  }
  const bool first = alert.state == State::backlog;
  alert.level = *wish.fires;
  alert.acted = *wish.acts;
  alert.held = false;
  alert.state = State::open;
  alert.resolution.clear();
  alert.why = why_of(rule, ledger_.setup_->rules, alert.acted, wish.signal, *wish.row, day_);
  if (rule.helps.empty()) alert.helps = usual_help(rule.kind, alert.level);
  ledger_.add_event(day_.at, *wish.alert, first ? What::opened : What::raised, alert.assignee);
  if (wish.in_storm) {
    ledger_.set_due(*wish.alert, std::nullopt);
    alert.since = day_.at;
  } else {
    ledger_.start_clock(*wish.alert, day_.at);
  }
}

void Ledger::Closing::fulfil(const Wish& wish) {
  if (!wish.alert) return open(wish);
  if (!wish.fires) return;  // the rule means something else since, and has not decided yet
  if (rises(wish)) return raise(wish);
  Alert& alert = ledger_.alerts_[*wish.alert];
  const Level before = alert.level;
  alert.level = std::max(*wish.fires, std::min(*wish.lasts, before));
  alert.acted = std::min(alert.acted, alert.level);
  if (alert.level < before && alert.state != State::backlog) ledger_.add_event(day_.at, *wish.alert, What::eased);
}

std::string Ledger::Closing::first_present(const std::vector<team::PersonId>& people) const {
  const team::Team& team = ledger_.setup_->team;
  for (const team::PersonId id : people) {
    if (team.present_on(id, local_)) return team.person(id).id;
  }
  return people.empty() ? "" : ledger_.present(team.person(people.front()).id, local_);
}

void Ledger::Closing::put_storms() {
  const team::Team& team = ledger_.setup_->team;
  for (const auto& [segment, storm] : storms_) {
    if (!storm.breaks) continue;
    const auto there = ledger_.current_.find({segment, kStorm});
    size_t at = 0;
    const Sentence why =
        say("{} of {} accounts fell on {}: their warnings are held back", storm.fell, storm.accounts, day_.day.iso());
    if (there != ledger_.current_.end()) {
      // So many more: whoever knows of the first ones does not know of these.
      at = there->second;
      ledger_.alerts_[at].why = why;
      ledger_.alerts_[at].resolution.clear();
      ledger_.add_event(day_.at, at, What::raised, ledger_.alerts_[at].assignee);
      ledger_.start_clock(at, day_.at);
    } else {
      at = add(segment, kStorm, Kind::storm, Level::at_risk, why);
      Alert& alert = ledger_.alerts_[at];
      alert.helps = usual_help(Kind::storm, Level::at_risk);
      for (const char* role : {"leader", "director", "manager"}) {
        if (alert.owner.empty()) alert.owner = first_present(team.with_role(role));
      }
      if (alert.owner.empty()) alert.owner = first_present(team.data());
      alert.assignee = alert.owner;
      ledger_.add_event(day_.at, at, What::opened, alert.assignee);
      ledger_.start_clock(at, day_.at);
    }
    std::vector<size_t>& holds = ledger_.alerts_[at].holds;
    holds.insert(holds.end(), storm.held.begin(), storm.held.end());
  }
  std::vector<size_t> over;
  for (const auto& [key, at] : ledger_.current_) {
    const Alert& alert = ledger_.alerts_[at];
    if (alert.kind != Kind::storm || alert.day == day_.day) continue;
    const bool any = std::any_of(alert.holds.begin(), alert.holds.end(), [this](size_t held) {
      return ledger_.alerts_[held].held && ledger_.alerts_[held].state != State::ended;
    });
    if (!any) over.push_back(at);
  }
  for (const size_t at : over) ledger_.end(at, day_.at, "none of its alerts is there any more");
}

void Ledger::Closing::put_sources() {
  const Setup& setup = *ledger_.setup_;
  for (size_t r = 0; r < setup.rules.rules.size(); ++r) {
    const Rule& rule = setup.rules.rules[r];
    if (rule.kind != Kind::silent) continue;
    std::map<std::string, const Streak*> sources;
    for (const auto& [code, streak] : ledger_.signals_.sources(r)) sources[std::string(day_.text(code))] = &streak;
    for (const auto& [source, streak] : sources) {
      const auto there = ledger_.current_.find({source, rule.name});
      if (there != ledger_.current_.end()) {
        if (!streak->fires) ledger_.end(there->second, day_.at, "its cause is over");
        continue;
      }
      if (!streak->fires) continue;
      const auto rests =
          std::count_if(day_.accounts.begin(), day_.accounts.end(), [&, name = &source](const auto& row) {
            return std::any_of(row.stale_sources.begin(), row.stale_sources.end(),
                               [&](uint32_t code) { return day_.text(code) == *name; });
          });
      const size_t at = add(source, rule.name, rule.kind, rule.level,
                            say("nothing new from {}: {} accounts rest on old facts", source, rests));
      Alert& alert = ledger_.alerts_[at];
      alert.helps = rule.helps.empty() ? usual_help(rule.kind, rule.level) : rule.helps;
      alert.owner = alert.assignee = first_present(setup.team.data());
      alert.state = streak->acts() ? State::open : State::backlog;
      ledger_.add_event(day_.at, at, streak->acts() ? What::opened : What::listed, alert.assignee);
      if (streak->acts()) ledger_.start_clock(at, day_.at);
    }
  }
}

void Ledger::Closing::hand_over() {
  std::vector<size_t> all;
  for (const auto& [key, at] : ledger_.current_) {
    if (ledger_.alerts_[at].active()) all.push_back(at);
  }
  for (const size_t at : all) hand_over(at);
}

void Ledger::Closing::hand_over(size_t at) {
  Alert& alert = ledger_.alerts_[at];
  What what = What::delegated;
  if (alert.account != 0) {
    const AccountTrack& track = ledger_.signals_.accounts().at(alert.account);
    if (track.last_day != day_.day) return;
    if (track.last.owner != alert.owner_code || has_lost_owner(alert)) {
      take_owner(alert, track.last);
      what = What::moved;
    }
  }
  const std::string now = ledger_.present(alert.owner, local_);
  if (now == alert.assignee) return;
  if (alert.state == State::backlog) {
    alert.assignee = now;
  } else {
    ledger_.give(at, day_.at, what, now);
  }
}

}  // namespace kenko::alerts
