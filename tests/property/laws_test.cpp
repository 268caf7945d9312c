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

// A random company with its checked model.
struct World {
  explicit World(uint64_t seed) : made(generate(seed)) {
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
         a.silence == b.silence && a.coverage_micros == b.coverage_micros && a.band == b.band &&
         a.dimensions == b.dimensions &&
         std::equal(a.metrics.begin(), a.metrics.end(), b.metrics.begin(), b.metrics.end(), same_cell);
}

// Law (a): history(d) = the score of the facts cut at d; also when only a part of the facts was known.
TEST(Laws, TheDayIsTheHistoryOfTheFactsCutAtTheDay) {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const World w(seed);
    facts::Cut cut;
    if (seed % 2 == 0) cut.known_until = close_of(w.made.settings, w.made.known_day);
    const reference::Company whole(w.made.facts, w.made.settings, cut);
    Random random(seed);
    for (int i = 0; i < 8; ++i) {
      const Day day = w.made.first + static_cast<int32_t>(random.between(0, w.made.last - w.made.first));
      cut.occurred_until = day;
      const reference::Company until_day(w.made.facts, w.made.settings, cut);
      for (const std::string& account : reference::accounts(whole)) {
        const auto history = reference::interpret(w.model, whole, account, day, day);
        const auto alone = reference::interpret(w.model, until_day, account, day, day);
        EXPECT_TRUE(same(history.front(), alone.front())) << "seed " << seed << " " << account << " " << day.iso();
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
    for (const std::string& account : reference::accounts(a)) {
      const auto first = reference::interpret(w.model, a, account, w.made.last, w.made.last);
      const auto second = reference::interpret(w.model, b, account, w.made.last, w.made.last);
      EXPECT_TRUE(same(first.front(), second.front())) << "seed " << seed << " " << account;
    }
  }
}

// A customer whose every fact stops never looks better on a later day of that life, whatever the model says.
TEST(Laws, SilenceNeverRaisesAScore) {
  int64_t silent_days = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const World w(seed);
    const Day stop = w.made.first + (w.made.last - w.made.first) / 2;
    const reference::Company company(w.made.facts, w.made.settings, {.occurred_until = stop, .known_until = {}});
    for (const std::string& account : reference::accounts(company)) {
      std::optional<int32_t> before;
      for (const DayResult& day : reference::interpret(w.model, company, account, stop, w.made.last)) {
        if (day.day == stop || !day.score) {
          before = day.score ? day.score : before;
          continue;
        }
        if (before) {
          EXPECT_LE(*day.score, *before) << "seed " << seed << " " << account << " " << day.day.iso();
        }
        before = day.score;
        silent_days += day.silence < 0 ? 1 : 0;
      }
    }
  }
  EXPECT_GT(silent_days, 100);  // else the models would not tempt it
}

// No number without its reasons: contributions are the rolled-up score, with silence the score; losses are the rest to
// 100.
TEST(Laws, ContributionsAddUpExactly) {
  int64_t scored = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const World w(seed);
    const reference::Company company(w.made.facts, w.made.settings, {});
    for (const std::string& account : reference::accounts(company)) {
      for (const DayResult& day : reference::interpret(w.model, company, account, w.made.first, w.made.last)) {
        if (day.state != "scored") continue;
        ++scored;
        int64_t gained = 0;
        int64_t lost = 0;
        for (const auto& [name, cell] : day.metrics) {
          gained += cell.contribution;
          lost += cell.lost;
        }
        EXPECT_EQ(gained, *day.rolled_up * int64_t{10'000})
            << "seed " << seed << " " << account << " " << day.day.iso();
        EXPECT_EQ(gained + lost, 100'000'000) << "seed " << seed << " " << account << " " << day.day.iso();
        EXPECT_EQ(*day.score, *day.rolled_up + day.silence);
      }
    }
  }
  EXPECT_GT(scored, 5000);
}

}  // namespace
}  // namespace kenko::property
