// Models that would look better once a customer falls silent: bad moods expire, complaints age out, a hump has its top
// below many tickets, a ratio turns null, an alarm ends, coverage falls.  The silence rule must hold each of them down,
// and each must really rise underneath, or it proves nothing.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "base/random.h"
#include "facts/fact.h"
#include "facts/settings.h"
#include "identity/resolve.h"
#include "model/load.h"
#include "plan/lower.h"
#include "score/history.h"

namespace kenko {
namespace {

constexpr uint64_t kSeed = 20261122;
constexpr int32_t kActiveDays = 150, kSilentDays = 400, kAccounts = 40;
const Day kFirst = Day::of(2025, 1, 1);

facts::Settings settings() {
  facts::Settings out;
  facts::SourceSettings source;
  source.name = "desk";
  source.emits = {"complaint", "login", "started", "done", "ticket"};
  out.sources = {source};
  return out;
}

// Customers with plenty of everything, each silent from a day of its own on.
facts::FactSet facts_of(std::vector<Day>& last_day) {
  Random random(kSeed);
  facts::FactSet out;
  constexpr std::array<const char*, 5> kNames{"complaint", "login", "started", "done", "ticket"};
  for (int32_t a = 0; a < kAccounts; ++a) {
    const auto stop = static_cast<int32_t>(random.between(kActiveDays / 2, kActiveDays));
    Day last = kFirst;
    for (int32_t d = 0; d <= stop; ++d) {
      for (const char* name : kNames) {
        if (!random.chance(0.25)) continue;
        facts::EventFact e;
        e.source = "desk";
        e.event_id = fmt::format("{}-{}-{}", a, d, name);
        e.account_ref = fmt::format("a{:02}", a);
        e.name = name;
        e.occurred_at = {(kFirst + d).number * kMicrosPerDay};
        e.recorded = {e.occurred_at, std::ssize(out.events) + 1, true};
        e.properties = {{"mood", Decimal{random.between(-1'000'000, 200'000)}.text()}};
        out.events.push_back(std::move(e));
        last = kFirst + d;
      }
    }
    last_day.push_back(last);
  }
  return out;
}

struct Trap {
  const char* name;
  const char* metrics;
};
constexpr std::array<Trap, 6> kTraps{{
    {"mood that expires",
     "  mood: {dimension: all, value: 'mean(ticket[28d], mood)', curve: {-1: 0, 0: 60, 1: 100}}\n"
     "  use: {dimension: all, value: 'count(login[365d])', curve: {0: 0, 10: 90}, min_observed: 7d}\n"},
    {"complaints that age out",
     "  complaints: {dimension: all, value: 'decayed_count(complaint, half_life: 14d)', curve: {0: 100, 3: 0}}\n"},
    {"a hump", "  tickets: {dimension: all, value: 'count(ticket[28d])', curve: {0: 50, 2: 100, 9: 0}}\n"},
    {"a ratio that turns null",
     "  finished: {dimension: all, value: 'count(done{mood > 0}[28d]) / count(started[28d])', curve: {0: 0, 1: 100}}\n"
     "  use: {dimension: all, value: 'count(login[365d])', curve: {0: 0, 10: 90}, min_observed: 7d}\n"},
    {"an alarm that ends",
     "  alarm: {dimension: all, value: 'if(count(complaint[14d]) >= 2, 0, 100)', curve: {0: 0, 100: 100}}\n"},
    {"a share of the past",
     "  trend: {dimension: all, value: 'change(count(ticket[7d]), 28d)', curve: {-1: 100, 0: 60, 2: 0}, missing: "
     "{score: 80}}\n"
     "  use: {dimension: all, value: 'days_since(login)', curve: {0: 50, 60: 55}}\n"},
}};

class Silence : public testing::TestWithParam<size_t> {};

TEST_P(Silence, NoModelLooksBetterOnceEveryFactHasStopped) {
  const Trap& trap = kTraps[GetParam()];
  SCOPED_TRACE(fmt::format("{}, seed {}", trap.name, kSeed));
  const std::string text = fmt::format(
      "kenko: 1\nmodel: trap\nmin_coverage: 0%\ndimensions:\n  all: {{weight: 1}}\nmetrics:\n{}"
      "bands:\n  low: {{from: 0}}\n  high: {{from: 50}}\n",
      trap.metrics);
  const facts::Settings with = settings();
  const auto model = model::load(text, "trap.yaml", with);
  ASSERT_TRUE(model.ok()) << to_text(model.problems());
  const auto plan = plan::lower(*model, with);
  ASSERT_TRUE(plan.ok());
  std::vector<Day> last_day;
  const facts::Portfolio portfolio = identity::resolve(facts_of(last_day), with);
  const engine::Engine engine(*plan, portfolio);
  int64_t days = 0, tempted = 0;
  score::for_each_account(engine, kFirst + kActiveDays + kSilentDays, 1, {}, [&](const score::AccountHistory& h) {
    ASSERT_EQ(h.scores.size(), 1U);
    const score::LifeScores& s = h.scores[0];
    int32_t before = score::kNoScore, underneath = score::kNoScore;
    for (auto d = static_cast<size_t>(last_day[h.account] - s.first); d < s.size(); ++d) {
      if (s.score[d] == score::kNoScore) continue;
      if (before != score::kNoScore) {
        ASSERT_LE(s.score[d], before) << portfolio.accounts[h.account] << " on "
                                      << (s.first + static_cast<int32_t>(d)).iso();
        tempted += s.rolled_up[d] > underneath ? 1 : 0;
        ++days;
      }
      before = s.score[d];
      underneath = s.rolled_up[d];
    }
  });
  EXPECT_GT(days, kAccounts * (kSilentDays - 1));
  EXPECT_GT(tempted, kAccounts / 4) << "the model never tried to rise, so this proves nothing";
}

INSTANTIATE_TEST_SUITE_P(Traps, Silence, testing::Range<size_t>(0, kTraps.size()));

}  // namespace
}  // namespace kenko
