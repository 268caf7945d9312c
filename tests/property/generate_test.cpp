// The generator keeps its promises: models that pass the check, days that are worth comparing, everything from the
// seed.
#include "property/generate.h"

#include <gtest/gtest.h>

#include "facts/fact.h"
#include "model/load.h"
#include "reference/interpret.h"

namespace kenko::property {
namespace {

constexpr uint64_t kSeeds = 60;

TEST(Generate, EveryModelPassesTheCheck) {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Generated g = generate(seed);
    const auto model = model::load(g.model, "random.yaml", g.settings);
    ASSERT_TRUE(model.ok()) << "seed " << seed << '\n' << to_text(model.problems()) << '\n' << g.model;
  }
}

TEST(Generate, TheSeedDecidesEverything) {
  const Generated a = generate(7);
  const Generated b = generate(7);
  const Generated c = generate(8);
  EXPECT_EQ(a.model, b.model);
  EXPECT_NE(a.model, c.model);
  ASSERT_EQ(a.facts.events.size(), b.facts.events.size());
  for (size_t i = 0; i < a.facts.events.size(); ++i) {
    EXPECT_EQ(facts::content_hash(a.facts.events[i]), facts::content_hash(b.facts.events[i])) << i;
  }
  EXPECT_EQ(a.facts.attributes.size(), b.facts.attributes.size());
  EXPECT_EQ(a.facts.contracts.size(), b.facts.contracts.size());
}

// A generator whose cells were all null would prove nothing.
TEST(Generate, DaysAreWorthComparing) {
  std::map<std::string, int> states;
  std::map<std::string, int> statuses;
  int values = 0;
  int nulls = 0;
  int silent = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Generated g = generate(seed);
    const auto model = model::load(g.model, "random.yaml", g.settings);
    ASSERT_TRUE(model.ok()) << "seed " << seed;
    const reference::Company company(g.facts, g.settings, {});
    for (const std::string& account : reference::accounts(company)) {
      for (const reference::DayResult& day : reference::interpret(*model, company, account, g.first, g.last)) {
        ++states[day.state];
        ++statuses[day.status];
        silent += day.silence < 0 ? 1 : 0;
        for (const auto& [name, cell] : day.metrics) ++(reference::is_null(cell.value) ? nulls : values);
      }
    }
  }
  for (const char* state : {"none", "scored", "paused", "insufficient data", "too new", "not scored"}) {
    EXPECT_GT(states[state], 100) << state;
  }
  for (const char* status : {"trial", "onboarding", "active", "paused", "notice", "churned", "internal"}) {
    EXPECT_GT(statuses[status], 100) << status;
  }
  EXPECT_GT(values, nulls / 2);
  EXPECT_GT(nulls, values / 20);
  EXPECT_GT(silent, 1000);
  EXPECT_GT(states["scored"], states["none"] / 4);
}

}  // namespace
}  // namespace kenko::property
