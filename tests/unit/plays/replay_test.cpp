// Random companies: what is kept from day to day, saved and read again says the same as what is made anew from the
// first day; and rules that must hold on every day do.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/random.h"
#include "plays/company.h"
#include "plays/save.h"

namespace kenko::plays {
namespace {

constexpr int kDays = 60, kAccounts = 25;

const std::string kPlays = R"(kenko: 1
plays:
  rescue: {when: {band: red}, priority: 90, enrol: {cool_down: 20d, a_week: 3}, stop: {band: green, after: 30d}, hold_out: 30%,
    steps: [{name: a, role: manager, due: 0d}, {name: b, role: owner, due: 3d, message: {subject: s, text: t}}]}
  steady: {when: {band: [orange, yellow], for: 3d}, priority: 50, stop: {when_over: true},
    steps: [{name: a, role: csm, due: 2d}, {name: b, role: automatic, due: 1d, message: {subject: s, text: t}}]}
  alarm: {when: {alert: fall}, priority: 70, enrol: {cool_down: 5d}, steps: [{name: a, role: owner, due: 4h}]}
  light: {when: {touch: [high, tech], condition: arr() > 1}, beside: true, enrol: {once: true},
    steps: [{name: a, role: owner, due: 1d, message: {subject: s, text: t}}]}
)";

struct Step {
  std::vector<Line> lines;
  OpenAlerts open;
};

std::vector<Step> random_days(Random& random) {
  const std::vector<std::string> bands{"red", "orange", "yellow", "green", ""}, owners{"anna", "bert", "", "Unknown"};
  std::vector<Line> lines;
  for (int i = 0; i < kAccounts; ++i) {
    lines.push_back({.account = "a" + std::to_string(10 + i),
                     .touch = i % 5 == 0 ? "tech" : "",
                     .parent = "p" + std::to_string(i / 2),
                     .arr = random.between(0, 5) * 100});
  }
  std::vector<Step> out;
  for (int day = 0; day < kDays; ++day) {
    Step step;
    for (Line& line : lines) {
      if (random.chance(0.15)) line.band = bands[static_cast<size_t>(random.between(0, 4))];
      if (random.chance(0.05)) line.owner = owners[static_cast<size_t>(random.between(0, 3))];
      line.conditions["play.light"] = static_cast<alerts::Truth>(random.between(0, 2));
      if (random.chance(0.05)) step.open[line.account] = {"fall"};
      if (!random.chance(0.01)) step.lines.push_back(line);  // else it is away that day
    }
    out.push_back(std::move(step));
  }
  return out;
}

// Something that people do with what there is.
std::vector<Action> random_actions(const Company& company, Random& random) {
  std::vector<Action> out;
  for (const auto& [account, of] : company.state.accounts) {
    for (const Enrolment& enrolment : of.enrolments) {
      if (!enrolment.running()) continue;
      if (random.chance(0.02)) out.push_back({company.noon(), "mia", account, Act::stop, enrolment.id, "why", ""});
      for (const Task& task : enrolment.tasks) {
        if (!random.chance(0.2)) continue;
        const auto what = static_cast<Act>(random.between(0, 2));
        out.push_back({company.noon(), "mia", account, what, task.id, what == Act::assign ? "sam" : "because", "x"});
      }
    }
  }
  return out;
}

void check_rules(const Company& company, uint64_t seed) {
  std::set<std::string> ids;
  for (const auto& [account, of] : company.state.accounts) {
    int slots = 0;
    for (const Enrolment& enrolment : of.enrolments) {
      ASSERT_TRUE(ids.insert(enrolment.id).second) << "seed " << seed;
      if (enrolment.running() && enrolment.play != "light") ++slots;
      for (const Task& task : enrolment.tasks) {
        ASSERT_TRUE(ids.insert(task.id).second) << "seed " << seed;
        ASSERT_EQ(task.state == TaskState::open, !task.closed_at.has_value()) << "seed " << seed;
        if (!enrolment.running()) {
          ASSERT_NE(task.state, TaskState::open) << "seed " << seed;
        }
      }
    }
    ASSERT_LE(slots, 1) << "one play at a time; seed " << seed;
    for (const Waiting& waiting : of.waiting) {
      ASSERT_TRUE(waiting.behind.empty() || slots == 1) << "it waits behind one that runs; seed " << seed;
    }
  }
}

TEST(ReplayTest, KeptFromDayToDaySaysTheSameAsMadeAnew) {
  size_t began = 0, held = 0, waited = 0, moved = 0, superseded = 0;
  for (uint64_t seed = 1; seed <= 15; ++seed) {
    Random random(seed);
    const std::vector<Step> days = random_days(random);
    Company kept(kPlays, Company::kTeam, seed);
    std::vector<std::vector<Action>> actions;
    std::vector<Event> events;
    for (const Step& step : days) {
      actions.push_back(kept.state.day ? random_actions(kept, random) : std::vector<Action>{});
      const std::vector<Event> today = kept.close(step.lines, step.open, actions.back());
      events.insert(events.end(), today.begin(), today.end());
      ASSERT_NO_FATAL_FAILURE(check_rules(kept, seed));
      for (const auto& [account, of] : kept.state.accounts) waited += of.waiting.size();
    }
    Company anew(kPlays, Company::kTeam, seed);
    std::vector<Event> again;
    for (size_t i = 0; i < days.size(); ++i) {
      // Other codes, and a state that goes through a file every few days.
      if (i % 7 == 3) {
        anew.texts.intern("something else " + std::to_string(i));
        auto loaded = load(save(anew.state));
        ASSERT_TRUE(loaded) << "seed " << seed;
        ASSERT_EQ(*loaded, anew.state) << "seed " << seed;
        anew.state = std::move(*loaded);
      }
      const std::vector<Event> today = anew.close(days[i].lines, days[i].open, actions[i]);
      again.insert(again.end(), today.begin(), today.end());
    }
    ASSERT_EQ(kept.state, anew.state) << "seed " << seed;
    ASSERT_EQ(events, again) << "seed " << seed;
    for (const Event& event : events) {
      began += event.what == What::began ? 1 : 0;
      held += event.what == What::held_out ? 1 : 0;
      moved += event.what == What::moved ? 1 : 0;
      superseded += event.text == "superseded" ? 1 : 0;
    }
  }
  EXPECT_GT(began, 500U);
  EXPECT_GT(held, 20U);
  EXPECT_GT(waited, 100U);
  EXPECT_GT(moved, 50U);
  EXPECT_GT(superseded, 20U);
}

TEST(SaveTest, DamageIsSeen) {
  Company company(kPlays);
  company.close({{.account = "a", .band = "red"}, {.account = "b", .band = "red"}});
  const std::string saved = save(company.state);
  ASSERT_TRUE(load(saved));
  EXPECT_EQ(*load(saved), company.state);
  for (size_t i = 0; i < saved.size(); i += 3) {
    std::string damaged = saved;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    EXPECT_FALSE(load(damaged)) << i;
    EXPECT_FALSE(load(saved.substr(0, i))) << i;
  }
  EXPECT_TRUE(load(save(State{})));
}

}  // namespace
}  // namespace kenko::plays
