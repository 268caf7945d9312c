// What accounts pay, what renews and what ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "revenue/account_arr.h"
#include "revenue/reasons.h"
#include "revenue/renewals.h"
#include "revenue/some_contracts.h"

namespace kenko::revenue {
namespace {

using testing::ElementsAre;

const Day kDay = Day::of(2026, 6, 1);

TEST(AccountArr, IsConvertedAtOneRateOfThePeriod) {
  SomeContracts c;
  c.rate("EUR", kDay, "1.10");
  c.rate("GBP", kDay - 90, "1.50");
  c.account("a");
  c.add("1", kDay - 100, {}, 100).product = "core";
  c.add("2", kDay - 100, {}, 200).currency = "EUR";
  c.add("3", kDay - 100, {}, 10).currency = "GBP";
  c.portfolio.contracts.back().fact.product = "core";
  const RateDays rates{kDay, kDay - 90};
  const AccountArr now = arr_on(c.portfolio, 0, kDay, rates), then = arr_on(c.portfolio, 0, kDay - 90, rates);
  EXPECT_EQ(now.micros, 335'000'000);  // 100 + 200 x 1.10 + 10 x 1.50
  EXPECT_EQ(then.micros, now.micros) << "the rate did not move within the period";
  EXPECT_EQ(now.of("core"), 115'000'000);
  EXPECT_EQ(now.of(""), 220'000'000);
  EXPECT_EQ(now.of("other"), 0);
  EXPECT_EQ(arr_on(c.portfolio, 0, kDay - 101, rates).micros, 0);
  EXPECT_EQ(arr_on(c.portfolio, 0, kDay, {kDay + 60, kDay + 60}).micros, kUnknown) << "no rate on either day";
}

TEST(AccountArr, WithoutAnAmountItIsUnknown) {
  SomeContracts c;
  c.account("a");
  c.add("1", kDay, {}, {});
  EXPECT_EQ(arr_on(c.portfolio, 0, kDay, {kDay, kDay}).micros, kUnknown);
  EXPECT_EQ(arr_on(c.portfolio, 0, kDay - 1, {kDay, kDay}).micros, 0);
  c.add("2", kDay, {}, 5);
  EXPECT_EQ(arr_on(c.portfolio, 0, kDay, {kDay, kDay}).micros, 5'000'000);
}

TEST(AnyContract, LooksAtEveryDayOfTheSpan) {
  SomeContracts c;
  c.portfolio.settings.lapse_days = 0;
  c.account("a");
  c.add("1", kDay, kDay + 3, 5);
  EXPECT_FALSE(any_contract(c.portfolio, 0, Day::kMin, kDay - 1));
  EXPECT_TRUE(any_contract(c.portfolio, 0, Day::kMin, kDay));
  EXPECT_TRUE(any_contract(c.portfolio, 0, kDay + 3, kDay + 9));
  EXPECT_FALSE(any_contract(c.portfolio, 0, kDay + 4, kDay + 9));
}

TEST(Renewals, AreSummedByDay) {
  SomeContracts c;
  c.account("a");
  auto& core = c.add("1", kDay - 300, kDay + 9, 100);
  core.product = "core";
  core.auto_renew = true;
  core.notice_deadline = kDay + 5;
  c.add("2", kDay - 300, kDay + 9, 20).product = "extra";
  c.add("3", kDay - 300, kDay + 90, 7);                      // too far away
  c.add("4", kDay - 300, kDay + 5, 9).notice_at = kDay - 1;  // will not renew
  c.add("5", kDay - 300, kDay - 2, 3);                       // late paper
  const auto due = due_renewals(c.portfolio, 0, kDay, 30);
  ASSERT_EQ(due.size(), 2U);
  EXPECT_EQ(due[0].renewal, kDay - 1);
  EXPECT_EQ(due[0].arr, 3'000'000);
  EXPECT_EQ(due[1].renewal, kDay + 10);
  EXPECT_EQ(due[1].arr, 120'000'000);
  EXPECT_EQ(due[1].contracts, 2);
  EXPECT_FALSE(due[1].auto_renew) << "only one of them renews by itself";
  EXPECT_EQ(due[1].notice_deadline, kDay + 5);
  EXPECT_THAT(due[1].products, ElementsAre("core", "extra"));
  EXPECT_EQ(due_renewals(c.portfolio, 0, kDay, 9).size(), 1U) << "the last day of the span counts, the next does not";
}

TEST(Endings, KnowWhatGoesOn) {
  SomeContracts c;
  c.account("a");
  c.add("1", kDay - 300, kDay + 40, 100).notice_at = kDay;
  auto& cancelled = c.add("2", kDay - 300, kDay + 20, 30);
  cancelled.state = facts::ContractFact::State::cancelled;
  auto ending = ending_contracts(c.portfolio, 0, kDay);
  ASSERT_EQ(ending.size(), 2U);
  EXPECT_EQ(ending[0].last, kDay + 20);
  EXPECT_FALSE(ending[0].noticed);
  EXPECT_EQ(ending[1].last, kDay + 40);
  EXPECT_TRUE(ending[1].noticed);
  EXPECT_FALSE(ending[1].goes_on);
  c.add("3", kDay - 10, {}, 1);
  ending = ending_contracts(c.portfolio, 0, kDay);
  ASSERT_EQ(ending.size(), 2U);
  EXPECT_TRUE(ending[0].goes_on);
}

TEST(Reasons, AreUnavoidableHoweverTheyAreWritten) {
  facts::Settings s;
  EXPECT_TRUE(is_unavoidable(s, "Out of business"));
  EXPECT_TRUE(is_unavoidable(s, "out-of-business"));
  EXPECT_TRUE(is_unavoidable(s, " INSOLVENCY"));
  EXPECT_FALSE(is_unavoidable(s, "price"));
  EXPECT_FALSE(is_unavoidable(s, ""));
  s.unavoidable = {"Price"};
  EXPECT_TRUE(is_unavoidable(s, "price"));
  EXPECT_FALSE(is_unavoidable(s, "insolvency"));
}

}  // namespace
}  // namespace kenko::revenue
