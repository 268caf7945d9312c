#include "revenue/retention.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/random.h"

namespace kenko::revenue {
namespace {

constexpr int64_t kUnit = 1'000'000;

Member member(uint32_t account, int64_t start, int64_t end) {
  return {account, account, start == kUnknown ? start : start * kUnit, end == kUnknown ? end : end * kUnit};
}

TEST(Retention, OfAFewCustomersByHand) {
  const std::vector<Member> members{member(0, 100, 100),    member(1, 200, 0), member(2, 300, 450),
                                    member(3, 400, 250),    member(4, 0, 500), member(5, kUnknown, 900),
                                    member(6, 50, kUnknown)};
  const Retention r = retention_of("all", members, {});
  EXPECT_EQ(r.accounts, 4);
  EXPECT_EQ(r.left, 1);
  EXPECT_EQ(r.start, 1000 * kUnit);
  EXPECT_EQ(r.end, 800 * kUnit);
  EXPECT_EQ(r.kept, 650 * kUnit);  // 100 + 0 + 300 + 250
  EXPECT_EQ(r.churned, 200 * kUnit);
  EXPECT_EQ(r.contracted, 150 * kUnit);
  EXPECT_EQ(r.expanded, 150 * kUnit);
  EXPECT_DOUBLE_EQ(*r.logo_churn.value, 0.25);
  EXPECT_DOUBLE_EQ(*r.arr_churn.value, 0.2);
  EXPECT_DOUBLE_EQ(*r.grr.value, 0.65);
  EXPECT_DOUBLE_EQ(*r.nrr.value, 0.8);
}

TEST(Retention, OfNobodySaysNothing) {
  const Retention r = retention_of("all", std::vector<Member>{member(0, 0, 5)}, {});
  EXPECT_EQ(r.accounts, 0);
  EXPECT_FALSE(r.logo_churn.value || r.grr.value || r.nrr.value || r.arr_churn.value);
}

// Nobody left: there is no interval of money, and that of customers shrinks with their number.
TEST(Retention, WithoutALeaverTheIntervalIsNotAPoint) {
  std::vector<Member> members;
  for (uint32_t i = 0; i < 10; ++i) members.push_back(member(i, 10, 10));
  const Retention ten = retention_of("", members, {});
  EXPECT_FALSE(ten.arr_churn.low || ten.grr.low || ten.nrr.low);
  EXPECT_NEAR(*ten.logo_churn.high, 0.2775, 1e-4);  // Wilson, 0 of 10
  for (uint32_t i = 10; i < 100; ++i) members.push_back(member(i, 10, 10));
  EXPECT_NEAR(*retention_of("", members, {}).logo_churn.high, 0.0370, 1e-4);
}

std::vector<Member> random_members(Random& random, size_t count) {
  std::vector<Member> out;
  for (size_t i = 0; i < count; ++i) {
    const int64_t start = random.chance(0.2) ? 0 : random.between(1, 1000);
    const int64_t end = random.chance(0.3) ? 0 : random.chance(0.5) ? start : random.between(1, 1000);
    Member m = member(static_cast<uint32_t>(i), start, end);
    m.cluster = static_cast<uint32_t>(random.between(0, static_cast<int64_t>(count) / 2));
    if (random.chance(0.1)) m.start = kUnknown;
    out.push_back(m);
  }
  return out;
}

// What is kept, lost and gained adds up; shares lie where they must; the interval holds the value.
TEST(Retention, AddsUp) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    Random random(seed);
    const auto members = random_members(random, 40);
    const Retention r = retention_of("", members, {200, seed, 2});
    ASSERT_EQ(r.kept + r.churned + r.contracted, r.start);
    ASSERT_EQ(r.kept + r.expanded, r.end);
    if (r.accounts == 0) continue;
    ASSERT_LE(*r.grr.value, 1);
    ASSERT_LE(*r.grr.value, *r.nrr.value);
    for (const auto* e : {&r.logo_churn, &r.grr, &r.nrr, &r.arr_churn}) {
      if (!e->low) continue;
      ASSERT_LE(*e->low, *e->value + 1e-12);
      ASSERT_GE(*e->high, *e->value - 1e-12);
    }
    const Retention again = retention_of("", members, {200, seed, 1});
    ASSERT_EQ(r.nrr, again.nrr) << "threads may not matter";
  }
}

TEST(Walk, GoesFromOpeningToClosing) {
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    Random random(seed);
    const auto members = random_members(random, 30);
    std::vector<bool> before;
    for (size_t i = 0; i < members.size(); ++i) before.push_back(random.chance(0.5));
    const Walk w = walk_of(members, before);
    ASSERT_EQ(w.opening + w.fresh + w.returned + w.expanded - w.contracted - w.churned, w.closing);
    ASSERT_EQ(w.accounts_opening + w.accounts_fresh + w.accounts_returned - w.accounts_churned, w.accounts_closing);
    ASSERT_EQ(w.unknown, std::count_if(members.begin(), members.end(), [](const auto& m) { return !m.known(); }));
  }
}

TEST(Walk, TellsNewFromReturned) {
  const std::vector<Member> members{member(0, 0, 10), member(1, 0, 20), member(2, 30, 0)};
  const Walk w = walk_of(members, {false, true, true});
  EXPECT_EQ(w.fresh, 10 * kUnit);
  EXPECT_EQ(w.returned, 20 * kUnit);
  EXPECT_EQ(w.churned, 30 * kUnit);
}

// Twelve months at the monthly rate lose what the year lost.
TEST(MonthlyRate, CompoundsToTheRateOfThePeriod) {
  EXPECT_NEAR(1 - std::pow(1 - monthly_rate(0.12, 365), 12), 0.12, 1e-3);
  EXPECT_DOUBLE_EQ(monthly_rate(1, 30), 1);
  EXPECT_DOUBLE_EQ(monthly_rate(0, 30), 0);
}

}  // namespace
}  // namespace kenko::revenue
