#include "reference/alerts/streaks.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace kenko::reference {

using alerts::AccountDay;
using alerts::Kind;
using alerts::kNone;
using alerts::Level;
using alerts::Rule;
using alerts::Rules;
using alerts::Truth;

namespace {

constexpr size_t kLeftAfterDays = 30;

Answer answer_of(bool yes, bool own = true) { return {yes ? Truth::yes : Truth::no, own}; }

void count(Streak& s, const Rule& rule, const Answer& answer, bool fresh) {
  if (answer.truth == Truth::unknown) return;
  if (answer.truth == Truth::no) {
    ++s.no;
    s.own = false;
    if (s.no >= rule.clear_after) s.fires = false;
    if (!s.fires) {
      s.yes = 0;
      s.fresh = false;
    }
    return;
  }
  ++s.yes;
  s.no = 0;
  s.fresh = s.fresh || fresh;
  s.own = answer.own;
  if (s.yes >= rule.fire_after) s.fires = true;
}

// The threshold that decides a signal, for the meaning of a rule of kind level.
int limit_of(const Rules& rules, const Rule& rule, Level level) {
  return rule.kind == Kind::level ? rules.at(level).below_hundredths : 0;
}

}  // namespace

Past::Past(const std::vector<ClosedUnder>& days) : days_(days) {
  for (size_t d = 0; d < days.size(); ++d) {
    auto& meanings = meanings_[days[d].rules];
    if (meanings.empty()) {
      for (const Rule& r : days[d].rules->rules) meanings.push_back(r.meaning());
    }
    for (const AccountDay& r : days[d].day->accounts) {
      const std::string_view status = days[d].day->text(r.status);
      auto& of_account = rows_[std::string(days[d].day->text(r.account))];
      of_account.resize(days.size());
      if (status == "onboarding" || status == "active" || status == "notice") of_account[d] = &r;
      auto& left = left_[std::string(days[d].day->text(r.account))];
      left.resize(days.size());
      left[d] = status == "churned" || status == "internal" ? 1 : 0;
    }
  }
}

const AccountDay* Past::row(const std::string& account, size_t d) const {
  const auto it = rows_.find(account);
  return it == rows_.end() ? nullptr : it->second[d];
}

bool Past::leaves(const std::string& account, size_t d) const {
  const auto it = left_.find(account);
  if (it != left_.end() && it->second[d] != 0) return true;
  if (d < kLeftAfterDays || row(account, d - kLeftAfterDays) == nullptr) return false;
  for (size_t e = d - kLeftAfterDays + 1; e <= d; ++e) {
    if (row(account, e) != nullptr) return false;
  }
  return true;
}

const std::vector<size_t>& Past::life(const std::string& account, size_t d) const {
  const auto known = lives_.find({account, d});
  if (known != lives_.end()) return known->second;
  std::vector<size_t>& out = lives_[{account, d}];
  for (size_t e = 0; e <= d; ++e) {
    if (leaves(account, e)) out.clear();
    if (row(account, e) != nullptr) out.push_back(e);
  }
  return out;
}

// Where day d has the rule (threshold) `rule` of other rules.
std::optional<size_t> Past::same_rule(size_t d, const Rules& rules, size_t rule, Level level) const {
  const Rules& own = *days_[d].rules;
  if (&own == &rules) return rule;
  const Rule& wanted = rules.rules[rule];
  for (size_t i = 0; i < own.rules.size(); ++i) {
    if (meanings_.at(&own)[i] == meanings_.at(&rules)[rule] &&
        limit_of(own, own.rules[i], level) == limit_of(rules, wanted, level))
      return i;
  }
  return std::nullopt;
}

bool Past::fresh(size_t d, size_t rule, Level level) const {
  if (d == 0 || days_[d].day->model != days_[d - 1].day->model) return true;
  for (size_t e = 0; e < d; ++e) {
    if (same_rule(e, *days_[d].rules, rule, level)) return false;
  }
  return true;
}

bool Past::quiet(const std::string& account, size_t d) const {
  const auto known = quiet_.find({account, d});
  if (known != quiet_.end()) return known->second;
  return quiet_[{account, d}] = is_quiet(account, d);
}

bool Past::is_quiet(const std::string& account, size_t d) const {
  const AccountDay* r = row(account, d);
  const alerts::ClosedDay& day = *days_[d].day;
  const auto person = days_[d].team->find(day.text(r->owner));
  const auto territory = days_[d].calendar->find(day.text(r->territory));
  const calendar::RegionId of_owner =
      person ? days_[d].team->person(*person).region : calendar::WorkCalendar::default_region();
  return days_[d].calendar->quiet(territory.value_or(of_owner), day.text(r->segment), day.day).has_value();
}

// P(after, to]
int64_t Past::own_sum(const std::string& account, size_t d, Day after, Day to) const {
  int64_t sum = 0;
  for (const size_t e : life(account, d)) {
    const Day day = days_[e].day->day;
    if (day <= after || day > to) continue;
    const AccountDay* r = row(account, e);
    if (r->explained && !quiet(account, e)) sum += r->own_change;
  }
  return sum;
}

Answer Past::answer(const std::string& account, size_t d, size_t rule, Level level) const {
  const auto key = std::tuple(account, d, rule, level);
  const auto it = asked_.find(key);
  return it != asked_.end() ? it->second : asked_[key] = ask(account, d, rule, level);
}

Answer Past::ask(const std::string& account, size_t d, size_t rule, Level level) const {
  const Rules& rules = *days_[d].rules;
  const Rule& r = rules.rules[rule];
  const AccountDay* row_of_day = row(account, d);
  const alerts::ClosedDay& day = *days_[d].day;
  if (row_of_day == nullptr) return {};
  switch (r.kind) {
    case Kind::level:
      return below(account, d, rule, level, rules.at(level).below_hundredths);
    case Kind::fall:
      return quiet(account, d) ? Answer{} : answer_of(fell(account, d, r));
    case Kind::baseline:
      return quiet(account, d) ? Answer{} : departed(account, d, r);
    case Kind::trigger:
      return answer_of(std::any_of(row_of_day->triggers.begin(), row_of_day->triggers.end(),
                                   [&](uint32_t code) { return day.text(code) == r.trigger; }));
    case Kind::band:
      return band(account, d, r);
    case Kind::condition:
      return quiet(account, d) ? Answer{} : condition(account, d, r);
    case Kind::renewal: {
      Answer out = below(account, d, rule, level, r.below);
      const bool soon = row_of_day->renewal != kNone && row_of_day->renewal >= day.day.number &&
                        row_of_day->renewal <= day.day.number + r.within_days;
      if (out.truth == Truth::yes && !soon) out = answer_of(false);
      return out;
    }
    case Kind::insufficient:
      return row_of_day->stale_sources.empty() ? answer_of(day.text(row_of_day->state) == "insufficient") : Answer{};
    case Kind::silent:
    case Kind::storm:
      break;
  }
  return {};
}

Answer Past::below(const std::string& account, size_t d, size_t rule, Level level, int limit) const {
  const AccountDay* today = row(account, d);
  if (today->score == kNone) return {};
  if (today->score >= limit) return answer_of(false);
  std::optional<size_t> last_above;
  for (const size_t e : life(account, d)) {
    if (!same_rule(e, *days_[d].rules, rule, level)) continue;
    const AccountDay* r = row(account, e);
    if (r->score != kNone && r->score >= limit) last_above = e;
  }
  if (!last_above) return answer_of(true);
  const int64_t part = own_sum(account, d, days_[*last_above].day->day, days_[d].day->day);
  return answer_of(true, row(account, *last_above)->score + part < limit);
}

bool Past::fell(const std::string& account, size_t d, const Rule& rule) const {
  const Day today = days_[d].day->day;
  for (Day x = today - rule.within_days; x < today; ++x) {
    if (-own_sum(account, d, x, today) >= rule.points) return true;
  }
  return false;
}

Answer Past::departed(const std::string& account, size_t d, const Rule& rule) const {
  const Day today = days_[d].day->day;
  std::vector<int64_t> recent, usual;
  for (const size_t e : life(account, d)) {
    const Day day = days_[e].day->day;
    const int64_t z = own_sum(account, d, Day::kMin, day);
    if (day > today - 7) recent.push_back(z);
    if (day > today - 7 - rule.within_days && day <= today - 7) usual.push_back(z);
  }
  if (usual.size() < 30) return {};
  const auto mean = [](const std::vector<int64_t>& values) {
    long double sum = 0;
    for (const int64_t v : values) sum += static_cast<long double>(v);
    return sum / static_cast<long double>(values.size());
  };
  const long double middle = mean(usual);
  long double squares = 0;
  for (const int64_t v : usual)
    squares += (static_cast<long double>(v) - middle) * (static_cast<long double>(v) - middle);
  const long double deviation = std::sqrt(squares / static_cast<long double>(usual.size() - 1));
  const long double least = 800;  // points x 100
  return answer_of(mean(recent) < middle - std::max(static_cast<long double>(rule.deviations) * deviation, least));
}

Answer Past::band(const std::string& account, size_t d, const Rule& rule) const {
  const AccountDay* today = row(account, d);
  if (today->band_place < 0) return {};
  const Day day = days_[d].day->day;
  std::optional<size_t> best;
  for (const size_t e : life(account, d)) {
    const Day x = days_[e].day->day;
    const AccountDay* r = row(account, e);
    if (x < day - rule.within_days || x >= day || days_[e].day->model != days_[d].day->model) continue;
    if (r->band_place < 0) continue;
    if (!best || r->band_place >= row(account, *best)->band_place) best = e;
  }
  if (!best || today->band_place >= row(account, *best)->band_place) return answer_of(false);
  const int64_t part = own_sum(account, d, days_[*best].day->day, day);
  const AccountDay* then = row(account, *best);
  const bool scores = then->score != kNone && today->score != kNone;
  return answer_of(true, -part > 0 && (!scores || -2 * part >= then->score - today->score));
}

Answer Past::condition(const std::string& account, size_t d, const Rule& rule) const {
  const alerts::ClosedDay& day = *days_[d].day;
  for (size_t i = 0; i < day.conditions.size(); ++i) {
    if (day.conditions[i] == rule.name) return {row(account, d)->conditions[i], true};
  }
  return {};
}

Streak Past::streak(const std::string& account, size_t d, size_t rule, Level level) const {
  Streak out;
  for (const size_t e : life(account, d)) {
    const auto there = same_rule(e, *days_[d].rules, rule, level);
    if (there) count(out, days_[e].rules->rules[*there], answer(account, e, *there, level), fresh(e, *there, level));
  }
  return out;
}

Streak Past::source_streak(const std::string& source, size_t d, size_t rule) const {
  Streak out;
  bool seen = false;
  for (size_t e = 0; e <= d; ++e) {
    const auto there = same_rule(e, *days_[d].rules, rule, Level::warning);
    if (!there) continue;
    const alerts::ClosedDay& day = *days_[e].day;
    bool stale = false;
    for (const AccountDay& r : day.accounts) {
      if (row(std::string(day.text(r.account)), e) == nullptr) continue;
      for (const uint32_t code : r.stale_sources) stale = stale || day.text(code) == source;
    }
    seen = seen || stale;
    if (seen) count(out, days_[e].rules->rules[*there], answer_of(stale), fresh(e, *there, Level::warning));
  }
  return out;
}

}  // namespace kenko::reference
