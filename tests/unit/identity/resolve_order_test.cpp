// The result never depends on the order of the rows: random facts, shuffled.  The seed is printed when it fails.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "base/random.h"
#include "identity/resolve.h"
#include "portfolio_text.h"
#include "random_facts.h"

namespace kenko::identity {
namespace {

using namespace facts;  // NOLINT: a test

TEST(ResolveOrder, ShuffledFactsGiveTheSamePortfolio) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Generator generator(seed);
    const Settings settings = generator.settings();
    const Cut cut = generator.cut();
    FactSet facts = generator.facts();
    const std::string expected = to_text(resolve(facts, settings, cut));
    for (int round = 0; round < 3; ++round) {
      shuffle(facts.events, generator.random());
      shuffle(facts.attributes, generator.random());
      shuffle(facts.contracts, generator.random());
      shuffle(facts.identities, generator.random());
      shuffle(facts.memberships, generator.random());
      shuffle(facts.rates, generator.random());
      ASSERT_EQ(to_text(resolve(facts, settings, cut)), expected);
    }
  }
}

// Law (a): what history says of the events up to d is what the facts cut at d say.
TEST(ResolveOrder, CutByDayEqualsTheEarlierPartOfTheWhole) {
  for (uint64_t seed = 101; seed <= 140; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Generator generator(seed);
    const Settings settings = generator.settings();
    const FactSet facts = generator.facts();
    const Portfolio whole = resolve(facts, settings);
    Cut cut;
    cut.occurred_until = generator.day();
    const Portfolio part = resolve(facts, settings, cut);
    const auto lines = [&cut](const Portfolio& p) {
      std::vector<std::string> out;
      for (size_t a = 0; a < p.accounts.size(); ++a) {
        for (uint64_t i = p.events_of[a].begin; i < p.events_of[a].end; ++i) {
          if (p.events.day[i] > cut.occurred_until->number) continue;
          out.push_back(fmt::format("{} {} {} {} {}", p.accounts[a], p.events.event_id(i), p.events.occurred[i],
                                    p.events.value[i], p.events.flags[i]));
        }
      }
      for (const auto& row : p.attributes) {
        if (row.day > *cut.occurred_until) continue;
        out.push_back(fmt::format("{} {} {} {} {}", p.accounts[row.account], p.texts.text(row.key), row.day.number,
                                  row.null, to_text(row.value)));
      }
      for (const auto& row : p.contact_attributes) {
        if (row.day > *cut.occurred_until) continue;
        out.push_back(fmt::format("{} {} {} {} {}", p.users[row.user - 1], p.texts.text(row.key), row.day.number,
                                  row.null, to_text(row.value)));
      }
      for (size_t s = 0; s < p.source_fact_days.size(); ++s) {
        for (const Day day : p.source_fact_days[s]) {
          if (day <= *cut.occurred_until) out.push_back(fmt::format("source {} {}", s, day.iso()));
        }
      }
      for (const auto& row : p.contracts) {
        if (row.fact.valid_from > *cut.occurred_until) continue;
        out.push_back(
            fmt::format("{} {} {}", p.accounts[row.account], row.fact.contract_id, row.fact.valid_from.iso()));
      }
      return out;
    };
    ASSERT_EQ(lines(part), lines(whole));
  }
}

// A guard against something quadratic, not a benchmark: a million events of ten thousand accounts.
TEST(ResolveOrder, AMillionEventsTakeSeconds) {
  EventTable table;
  Random random(7);
  for (int i = 0; i < 1'000'000; ++i) {
    EventFact e;
    e.source = "app";
    e.event_id = std::to_string(i);
    e.account_ref = std::to_string(random.between(0, 9'999));
    e.user_ref = *e.account_ref + "-" + std::to_string(random.between(0, 20));
    e.name = "login";
    e.occurred_at = Instant{random.between(0, 500 * kMicrosPerDay)};
    e.properties = {{"feature", std::to_string(random.between(0, 50))}};
    e.recorded = {e.occurred_at, 1, true};
    table.add(e);
  }
  SourceSettings app;
  app.name = "app";
  Settings settings;
  settings.sources = {app};
  settings.time_zone = *TimeZone::find("Europe/London");
  const auto begin = std::chrono::steady_clock::now();
  const Portfolio p = resolve(table, FactSet{}, settings);
  const auto took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  RecordProperty("seconds", std::to_string(took));
  EXPECT_EQ(p.events.size(), 1'000'000U);
  EXPECT_LT(took, 20.0);
}

}  // namespace
}  // namespace kenko::identity
