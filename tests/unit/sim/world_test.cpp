#include "sim/world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "sim/laws.h"

namespace kenko::sim {
namespace {

/// A world of many accounts, so that rates are known to about a tenth of themselves.
const World& large_world() {
  static const World world = [] {
    CompanyOptions options;
    options.seed = 20;
    options.accounts = 4000;
    return make_world(options);
  }();
  return world;
}

/// Weeks lived as a free customer, and what was decided, by some property of the state.
struct Rates {
  double weeks = 0;
  double left = 0;
  double grew = 0;
  [[nodiscard]] double left_per_year() const { return 52 * left / weeks; }
  [[nodiscard]] double grew_per_year() const { return 52 * grew / weeks; }
};

std::map<int, Rates> rates_by(const World& world, const std::function<int(const Account&, const State&)>& group) {
  std::map<int, Rates> rates;
  for (const Account& a : world.accounts) {
    for (const Week& w : a.weeks) {
      if (w.churn_90d) ++rates[group(a, w.state)].weeks;
    }
    for (const Decision& d : a.decisions) {
      if (d.what == "churn") ++rates[group(a, d.state)].left;
      if (d.what == "expand") ++rates[group(a, d.state)].grew;
    }
  }
  return rates;
}

TEST(World, AboutASixthOfCustomersLeaveInAYear) {
  const double left = rates_by(large_world(), [](const Account&, const State&) { return 0; }).at(0).left_per_year();
  EXPECT_GT(left, 0.12);
  EXPECT_LT(left, 0.20);
}

TEST(World, TheDemoCompanyLosesBetween40And80Accounts) {
  const World world = make_world(CompanyOptions{});
  int64_t gone = 0;
  for (const Account& a : world.accounts) gone += a.effective_at && *a.effective_at <= world.last_day();
  EXPECT_GE(gone, 40);
  EXPECT_LE(gone, 80);
}

TEST(World, AnActiveSponsorKeepsThreeTimesAndExpandsFiveTimes) {
  const auto rates = rates_by(large_world(), [](const Account&, const State& s) { return s.sponsor ? 1 : 0; });
  const double leaving = rates.at(0).left_per_year() / rates.at(1).left_per_year();
  const double growing = rates.at(1).grew_per_year() / rates.at(0).grew_per_year();
  EXPECT_GT(leaving, 2.2);
  EXPECT_LT(leaving, 4.5);
  EXPECT_GT(growing, 3.8);
  EXPECT_LT(growing, 7.0);
}

TEST(World, ThreePowerUsersAlmostNeverLeave) {
  const auto rates = rates_by(large_world(), [](const Account&, const State& s) { return s.power_users >= 3 ? 1 : 0; });
  EXPECT_GT(rates.at(1).weeks, 20000);
  EXPECT_LT(rates.at(1).left_per_year(), 0.015);
  EXPECT_GT(rates.at(0).left_per_year(), 0.15);
}

TEST(World, YearlyTermsLeaveFarLessThanMonthlyOnes) {
  const auto rates =
      rates_by(large_world(), [](const Account& a, const State&) { return a.term_months == 1 ? 1 : 12; });
  EXPECT_GT(rates.at(1).left_per_year(), 1.7 * rates.at(12).left_per_year());
}

TEST(World, GoalsReachedRenewAndGoalsMissedLeave) {
  std::map<Goals, std::pair<double, double>> renewals;
  for (const Account& a : large_world().accounts) {
    for (const Decision& d : a.decisions) {
      if (a.term_months == 1 || d.what == "expand") continue;
      ++renewals[d.state.goals].first;
      renewals[d.state.goals].second += d.what == "renew";
    }
  }
  const auto renewed = [&](Goals g) { return renewals[g].second / renewals[g].first; };
  EXPECT_NEAR(renewed(Goals::reached), 0.95, 0.02);
  EXPECT_NEAR(renewed(Goals::missed), 0.60, 0.06);
}

TEST(World, TheChanceOfLeavingWithin90DaysIsWhatHappens) {
  const World& world = large_world();
  double expected = 0, happened = 0;
  for (const Account& a : world.accounts) {
    for (const Week& w : a.weeks) {
      if (!w.churn_90d || w.first + 90 > world.last_day()) continue;
      expected += *w.churn_90d;
      happened += a.leaving_from && *a.leaving_from >= w.first && *a.leaving_from < w.first + 90;
    }
  }
  EXPECT_GT(happened, 5000);
  EXPECT_NEAR(expected / happened, 1.0, 0.15);
}

TEST(World, HasEveryKindOfAccount) {
  std::map<Kind, int> kinds;
  std::set<std::string> names, ids;
  int children = 0, joined = 0;
  const World world = make_world(CompanyOptions{});
  ASSERT_EQ(world.accounts.size(), 300);
  for (const Account& a : world.accounts) {
    ++kinds[a.kind];
    children += !a.parent_id.empty();
    joined += a.started > world.options.first_day;
    EXPECT_TRUE(names.insert(a.name).second) << a.name;
    EXPECT_TRUE(ids.insert(a.id).second) << a.id;
  }
  EXPECT_EQ(kinds[Kind::internal], 1);
  EXPECT_GE(kinds[Kind::trial_lost], 3);
  EXPECT_GE(kinds[Kind::trial_converted], 3);
  EXPECT_GE(kinds[Kind::paused], 2);
  EXPECT_GE(children, 5);
  EXPECT_GE(joined, 30);
}

/// The newest version of a contract that is valid on `d`; nullptr before its first.
const ContractVersion* version_on(const Account& a, const std::string& id, Day d) {
  const ContractVersion* found = nullptr;
  for (const ContractVersion& c : a.contracts) {
    if (c.id == id && c.valid_from.value_or(c.start) <= d) found = &c;
  }
  return found;
}

TEST(World, ACustomerHasExactlyOneCoreContractWithItsSeatsOnEveryDay) {
  const World world = make_world(CompanyOptions{});
  for (const Account& a : world.accounts) {
    if (a.contracts.empty()) continue;
    std::set<std::string> cores;
    for (const ContractVersion& c : a.contracts) {
      EXPECT_LE(c.start, c.end) << c.id;
      if (c.product == "core") cores.insert(c.id);
    }
    const Day last = std::min(world.last_day(), a.effective_at.value_or(world.last_day()));
    for (Day d = std::max(world.options.first_day, a.contract_start); d <= last; ++d) {
      int counting = 0, seats = 0;
      for (const std::string& id : cores) {
        const ContractVersion* c = version_on(a, id, d);
        bool replaced = false;
        for (const ContractVersion& other : a.contracts) {
          replaced =
              replaced || (other.replaces == id && other.start <= d && other.valid_from.value_or(other.start) <= d);
        }
        // An unsigned renewal leaves the old contract running for at most 30 days.
        const Day end = c == nullptr ? d : c->auto_renew ? Day::kMax : c->notice || c->ended ? c->end : c->end + 30;
        if (c == nullptr || replaced || d < c->start || d > end || c->ended) continue;
        ++counting;
        seats = c->seats;
      }
      ASSERT_EQ(counting, 1) << a.id << ' ' << d.iso();
      ASSERT_EQ(seats, a.seats_on(d)) << a.id << ' ' << d.iso();
    }
  }
}

TEST(World, NobodyKnowsOfADecisionAfterTheLastDay) {
  const World& world = large_world();
  for (const Account& a : world.accounts) {
    for (const Outcome& o : a.outcomes) EXPECT_LE(o.at, world.last_day()) << a.id << ' ' << o.type;
    for (const ContractVersion& c : a.contracts) {
      if (c.valid_from) {
        EXPECT_LE(*c.valid_from, world.last_day()) << c.id;
      }
    }
    for (const Contact& c : a.contacts) EXPECT_LE(c.since, world.last_day() + 1) << c.id;
  }
}

TEST(Laws, EveryDriverPullsItsWay) {
  State poor, rich;
  rich.sponsor = true;
  rich.power_users = 3;
  rich.goals = Goals::reached;
  rich.integrations = 4;
  poor.goals = Goals::missed;
  EXPECT_GT(level(0, rich), level(0, poor) + 1.5);
  EXPECT_LT(renewal_churn_chance(rich), 0.01);
  EXPECT_GT(renewal_churn_chance(poor), 0.2);
  EXPECT_LT(monthly_notice_chance(rich), 0.05 * monthly_notice_chance(poor));
  EXPECT_GT(expansion_chance(rich), 2 * expansion_chance(poor));
}

TEST(Laws, ARenewalCountsOnlyWithinTheHorizon) {
  Account a;
  a.term_months = 12;
  State s;
  s.goals = Goals::missed;
  const Day today = Day::of(2026, 1, 1);
  const double far = churn_within(a, s, today, today + 91, 90);
  const double edge = churn_within(a, s, today, today + 90, 90);
  EXPECT_LT(far, 0.05);
  EXPECT_GT(edge, far + 0.1);
}

TEST(Dates, MonthsKeepTheDayWhereTheyCan) {
  EXPECT_EQ(add_months(Day::of(2025, 1, 31), 1).iso(), "2025-02-28");
  EXPECT_EQ(add_months(Day::of(2024, 1, 31), 1).iso(), "2024-02-29");
  EXPECT_EQ(add_months(Day::of(2025, 11, 15), 14).iso(), "2027-01-15");
  EXPECT_EQ(add_months(Day::of(2025, 3, 15), -12).iso(), "2024-03-15");
  EXPECT_EQ(add_months(Day::of(2025, 12, 1), 0).iso(), "2025-12-01");
}

}  // namespace
}  // namespace kenko::sim
