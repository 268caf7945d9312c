// What docs/SEMANTICS.md promises as a whole, held against the reference interpreter on random companies: the rules do
// not contradict each other.  A failure names the seed; `generate(seed)` gives the company again.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "base/random.h"
#include "model/load.h"
#include "property/generate.h"
#include "reference/interpret.h"

namespace kenko::property {
namespace {

using reference::DayResult;
using reference::MetricCell;

constexpr uint64_t kSeeds = 40;

// Small companies: the interpreter is slow, and it is asked often.
Size small(uint64_t seed) {
  Size out = shape_of(seed);
  out.accounts = std::min(out.accounts, 12);
  out.days = std::min(out.days, 90);
  out.events_a_week = 6;
  return out;
}

// A random company with its checked model.
struct World {
  explicit World(uint64_t seed) : made(generate(seed, small(seed))) {
    auto loaded = model::load(made.model, "random.yaml", made.settings);
    EXPECT_TRUE(loaded.ok()) << "seed " << seed;
    model = std::move(*loaded);
  }
  Generated made;
  model::Model model;
};

bool same(const DayResult& a, const DayResult& b) {
  const auto same_cell = [](const auto& x, const auto& y) {
    return x.first == y.first && x.second.value == y.second.value && x.second.points == y.second.points &&
           x.second.contribution == y.second.contribution && x.second.lost == y.second.lost;
  };
  return a.alive == b.alive && a.status == b.status && a.state == b.state && a.score == b.score &&
         a.computed == b.computed && a.rolled_up == b.rolled_up && a.hierarchy == b.hierarchy &&
         a.triggers == b.triggers && a.cap == b.cap && a.silence == b.silence && a.override_ == b.override_ &&
         a.segment == b.segment && a.stage == b.stage && a.days_in_stage == b.days_in_stage && a.starts == b.starts &&
         a.coverage_micros == b.coverage_micros && a.band == b.band && a.dimensions == b.dimensions &&
         std::equal(a.metrics.begin(), a.metrics.end(), b.metrics.begin(), b.metrics.end(), same_cell);
}

// Law (a): history(d) = the score of the facts cut at d; also when only a part of the facts was known.
TEST(Laws, TheDayIsTheHistoryOfTheFactsCutAtTheDay) {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const World w(seed);
    facts::Cut cut;
    if (seed % 2 == 0) cut.known_until = close_of(w.made.settings, w.made.known_day);
    const reference::Company whole(w.made.facts, w.made.settings, cut);
    const auto all = reference::interpret_all(w.model, whole, w.made.first, w.made.last);
    Random random(seed);
    for (int i = 0; i < 8; ++i) {
      const Day day = w.made.first + static_cast<int32_t>(random.between(0, w.made.last - w.made.first));
      cut.occurred_until = day;
      const reference::Company until_day(w.made.facts, w.made.settings, cut);
      const auto alone = reference::interpret_all(w.model, until_day, day, day);
      for (const auto& [account, history] : all) {
        const DayResult& of_day = history[static_cast<size_t>(day - w.made.first)];
        const auto own = alone.find(account);  // none: nothing speaks of it yet
        EXPECT_TRUE(own == alone.end() ? !of_day.alive : same(of_day, own->second.front()))
            << "seed " << seed << " " << account << " " << day.iso();
      }
    }
  }
}

// The order in which facts arrive means nothing.
TEST(Laws, AnyOrderOfTheFactsGivesTheSame) {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const World w(seed);
    facts::FactSet turned = w.made.facts;
    std::reverse(turned.events.begin(), turned.events.end());
    std::reverse(turned.attributes.begin(), turned.attributes.end());
    std::reverse(turned.contracts.begin(), turned.contracts.end());
    std::reverse(turned.identities.begin(), turned.identities.end());
    std::reverse(turned.memberships.begin(), turned.memberships.end());
    std::reverse(turned.rates.begin(), turned.rates.end());
    const reference::Company a(w.made.facts, w.made.settings, {});
    const reference::Company b(turned, w.made.settings, {});
    ASSERT_EQ(reference::accounts(a), reference::accounts(b)) << "seed " << seed;
    const auto first = reference::interpret_all(w.model, a, w.made.last, w.made.last);
    const auto second = reference::interpret_all(w.model, b, w.made.last, w.made.last);
    for (const auto& [account, days] : first) {
      EXPECT_TRUE(same(days.front(), second.at(account).front())) << "seed " << seed << " " << account;
    }
  }
}

// A customer whose every fact stops never looks better on a later day, whatever the model says; an override of ours
// may end, so the score before it is meant.
TEST(Laws, SilenceNeverRaisesAScore) {
  int64_t silent_days = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const World w(seed);
    const Day stop = w.made.first + (w.made.last - w.made.first) / 2;
    const reference::Company company(w.made.facts, w.made.settings, {.occurred_until = stop, .known_until = {}});
    for (const auto& [account, days] : reference::interpret_all(w.model, company, stop, w.made.last)) {
      std::optional<int32_t> before;
      for (const DayResult& day : days) {
        if (day.state != "scored") continue;
        if (before) {
          EXPECT_LE(*day.computed, *before) << "seed " << seed << " " << account << " " << day.day.iso();
        }
        before = day.computed;
        silent_days += day.silence < 0 ? 1 : 0;
      }
    }
  }
  EXPECT_GT(silent_days, 100);  // else the models would not tempt it
}

// No number without its reasons: contributions are the rolled-up score, with the lines of the rules the score; losses
// are the rest to 100.
TEST(Laws, ContributionsAddUpExactly) {
  int64_t scored = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const World w(seed);
    const reference::Company company(w.made.facts, w.made.settings, {});
    for (const auto& [account, days] : reference::interpret_all(w.model, company, w.made.first, w.made.last)) {
      for (const DayResult& day : days) {
        if (day.state != "scored") continue;
        ++scored;
        int64_t gained = 0;
        int64_t lost = 0;
        for (const auto& [name, cell] : day.metrics) {
          gained += cell.contribution;
          lost += cell.lost;
        }
        for (const auto& [name, start] : day.starts) gained += start;
        const int64_t own = day.rolled_up.value_or(0);
        EXPECT_EQ(gained, own * 10'000) << "seed " << seed << " " << account << " " << day.day.iso();
        if (day.rolled_up && day.starts.empty()) {  // what a start loses has no cell
          EXPECT_EQ(gained + lost, 100'000'000) << "seed " << seed << " " << account << " " << day.day.iso();
        }
        int64_t lines = own + day.hierarchy + day.cap + day.silence;
        for (const auto& [name, points] : day.triggers) lines += points;
        EXPECT_EQ(lines, *day.computed) << "seed " << seed << " " << account << " " << day.day.iso();
        EXPECT_EQ(*day.computed + day.override_, *day.score) << "seed " << seed << " " << account;
      }
    }
  }
  EXPECT_GT(scored, 5000);
}

}  // namespace
}  // namespace kenko::property
