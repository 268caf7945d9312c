// The result never depends on the order of the rows: random facts, shuffled.  The seed is printed when it fails.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "base/random.h"
#include "identity/resolve.h"
#include "portfolio_text.h"

namespace kenko::identity {
namespace {

using namespace facts;  // NOLINT: a test

template <typename T>
void shuffle(std::vector<T>& rows, Random& random) {
  for (size_t i = rows.size(); i > 1; --i) {
    std::swap(rows[i - 1], rows[static_cast<size_t>(random.between(0, static_cast<int64_t>(i) - 1))]);
  }
}

class Generator {
 public:
  explicit Generator(uint64_t seed) : random_(seed) {}

  std::string pick(std::string_view prefix, int64_t count) {
    return fmt::format("{}{}", prefix, random_.between(0, count - 1));
  }
  Day day() { return Day::of(2026, 1, 1) + static_cast<int32_t>(random_.between(0, 40)); }
  Recorded recorded(Day d) {
    return {Instant{(d.number + random_.between(0, 3)) * kMicrosPerDay}, random_.between(1, 4), random_.chance(0.5)};
  }
  std::optional<Day> maybe_day() { return random_.chance(0.3) ? std::nullopt : std::optional(day()); }

  EventFact event() {
    EventFact e;
    e.source = pick("s", 3);
    e.event_id = pick("e", 60);
    if (random_.chance(0.7)) e.account_ref = pick("a", 6);
    if (random_.chance(0.6)) e.user_ref = pick("u", 5);
    e.name = pick("name", 3);
    e.occurred_at = Instant{day().number * kMicrosPerDay + random_.between(0, 3) * (kMicrosPerDay / 4)};
    if (random_.chance(0.5)) e.value = Decimal::whole(random_.between(-5, 5));
    if (e.value && random_.chance(0.5)) e.currency = random_.chance(0.5) ? "EUR" : "USD";
    if (random_.chance(0.5)) e.properties.push_back({"p", pick("v", 3)});
    e.recorded = recorded(day());
    e.version = random_.between(0, 2);
    e.deleted = random_.chance(0.15);
    return e;
  }
  AttributeFact attribute() {
    AttributeFact a;
    a.source = pick("s", 3);
    a.kind = random_.chance(0.4) ? EntityKind::contact : EntityKind::account;
    a.entity_ref = a.kind == EntityKind::account ? pick("a", 6) : pick("u", 5);
    a.key = random_.chance(0.3) ? "parent" : pick("k", 2);
    if (a.key == "parent") {
      AttributeValue v;
      v.text = pick("a", 6);
      a.value = v;
    } else if (random_.chance(0.8)) {
      AttributeValue v;
      v.number = Decimal::whole(random_.between(0, 3));
      v.type = AttributeType::number;
      a.value = v;
    }
    a.valid_from = day();
    a.backfill = random_.chance(0.3);
    if (random_.chance(0.6)) a.scope = pick("scope", 2);
    a.recorded = recorded(a.valid_from);
    return a;
  }
  ContractFact contract() {
    ContractFact c;
    c.source = pick("s", 3);
    c.contract_id = pick("c", 5);
    c.account_ref = pick("a", 6);
    c.start = c.valid_from = day();
    c.seats = Decimal::whole(random_.between(1, 3));
    c.recorded = recorded(c.valid_from);
    return c;
  }
  FactSet facts() {
    FactSet f;
    for (int i = 0; i < 200; ++i) f.events.push_back(event());
    for (int i = 0; i < 80; ++i) f.attributes.push_back(attribute());
    for (int i = 0; i < 20; ++i) f.contracts.push_back(contract());
    for (int i = 0; i < 10; ++i) {
      const EntityKind kind = random_.chance(0.5) ? EntityKind::account : EntityKind::contact;
      const std::string_view prefix = kind == EntityKind::account ? "a" : "u";
      f.identities.push_back({kind, pick("s", 3), pick(prefix, 6), pick(prefix, 4), maybe_day(), recorded(day())});
      f.memberships.push_back({pick("u", 5), pick("a", 6), maybe_day(), recorded(day())});
      f.rates.push_back({"EUR", day(), Rate{random_.between(1, 3) * 1'000'000'000}, recorded(day())});
    }
    return f;
  }
  Settings settings() {
    Settings s;
    for (const char* name : {"s0", "s1", "s2"}) {
      SourceSettings source;
      source.name = name;
      source.accounts = random_.chance(0.5) ? AccountIds::matched : AccountIds::defines;
      s.sources.push_back(source);
    }
    if (random_.chance(0.3)) s.exclude_accounts = {pick("a", 6)};
    if (random_.chance(0.3)) s.exclude_users = {pick("u", 5)};
    return s;
  }
  Cut cut() {
    Cut c;
    if (random_.chance(0.4)) c.occurred_until = day();
    if (random_.chance(0.4)) c.known_until = Instant{day().number * kMicrosPerDay};
    return c;
  }
  Random& random() { return random_; }

 private:
  Random random_;
};

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
