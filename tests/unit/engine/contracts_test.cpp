// The contract clock and sums by product against docs/SEMANTICS.md#contracts, day by day.
#include "engine/contracts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "random_life.h"

namespace kenko::engine {
namespace {

using facts::ContractFact;
using facts::ContractRow;

ContractFact random_version(Dice& dice, int32_t id, int32_t days) {
  ContractFact c;
  c.source = "crm";
  c.contract_id = std::string(1, static_cast<char>('a' + id));
  c.product = dice.one_in(2) ? "core" : "extra";
  c.start = Day{dice.in(-300, days)};
  if (!dice.one_in(4)) c.end = c.start + dice.in(0, 400);
  if (dice.one_in(3)) c.renewal = Day{dice.in(-100, days + 200)};
  if (dice.one_in(4)) c.notice_at = Day{dice.in(-100, days)};
  c.auto_renew = dice.one_in(2);
  if (!dice.one_in(3)) c.term_months = dice.in(1, 14);
  if (!dice.one_in(3)) c.seats = Decimal::whole(dice.in(0, 50));
  if (!dice.one_in(3)) c.arr = Decimal{dice.in(0, 90'000) * 1'000'001LL};
  if (c.arr && dice.one_in(8)) c.currency = "XXX";  // has no rate
  if (dice.one_in(6)) c.state = ContractFact::State::cancelled;
  if (dice.one_in(5)) c.replaces = std::string(1, static_cast<char>('a' + dice.in(0, 3)));
  c.valid_from = Day{dice.in(-20, days)};
  return c;
}

// One term is a number of whole months from the end.
int32_t term_of(const ContractFact& c) { return c.term_months.value_or(12); }

struct Plain {
  const facts::Portfolio& portfolio;
  const std::vector<ContractRow>& rows;
  Day until;

  [[nodiscard]] std::vector<const ContractFact*> in_force(Day d) const {
    std::vector<const ContractFact*> out;
    for (const ContractRow& row : rows) {
      if (row.fact.valid_from > std::min(d, until)) continue;
      if (!out.empty() && out.back()->contract_id == row.fact.contract_id) out.pop_back();
      out.push_back(&row.fact);
    }
    return out;
  }

  [[nodiscard]] bool counts(const ContractFact& c, Day d) const {
    if (d < c.start) return false;
    for (const ContractFact* r : in_force(d)) {
      if (r->replaces == c.contract_id && r->start <= d) return false;
    }
    if (c.state == ContractFact::State::cancelled) return d <= c.end.value_or(c.valid_from);
    if (!c.end) return true;
    if (c.notice_at && *c.notice_at <= d) {
      Day last = *c.end;
      for (int32_t k = 1; c.auto_renew && last < *c.notice_at; ++k) last = add_months(*c.end, k * term_of(c));
      return d <= last;
    }
    return c.auto_renew || d <= *c.end + portfolio.settings.lapse_days;
  }

  [[nodiscard]] std::vector<const ContractFact*> counting(Day d) const {
    std::vector<const ContractFact*> out = in_force(d);
    std::erase_if(out, [&](const ContractFact* c) { return !counts(*c, d); });
    return out;
  }

  struct Term {
    Day start;
    std::optional<Day> end;
  };
  static Term term(const ContractFact& c, Day d) {
    if (!c.end || *c.end >= d || !c.auto_renew) return {c.start, c.end};
    int32_t k = 1;
    while (add_months(*c.end, k * term_of(c)) < d) ++k;
    return {add_months(*c.end, (k - 1) * term_of(c)) + 1, add_months(*c.end, k * term_of(c))};
  }
};

int32_t least(int32_t a, int32_t b) { return a == ContractClock::kNone ? b : std::min(a, b); }

struct Case {
  facts::Portfolio portfolio;
  std::vector<ContractRow> rows;
  Day first, facts_until;
  int32_t days;

  explicit Case(uint64_t seed) {
    Dice dice(seed);
    portfolio.settings.currency = "USD";
    days = dice.in(1, 300);
    first = Day{dice.one_in(3) ? 0 : dice.in(1, 100)};
    facts_until = dice.one_in(4) ? Day{dice.in(0, 200)} : Day::kMax;
    for (int32_t id = 0; id < dice.in(1, 4); ++id) {
      std::vector<ContractRow> versions;
      for (int32_t v = dice.in(1, 3); v > 0; --v) versions.push_back({0, random_version(dice, id, days)});
      std::stable_sort(versions.begin(), versions.end(),
                       [](const auto& a, const auto& b) { return a.fact.valid_from < b.fact.valid_from; });
      rows.insert(rows.end(), versions.begin(), versions.end());
    }
  }
};

TEST(ContractClock, AgreesWithThePlainReading) {
  for (uint64_t seed = 1; seed <= 1'500; ++seed) {
    const Case c(seed);
    ContractClock clock;
    contract_clock(c.portfolio, c.rows, c.first, c.days, c.facts_until, clock);
    const Plain plain{c.portfolio, c.rows, c.facts_until};
    for (int32_t i = 0; i < c.days; ++i) {
      const Day d = c.first + i;
      int32_t into = ContractClock::kNone, to = ContractClock::kNone, months = ContractClock::kNone;
      for (const ContractFact* contract : plain.counting(d)) {
        const auto term = Plain::term(*contract, d);
        into = least(into, d - term.start);
        if (contract->term_months) months = std::max(months, *contract->term_months);
        const bool noticed = contract->notice_at && *contract->notice_at <= d;
        if (noticed || contract->state == ContractFact::State::cancelled || !term.end) continue;
        to = least(to, (contract->renewal && *contract->renewal >= d ? *contract->renewal : *term.end + 1) - d);
      }
      const auto at = static_cast<size_t>(i);
      ASSERT_EQ(clock.days_into_term[at], into) << "seed " << seed << " day " << i;
      ASSERT_EQ(clock.term_months[at], months) << "seed " << seed << " day " << i;
      ASSERT_EQ(clock.days_to_renewal[at], to) << "seed " << seed << " day " << i;
    }
  }
}

TEST(CountingContracts, AgreeWithThePlainReading) {
  for (uint64_t seed = 1; seed <= 400; ++seed) {
    const Case c(seed);
    for (int32_t i = 0; i < c.days; i += 3) {
      const Day d = c.first + i;
      const Plain plain{c.portfolio, c.rows, d};
      const std::vector<const ContractFact*> expected = plain.counting(d);
      const std::vector<CountingContract> found = counting_on(c.portfolio, c.rows, d);
      ASSERT_EQ(found.size(), expected.size()) << "seed " << seed << " day " << i;
      for (size_t k = 0; k < found.size(); ++k) {
        ASSERT_EQ(found[k].fact, expected[k]) << "seed " << seed << " day " << i;
        // With the facts of the day, it counts up to `last` and no longer, unless another one replaces it.
        if (found[k].last == Day::kMax) continue;
        ASSERT_TRUE(plain.counts(*expected[k], d));
        const bool replaced = std::any_of(c.rows.begin(), c.rows.end(), [&](const ContractRow& row) {
          return row.fact.replaces == expected[k]->contract_id;
        });
        if (replaced || (expected[k]->notice_at && *expected[k]->notice_at > d)) continue;
        ASSERT_TRUE(plain.counts(*expected[k], found[k].last)) << "seed " << seed << " day " << i;
        ASSERT_FALSE(plain.counts(*expected[k], found[k].last + 1)) << "seed " << seed << " day " << i;
      }
    }
  }
}

TEST(ContractSums, ByProductAgreeWithThePlainReading) {
  for (uint64_t seed = 1; seed <= 1'000; ++seed) {
    const Case c(seed);
    ProductDays core;
    ContractDays all;
    product_days(c.portfolio, c.rows, "core", c.first, c.days, c.facts_until, core);
    contract_days(c.portfolio, c.rows, c.first, c.days, c.facts_until, all);
    const Plain plain{c.portfolio, c.rows, c.facts_until};
    for (int32_t i = 0; i < c.days; ++i) {
      const auto at = static_cast<size_t>(i);
      std::optional<int64_t> seats, arr;
      bool unknown = false;
      const auto counting = plain.counting(c.first + i);
      for (const ContractFact* contract : counting) {
        if (contract->product != "core") continue;
        if (contract->seats) seats = seats.value_or(0) + contract->seats->micros;
        if (contract->arr && contract->currency.empty()) arr = arr.value_or(0) + contract->arr->micros;
        unknown = unknown || (contract->arr && !contract->currency.empty());
      }
      ASSERT_EQ(all.counting[at], static_cast<int32_t>(counting.size())) << "seed " << seed << " day " << i;
      ASSERT_EQ(core.seats_valid[at] != 0, seats.has_value()) << "seed " << seed << " day " << i;
      ASSERT_EQ(core.arr_valid[at] != 0, arr.has_value() && !unknown) << "seed " << seed << " day " << i;
      if (seats) {
        ASSERT_EQ(core.seats[at], static_cast<double>(*seats) / 1e6) << "seed " << seed;
      }
      if (arr && !unknown) {
        ASSERT_EQ(core.arr[at], static_cast<double>(*arr) / 1e6) << "seed " << seed;
      }
    }
  }
}

}  // namespace
}  // namespace kenko::engine
