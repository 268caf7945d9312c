#include "sim/life.h"

#include <algorithm>
#include <cmath>

#include "sim/founding.h"
#include "sim/laws.h"

namespace kenko::sim {
namespace {
constexpr int kGoalWeeks = 26;
constexpr int kBurnInWeeks = 20;
}  // namespace

Life::Life(const CompanyOptions& options, Account& account, FreshNames& names, Random random)
    : options_(options),
      account_(account),
      names_(names),
      random_(random),
      last_day_(options.first_day + (options.days - 1)),
      settled_until_(options.first_day - 1) {}

void Life::live() {
  begin();
  const Day start = std::max(account_.started, options_.first_day);
  Day week = options_.first_day + 7 * ((start - options_.first_day) / 7);
  for (int number = 0; week <= last_day_; week = week + 7, ++number) {
    if (!account_.lives(std::max(week, start))) break;
    step(week, number);
    account_.weeks.push_back({week, state_, churn_within_90_days(week)});
    pause(week);
    decide(week);
  }
}

void Life::begin() {
  Account& a = account_;
  const bool known_before = a.started < options_.first_day;
  const Day met = known_before ? std::max(a.started, options_.first_day - static_cast<int32_t>(random_.between(1, 600)))
                               : a.started;
  add_contact("champion", met);
  add_contact("admin", met);
  const int64_t users = random_.between(1, a.segment == Segment::enterprise ? 5 : 2);
  for (int64_t i = 0; i < users; ++i) add_contact("user", met);
  state_.sponsor = a.kind != Kind::internal && random_.chance(0.55);
  if (state_.sponsor) add_contact("executive_sponsor", met);
  state_.integrations = static_cast<int>(random_.between(0, known_before ? 4 : 1));
  if (a.has_plan) {
    const double u = random_.uniform();
    state_.goals = !known_before || u < 0.2 ? Goals::open : u < 0.75 ? Goals::reached : Goals::missed;
    goal_ = goal(static_cast<int>(random_.between(0, kGoals - 1)));
  }
  if (!known_before) a.goal_offset = 0;
  state_.power_users = known_before ? a.power_limit / 2 : 0;
  state_.penetration = known_before ? 0.55 : 0.3;
  state_.vigour = level(a.base, state_);
  for (int i = 0; known_before && i < kBurnInWeeks; ++i) {
    drift(state_);
    change_power_users();
  }
  if (a.kind != Kind::trial_lost && a.kind != Kind::internal) first_contracts();
}

void Life::add_contact(std::string_view role, Day since) {
  Contact c;
  c.id = names_.id("003A00000", 6, kUpperAlphabet);
  c.name = names_.person(account_.region);
  c.role = role;
  c.email = names_.email(c.name, account_.domain);
  c.user_key = names_.id("u_", 8, kLowerAlphabet);
  c.since = since;
  account_.contacts.push_back(std::move(c));
}

void Life::step(Day week, int number) {
  change_sponsor(week);
  change_power_users();
  if (state_.integrations < 6 && random_.chance(0.02 * share(state_.vigour))) ++state_.integrations;
  if (state_.integrations > 0 && random_.chance(0.004)) --state_.integrations;
  if (account_.has_plan && account_.kind != Kind::internal) pursue_goals(week, number);
  drift(state_);
}

void Life::drift(State& s) {
  if (decline_weeks_ > 0) {
    --decline_weeks_;
  } else if (random_.chance(0.0035)) {
    decline_weeks_ = static_cast<int>(random_.between(16, 40));
  }
  if (random_.chance(0.006)) s.vigour -= 0.9;
  if (random_.chance(0.004)) s.vigour += 0.6;
  const double target = level(account_.base, s) - (decline_weeks_ > 0 ? 1.6 : 0);
  s.vigour += kReturnPerWeek * (target - s.vigour) + 0.17 * random_.normal();
  const double seats_in_use = std::clamp(0.16 + 0.68 * share(1.1 * s.vigour) + account_.seat_share, 0.05, 0.98);
  s.penetration += 0.2 * (seats_in_use - s.penetration);
}

void Life::change_sponsor(Day week) {
  if (account_.kind == Kind::internal) return;
  if (state_.sponsor && random_.chance(0.007)) {
    state_.sponsor = false;
    state_.vigour -= 0.3;
    // Some leave the company, others only lose interest and stay in the books.
    for (Contact& c : account_.contacts) {
      if (c.role == "executive_sponsor" && c.here(week) && random_.chance(0.6)) c.left = std::min(week + 2, last_day_);
    }
  } else if (!state_.sponsor && random_.chance(0.012)) {
    state_.sponsor = true;
    if (account_.contact(week, "executive_sponsor") == nullptr)
      add_contact("executive_sponsor", std::max(week, account_.started));
  }
  if (random_.chance(0.003)) {
    for (Contact& c : account_.contacts) {
      if (c.role == "champion" && c.here(week) && c.since < week) {
        c.left = week;
        add_contact("champion", week + 1);
        break;
      }
    }
  }
}

void Life::change_power_users() {
  if (!random_.chance(0.2)) return;
  const int target = static_cast<int>(std::lround(account_.power_limit * share(1.2 * state_.vigour + 0.4)));
  if (target > state_.power_users) ++state_.power_users;
  if (target < state_.power_users) --state_.power_users;
}

void Life::begin_goal(Day week) {
  result_week_ = static_cast<int>(random_.between(17, kGoalWeeks - 1));
  goal_ = goal(static_cast<int>(random_.between(0, kGoals - 1)));
  const Day set = day_in(week, account_.started);
  account_.goal_notes.push_back({set, "goal.set", goal_});
  for (int i = 1; i <= 3; ++i) {
    const Day due = set + 35 * i;
    if (due > last_day_) continue;
    account_.goal_notes.push_back({due, "milestone.due", goal_});
    if (!random_.chance(share(0.6 + state_.vigour))) continue;
    const Day done = due + static_cast<int32_t>(random_.between(-8, 12));
    if (done <= last_day_) account_.goal_notes.push_back({done, "milestone.done", goal_});
  }
}

void Life::pursue_goals(Day week, int number) {
  const int position = (number + account_.goal_offset) % kGoalWeeks;
  if (position == 0 || number == 0) begin_goal(week);
  if (position != result_week_) return;
  const bool reached = random_.chance(share(0.95 + 1.1 * state_.vigour + (state_.sponsor ? 0.3 : -0.3)));
  state_.goals = reached ? Goals::reached : Goals::missed;
  account_.goal_notes.push_back({day_in(week, account_.started), reached ? "goal.reached" : "goal.missed", goal_});
}

std::optional<double> Life::churn_within_90_days(Day week) const {
  if (account_.kind == Kind::internal || account_.kind == Kind::trial_lost || account_.leaving_from)
    return std::nullopt;
  if (week + 6 < account_.contract_start || account_.paused(week)) return std::nullopt;
  return churn_within(account_, state_, week - 1, decision_, 90);
}

Day Life::day_in(Day week, Day first_possible) {
  return std::min(last_day_, std::max(first_possible, week + static_cast<int32_t>(random_.between(0, 6))));
}

World make_world(const CompanyOptions& options) {
  World world;
  world.options = options;
  const Random root(options.seed);
  FreshNames names(root.fork(1));
  world.accounts = found_accounts(options, names);
  for (size_t i = 0; i < world.accounts.size(); ++i) {
    Life(options, world.accounts[i], names, root.fork(1000 + i)).live();
  }
  return world;
}

}  // namespace kenko::sim
