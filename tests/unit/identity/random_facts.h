// Random small companies: few accounts, users and ids, so that everything happens to everything.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "facts/fact.h"
#include "facts/manual_source.h"
#include "facts/settings.h"

namespace kenko::identity {

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

  /// The numbers that facts get from now on.
  void number(int64_t first, int64_t last) {
    first_seq_ = first;
    last_seq_ = last;
  }

  std::string pick(std::string_view prefix, int64_t count) {
    return fmt::format("{}{}", prefix, random_.between(0, count - 1));
  }
  Day day() { return Day::of(2026, 1, 1) + static_cast<int32_t>(random_.between(0, 40)); }
  Recorded recorded(Day d) {
    return {Instant{(d.number + random_.between(0, 3)) * kMicrosPerDay}, random_.between(first_seq_, last_seq_),
            random_.chance(0.5)};
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
      f.identities.push_back(identity());
      f.memberships.push_back(membership());
      f.rates.push_back(rate());
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
  IdentityFact identity() {
    const EntityKind kind = random_.chance(0.5) ? EntityKind::account : EntityKind::contact;
    const std::string_view prefix = kind == EntityKind::account ? "a" : "u";
    return {kind, pick("s", 3), pick(prefix, 6), pick(prefix, 4), maybe_day(), recorded(day())};
  }
  MembershipFact membership() { return {pick("u", 5), pick("a", 6), maybe_day(), recorded(day())}; }
  RateFact rate() { return {"EUR", day(), Rate{random_.between(1, 3) * 1'000'000'000}, recorded(day())}; }
  /// An account becomes another one, or itself again.
  IdentityFact merge() {
    return {EntityKind::account, std::string(kManualSource), pick("a", 6), pick("a", 6), std::nullopt, recorded(day())};
  }
  Random& random() { return random_; }

 private:
  Random random_;
  int64_t first_seq_ = 1, last_seq_ = 4;
};

}  // namespace kenko::identity
